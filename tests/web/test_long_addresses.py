"""What fits into an address on its way through the real web process."""

from urllib.parse import quote
from urllib.request import urlopen

import pytest

from tests.servers.live_forum import forum_beside_web


@pytest.fixture(scope="module")
def forum(empty_database, tmp_path_factory):
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("addresses")) as both:
        yield both


def test_a_search_of_as_many_han_characters_as_its_field_holds_is_answered(forum):
    with urlopen(f"{forum.web.address}/search?q={quote('打印机打印不出来' * 100)}") as answer:
        assert answer.status == 200
