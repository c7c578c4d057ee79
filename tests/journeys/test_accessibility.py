"""axe finds nothing on the pages that people use most: in both languages, light and dark, wide and narrow."""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.domains.accounts.actions.profiles import choose_language
from app.kernel.transaction import transaction
from tests.journeys.a_lived_in_forum import Scene, lived_in
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser

GUEST = None
PAGES: dict[str, tuple[str | None, str]] = {
    "the style page": (None, "/design"),
    "home": (GUEST, "/"),
    "list": (GUEST, "/questions"),
    "question": ("ann", "/questions/{question}"),
    "ask": ("ann", "/questions/ask"),
    "drafts": ("ann", "/drafts"),
    "search": (GUEST, "/search?q=router"),
    "board": ("ann", "/leaderboard"),
    "queue": ("stan", "/staff/queue"),
    "case": ("stan", "/staff/cases/{case}"),
    "digest": ("pat", "/digests/preview?product=mesh"),
    "inbox": ("ann", "/inbox"),
    "settings": ("ann", "/settings/notifications"),
    "sign in": (GUEST, "/login"),
}
Theme = Literal["light", "dark"]
# Each language, theme and width with each other; `make soak` looks at all of them together.
PAIRS: list[tuple[str, Theme, int]] = [
    ("zh", "light", 390), ("zh", "dark", 1280), ("en", "light", 1280), ("en", "dark", 390),
]  # fmt: skip
ALL: list[tuple[str, Theme, int]] = list(product(("zh", "en"), ("light", "dark"), (1280, 390)))
LOOKS = ALL if os.environ.get("SOAK") else PAIRS


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("accessible")) as both:
        yield both


@pytest.fixture(scope="module")
def scene(forum: Forum) -> Scene:
    return lived_in(forum)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on(name: str, forum: Forum, scene: Scene, chromium: Browser) -> None:
    who, place = PAGES[name]
    address = forum.web.address + place.format(question=scene.question.id, case=scene.case_id)
    complaints: list[str] = []
    with closing(chromium.new_context(reduced_motion="reduce", locale="en-GB")) as context:
        page = context.new_page()
        if who:
            sign_in(page, forum, scene, who)
        for language, theme, width in LOOKS:
            wear(page, forum, theme, language)
            speak(scene, who, language)
            answer = page.goto(address)
            assert answer is not None and answer.status == 200
            assert page.locator("html").get_attribute("data-theme") == theme
            assert str(page.locator("html").get_attribute("lang")).startswith(language)
            complaints += [f"{language} {theme} {width} px: {one}" for one in violations(page, theme, width)]
    assert complaints == []


def sign_in(page: Page, forum: Forum, scene: Scene, who: str) -> None:
    cookie = forum.session_cookie(scene.people[who])
    page.context.add_cookies([{"name": "huzhu", "value": cookie, "url": forum.web.address}])


def wear(page: Page, forum: Forum, theme: Theme, language: str) -> None:
    """The device's colours and the person's choice agree; a guest's language is a cookie, too."""
    page.emulate_media(color_scheme=theme)
    chosen = {"theme": theme, "language": language}
    page.context.add_cookies([{"name": name, "value": it, "url": forum.web.address} for name, it in chosen.items()])


def speak(scene: Scene, who: str | None, language: str) -> None:
    if who:
        with transaction():
            choose_language(scene.people[who], language)


def violations(page: Page, theme: str, width: int) -> list[str]:
    """One line for each element that breaks a rule. Of the same page in the dark, colours alone are another thing.

    At 390 pixels the window is as tall as the page, else the bar at its foot covers what scrolls beneath.
    """
    page.set_viewport_size({"width": width, "height": 900})
    if width < 600:
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if theme == "dark":
        options["runOnly"] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    broken: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in broken for node in rule["nodes"]]
