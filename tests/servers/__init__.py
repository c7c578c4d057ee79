"""Real servers for the tests: PostgreSQL, Redis, SMTP, the forum itself."""
