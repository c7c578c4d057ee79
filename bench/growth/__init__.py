"""A million questions on PostgreSQL: what the plans are, and what pages cost beside a small forum."""
