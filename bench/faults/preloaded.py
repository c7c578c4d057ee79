"""What every process of the forum imports, imported once."""

from importlib import import_module

from app.cli.starting import import_all

import_all()
import_module("psycopg")
