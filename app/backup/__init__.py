"""Backup, restore, upgrade: one archive that holds a forum, and the way back from it, into either database.

Opens its own transactions; nothing here is reached from a page.
"""
