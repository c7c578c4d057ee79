"""The forum as several processes on one PostgreSQL and one Redis."""
