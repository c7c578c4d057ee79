"""Each page of a forum in which nothing has happened says what it is for and what to do."""

import re

import pytest

from app.domains.products.models import Product
from app.extensions import db
from tests.conftest import sign_in
from tests.factories import a_person, a_product

EMPTY = re.compile(r'<div class="card empty">(.*?)\n</div>', re.DOTALL)
# Who comes: (address, roles).
LISTS = {
    "/questions": ("guest", "member"),
    "/questions?followed=1": ("member",),
    "/search?q=lamp": ("guest", "member"),
    "/tags": ("guest", "member"),
    "/tags?q=lamp": ("guest",),
    "/leaderboard": ("guest", "member"),
    "/moderation/log": ("guest", "moderator"),
    "/products/mesh": ("guest", "member"),
    "/invitations": ("member",),
    "/drafts": ("member",),
    "/settings/tokens": ("member",),
    "/users/{me}/kim": ("member",),
    "/staff/queue": ("agent", "lead"),
    "/feedback": ("pm", "lead", "agent"),
    "/digests": ("pm", "lead"),
    "/moderation/queue": ("moderator", "admin"),
    "/admin/jobs?state=failed": ("admin",),
    "/admin/users?q=nobody": ("admin",),
    "/admin/mail": ("admin",),
}
WALK = [(path, role) for path, roles in LISTS.items() for role in roles]


@pytest.fixture
def nothing(app):
    """A forum with one product and not one post."""
    return a_product()


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize(("path", "role"), WALK)
def test_an_empty_page_says_what_it_is_for_and_what_to_do(client, nothing, path, role, language):
    if role != "guest":
        person = a_person("kim", role=role, language=language)
        sign_in(client, person)
        path = path.format(me=person.id)
    page = client.get(path, headers={"Accept-Language": language}, follow_redirects=True)
    assert page.status_code == 200
    said = EMPTY.findall(page.text)
    assert said, "a list without anything in it, and without a word"
    for each in said:
        heading = re.search(r"<h[23]>(.*?)</h[23]>", each, re.DOTALL)
        sentence = re.search(r"<p>(.*?)</p>", each, re.DOTALL)
        assert heading and words(heading[1])
        assert words(sentence[1]).endswith((".", "。")), "a whole sentence"
        if language != "en":
            assert re.search("[一-鿿]", heading[1]) and re.search("[一-鿿]", sentence[1])
    actions = re.findall(r'class="button[^"]*" href="([^"]+)"', said[0])
    assert actions
    for address in actions:
        assert client.get(address, follow_redirects=True).status_code == 200, address


@pytest.mark.parametrize(("role", "leads"), [("member", "/help"), ("admin", "/admin/products/new")])
def test_without_a_product_the_page_leads_to_the_first_one(client, role, leads):
    assert not db.session.query(Product).count()
    (said,) = EMPTY.findall(sign_in(client, a_person("kim", role=role)).get("/products").text)
    assert f'href="{leads}' in said
