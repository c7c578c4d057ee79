"""Rows and views as JSON. Times are RFC 3339 in UTC; `url` is the page for people."""
