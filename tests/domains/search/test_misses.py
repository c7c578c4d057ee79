from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domains.feedback.models import Period
from app.domains.feedback.queries.evidence import digest_facts
from app.domains.products.models import Product
from app.domains.search.models import SearchMiss
from app.domains.search.queries import misses
from app.domains.search.schedule import MISSES_KEPT_FOR, forget_misses
from app.extensions import db
from app.kernel import clock as clock_module
from tests.conftest import sign_in
from tests.factories import a_product, a_question


@pytest.fixture
def mesh(app):
    a_product("mesh")
    return db.session.scalars(select(Product).where(Product.slug == "mesh")).one()


@pytest.fixture
def searches(app, mesh, worker):
    """Search as this person (None: a guest), on the page."""
    a_question(title="The router drops the connection at night")
    worker.tick()

    def search(who, words, address="203.0.113.5", **more):
        client = app.test_client()
        browser = sign_in(client, who) if who else client
        answer = browser.get("/search", query_string={"q": words} | more, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 200

    return search


def found_in_vain(product):
    moment = clock_module.now()
    return dict(misses(product.id, moment - timedelta(days=7), moment + timedelta(seconds=1)))


@pytest.mark.both_databases
def test_what_two_people_look_for_in_vain_is_told_to_the_product_manager(searches, mesh, clock, ann, bob):
    searches(ann, "Dark  Mode")
    searches(bob, "dark mode")
    searches(None, "ｄａｒｋ mode", product="mesh")

    assert found_in_vain(mesh) == {"dark mode": 3}
    clock.advance(days=1)
    facts = digest_facts(mesh.id, Period.DAY, clock_module.now().date())
    assert [(gap.query, gap.n) for gap in facts.gaps] == [("dark mode", 3)]


def test_what_one_person_alone_typed_stays_with_search(searches, mesh, ann):
    searches(ann, "my secret wish")
    searches(ann, "my secret wish")

    assert found_in_vain(mesh) == {}
    assert db.session.scalar(select(func.count()).select_from(SearchMiss)) == 1


def test_who_looked_is_not_written_down(searches, ann):
    searches(ann, "dark mode")
    searches(None, "dark mode")

    stored = [str(row) for row in db.session.execute(select(SearchMiss.__table__.c.searcher))]
    assert len(stored) == 2
    assert not [row for row in stored if "203.0.113.5" in row or "ann" in row]


def test_searches_that_found_something_or_were_no_words_are_no_misses(searches, mesh, ann, bob, stan, lena):
    for who in (ann, bob):
        searches(who, "router")
        searches(who, "user:nobody")
        searches(who, "quokka", state="solved")
        searches(who, "")
    for who in (stan, lena):
        searches(who, "quokka")

    assert db.session.scalar(select(func.count()).select_from(SearchMiss)) == 0


def test_another_products_searches_are_not_in_this_products_digest(searches, mesh, ann, bob):
    a_product("notes")
    for who in (ann, bob):
        searches(who, "quokka", product="notes")

    assert found_in_vain(mesh) == {}


def test_old_misses_are_forgotten(searches, mesh, clock, ann):
    searches(ann, "dark mode")
    clock.advance(days=MISSES_KEPT_FOR.days + 1)
    forget_misses()

    assert db.session.scalar(select(func.count()).select_from(SearchMiss)) == 0
