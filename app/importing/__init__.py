"""Bring in what was written elsewhere: an edge above the domains, like the pages and the command line.

Imports write rows in bulk and record events without reactions; what reactions would have built is built once,
at the end.
"""
