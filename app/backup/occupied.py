"""What stands where a forum shall be restored. The question makes nothing: no database where there is none."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from app.backup.loading import is_empty
from app.backup.manifest import UPLOADS
from app.config import Settings
from app.extensions import database_is_sqlite, db

DATABASE_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Forum:
    """Something that a restore must not lose, and the setting that names its place."""

    place: str
    setting: str


def forum_in(settings: Settings) -> Forum | None:
    """In the database, in the SQLite file that a start without DATABASE_URL would use, or among the uploads."""
    if not database_is_sqlite(db.engine) and _holds_tables(db.engine):
        return Forum(db.engine.url.render_as_string(hide_password=True), "DATABASE_URL")
    database, uploads = database_file(settings), settings.data_dir / UPLOADS
    if database.exists() and database.stat().st_size and _file_holds_tables(database):
        return Forum(str(database), "DATA_DIR")
    if uploads.is_dir() and any(uploads.iterdir()):
        return Forum(str(uploads), "DATA_DIR")
    return None


def database_file(settings: Settings) -> Path:
    """SQLite's, or with PostgreSQL the one that may lie in the data folder from before."""
    return Path(db.engine.url.database or "") if database_is_sqlite(db.engine) else settings.data_dir / "huzhu.db"


def _file_holds_tables(database: Path) -> bool:
    engine = create_engine(URL.create("sqlite", database=str(database)))
    try:
        return _holds_tables(engine)
    finally:
        engine.dispose()


def _holds_tables(engine: Engine) -> bool:
    """A database too damaged to be read may hold some."""
    try:
        with engine.connect() as connection:
            return not is_empty(connection)
    except OperationalError:
        raise
    except DatabaseError:
        return True
