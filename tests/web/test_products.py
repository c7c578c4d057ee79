import pytest

from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.queries import appointed_for
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import followed_ids
from app.domains.products.actions import appoint, edit_product
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.factories import a_person, a_product, a_question


def test_every_product_stands_in_the_list_with_its_promise(app, client):
    a_product("mesh", name="Mesh Router")
    a_product("notes", name="Notes", policy=False)
    text = client.get("/products").text
    assert "Mesh Router" in text and "Notes" in text
    assert text.count("Asked now, our team steps in by") == 1


def test_an_empty_forum_says_so(app, client):
    assert "No products yet" in client.get("/products").text


def test_a_products_page_shows_promise_hours_team_experts_and_questions(app, client, ann):
    product = a_product("mesh", name="Mesh Router")
    a_person("Stan Agent", role="agent", serves=(product.id,))
    with transaction():
        appoint(SYSTEM, product.id, ann.id)
    a_question(title="The router does not start any more", product="mesh")
    text = client.get("/products/mesh").text
    assert "Our promise: if nobody has answered a question asked now by Tue, 3 Mar, 06:00" in text
    for part in ("09:00-18:00", "Stan Agent", "appointed by our team", "The router does not start any more"):
        assert part in text, part


def test_a_product_without_a_promise_says_so(app, client):
    a_product("mesh", policy=False)
    assert "No answer is promised by a time here" in client.get("/products/mesh").text


def test_an_archived_product_offers_no_question(app, client, ada):
    product = a_product("mesh")
    with transaction():
        edit_product(ada, product.id, name="Mesh", description="", position=0, archived=True)
    text = client.get("/products/mesh").text
    assert "takes no new questions" in text and "/questions/ask?product=mesh" not in text


def test_other_products_questions_are_elsewhere(app, client):
    a_question(title="A question about the other product", product="notes")
    a_product("mesh")
    assert "the other product" not in client.get("/products/mesh").text


def test_a_products_page_costs_few_statements(app, client):
    for _question in range(10):
        a_question(product="mesh")
    client.get("/products/mesh")
    with statements() as seen:
        client.get("/products/mesh")
    assert len(seen) <= 10, "\n".join(seen)


def test_a_product_is_followed(app, client, ann):
    product = a_product("mesh")
    sign_in(client, ann)
    client.post("/products/mesh/follow", data={"follow": "1"})
    assert followed_ids(ann.id, FollowKind.PRODUCT) == [product.id]


@pytest.mark.parametrize("path", ["/products/nothing", "/products/mesh%00"])
def test_an_unknown_product_is_not_there(app, client, path):
    assert client.get(path).status_code == 404


def test_the_lead_appoints_an_expert_on_the_products_page(app, client, ann, bob, lena):
    product = a_product("mesh")
    lead = sign_in(client, lena)
    assert 'name="name"' in lead.get("/products/mesh").text
    lead.post("/products/mesh/experts", data={"name": "ann"})
    assert appointed_for(product.id) == [ann.id]
    assert "appointed by our team" in lead.get("/products/mesh").text

    lead.post("/products/mesh/experts", data={"withdraw": ann.id})
    assert appointed_for(product.id) == []
    refused = lead.post("/products/mesh/experts", data={"name": "nobody at all"}, follow_redirects=True)
    assert "Nobody here is called “nobody at all”." in refused.text
    member = sign_in(app.test_client(), bob)
    assert member.post("/products/mesh/experts", data={"name": "ann"}).status_code == 403
    assert "expert-name" not in member.get("/products/mesh").text
