import threading

import pytest
from sqlalchemy import select

from app.domains.accounts.models import User
from app.domains.products.models import Product
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_product


def test_what_fails_inside_leaves_nothing(app):
    a_product("mesh")
    with pytest.raises(ValueError), transaction():
        db.session.scalar(select(Product)).name = "Changed"
        raise ValueError
    assert db.session.scalar(select(Product.name)) == "Mesh"


def test_transactions_do_not_nest(app):
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass
    with transaction():
        pass  # and the failure leaves no flag behind


def test_a_change_outside_of_a_transaction_is_a_mistake_that_shows(app, ann):
    user = db.session.scalar(select(User))
    user.about = "written outside"
    with pytest.raises(RuntimeError), transaction():
        pass


@pytest.mark.both_databases
def test_writers_at_once_lose_no_update(app, database):
    """Read, add one, write, by eight threads: the write lock is taken before the read."""
    product_id = a_product("mesh").id

    def add_one():
        with app.app_context():
            for _ in range(10):
                with transaction():
                    found = select(Product).where(Product.id == product_id).with_for_update()
                    db.session.scalar(found).position += 1

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(Product.position)) == 80


def test_sqlite_keeps_its_promises(app):
    pragmas = {name: db.session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in
               ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 15_000}
