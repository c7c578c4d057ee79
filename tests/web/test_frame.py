"""What stands around every page: the way to one's own work."""

import re

import pytest

from tests.conftest import sign_in
from tests.factories import a_person

WORK = [
    ("agent", "/staff/queue", "Queue"), ("lead", "/staff/queue", "Queue"), ("pm", "/digests/newest", "Digest"),
    ("moderator", "/moderation/queue", "Moderation"), ("admin", "/admin/", "Administration"),
]  # fmt: skip


def places(page, label):
    """Address -> words of the links in the navigation with this label."""
    (found,) = re.findall(rf'<nav[^>]* aria-label="{label}">(.*?)</nav>', page.text, re.DOTALL)
    links = re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', found, re.DOTALL)
    return {address: re.sub(r"<[^>]*>", "", words).strip() for address, words in links}


@pytest.mark.parametrize(("role", "address", "words"), WORK)
@pytest.mark.parametrize("label", ["Main", "Shortcuts"])
def test_the_way_to_ones_work_stands_in_the_header_and_in_the_bar_of_the_phone(client, role, address, words, label):
    page = sign_in(client, a_person("kim", role=role)).get("/questions")
    assert places(page, label)[address] == words
    assert client.get(address, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("label", ["Main", "Shortcuts"])
def test_members_and_visitors_have_no_such_way(client, ann, label):
    work = {address for _role, address, _words in WORK}
    assert not work & places(client.get("/questions"), label).keys()
    assert not work & places(sign_in(client, ann).get("/questions"), label).keys()


def test_on_a_phone_the_way_to_the_experts_is_in_the_menu_of_whoever_has_work_in_the_bar(client, stan, ann):
    page = sign_in(client, stan).get("/questions")
    assert len(places(page, "Shortcuts")) == 5 and page.text.count('href="/leaderboard"') == 2
    assert sign_in(client, ann).get("/questions").text.count('href="/leaderboard"') == 2


def test_the_picture_on_a_home_screen_is_fetched_again_when_it_has_changed(client):
    icons = client.get("/manifest.webmanifest").json["icons"]
    assert len(icons) == 2
    for icon in icons:
        assert re.search(r"\?v=[0-9a-f]{6,}$", icon["src"])
        assert "immutable" in client.get(icon["src"]).headers["Cache-Control"]
