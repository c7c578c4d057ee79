"""Administration: one blueprint behind one door, a file for each subject."""

from app.web.admin import events, guides, health, jobs, mail, product_forms, products, search, settings, setup, users
from app.web.admin.blueprint import pages

__all__ = [
    "events", "guides", "health", "jobs", "mail", "pages", "product_forms", "products", "search", "settings", "setup",
    "users",
]  # fmt: skip
