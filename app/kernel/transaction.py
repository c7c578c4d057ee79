"""The only commit in the program."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.extensions import db
from app.kernel import freshness
from app.kernel.rows import give_back
from app.kernel.sqlite import turn_to_write


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside is stored together, or not at all.

    Begins afresh: rows read before it are forgotten, so that what an action decides from is read under the write
    lock (SQLite: BEGIN IMMEDIATE). Load what you change *inside*. Transactions do not nest.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        raise RuntimeError("transactions do not nest: the edge opens one, actions join it")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside of a transaction")
    give_back()
    session.rollback()
    session.expire_all()  # a rollback forgets nothing where no transaction was open
    with turn_to_write():
        session.info["in_transaction"] = True
        try:
            freshness.begin(session.connection(execution_options={"writes": True}))
            yield
            freshness.count_change(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["in_transaction"] = False


def in_transaction() -> bool:
    return bool(db.session().info.get("in_transaction"))
