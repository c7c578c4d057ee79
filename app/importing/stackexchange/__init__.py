"""A Stack Exchange dump: https://archive.org/details/stackexchange describes the files."""

from app.importing.stackexchange.importing import Imported, import_stackexchange

__all__ = ["Imported", "import_stackexchange"]
