"""Measurements and trials of the whole forum: what it takes, and what it survives."""
