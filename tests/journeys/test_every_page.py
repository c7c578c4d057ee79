"""Every page of the address map in a browser: at 400 % zoom nothing is wider than the window, headings are in order,
landmarks are there once, targets are large enough; with SOAK=1 axe finds nothing in any look."""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from app.domains.accounts.actions.profiles import choose_language
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import actor_by_id
from app.extensions import db
from app.kernel.transaction import transaction
from bench.every_page import Place, every_page
from tests.factories import a_person
from tests.journeys.a_lived_in_forum import lived_in
from tests.journeys.test_accessibility import violations
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
Theme = Literal["light", "dark"]
LOOKS: list[tuple[str, Theme, bool]] = [("zh", "light", False), ("en", "dark", False)]
if os.environ.get("SOAK"):
    LOOKS = list(product(("zh", "zh-Hant", "en"), ("light", "dark"), (False, True)))
ZOOMED = 320  # CSS pixels: 1280 at 400 %
SAMPLE = 6  # without SOAK, axe looks at every sixth page; test_accessibility.py looks at the most used ones
STRUCTURE = """() => {
  const wrong = [], seen = e => e.getClientRects().length > 0
  const heads = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(seen).filter(e => !e.closest('.prose'))
  if (heads.filter(e => e.tagName === 'H1').length !== 1) wrong.push('not one h1')
  const main = document.querySelector('main')
  const inMain = heads.filter(e => main.contains(e)).map(e => Number(e.tagName[1]))
  inMain.forEach((level, place) => {
    if (place && level > inMain[place - 1] + 1) wrong.push('h' + level + ' after h' + inMain[place - 1])
  })
  for (const name of ['main', 'header.site-header', 'footer.site-footer'])
    if (document.querySelectorAll(name).length !== 1) wrong.push('not one ' + name)
  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e)
    const apart = e.matches('.skip, .visually-hidden, [type=checkbox], [type=radio]')
    if (!seen(e) || style.visibility === 'hidden' || box.width <= 1 || apart) continue
    const inText = style.display === 'inline' || e.closest('p, li, dd, td, .prose, .meta')
    const name = e.matches('a[href^="/users/"]')  // a name in a line about a post
    if (!inText && !name && (box.height < 24 || box.width < 24)) wrong.push('small: ' + e.outerHTML.slice(0, 90))
  }
  for (const menu of document.querySelectorAll('details.menu:not([open])')) {
    if (!seen(menu)) continue
    menu.open = true
    const box = menu.querySelector('.menu-list').getBoundingClientRect()
    if (box.left < 0 || box.right > innerWidth) wrong.push('a menu beside the window: ' + menu.outerHTML.slice(0, 90))
    menu.open = false
  }
  return [...new Set(wrong)].slice(0, 5)
}"""
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return []
  const past = [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  return ['wider than ' + innerWidth + ': ' + past.slice(0, 3).map(e => e.outerHTML.slice(0, 80)).join(' | ')]
}"""


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("everypage")) as both:
        yield both


class Sights:
    """Every page of a forum in which something of everything has happened, for whoever may see it."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum
        lived_in(forum)
        a_person("ada", role="admin")
        a_person("mona", role="moderator")
        self.places = every_page(forum.app)
        self.people = {role: self._first(role) for role in {place.role for place in self.places if place.role}}

    def _first(self, role: str) -> Actor:
        return actor_by_id(db.session.scalars(select(User.id).where(User.role == role).order_by(User.id)).first() or 0)

    def browser(self, chromium: Browser, role: str | None, language: str, theme: Theme, more: bool) -> BrowserContext:
        context = chromium.new_context(
            color_scheme=theme, reduced_motion="reduce", contrast="more" if more else "no-preference",
            base_url=self.forum.web.address,
        )  # fmt: skip
        cookies = {"theme": theme, "language": language}
        if role:
            with transaction():
                choose_language(self.people[role], language)
            cookies["huzhu"] = self.forum.session_cookie(self.people[role])
        address = self.forum.web.address
        context.add_cookies([{"name": name, "value": it, "url": address} for name, it in cookies.items()])
        return context

    def by_role(self) -> dict[str | None, list[Place]]:
        roles = {place.role for place in self.places}
        return {role: [place for place in self.places if place.role == role] for role in roles}


@pytest.fixture(scope="module")
def sights(forum: Forum) -> Sights:
    return Sights(forum)


def opened(page: Page, place: Place) -> None:
    answer = page.goto(place.path)
    shown = answer is not None and (answer.status == 200 or place.name.startswith("errors."))
    assert shown, f"{place}: {answer and answer.status}"


def test_every_page_reflows_at_400_percent_and_has_its_structure(sights: Sights, chromium: Browser) -> None:
    wrong: list[str] = []
    for role, places in sights.by_role().items():
        with closing(sights.browser(chromium, role, "en", "light", False)) as context:
            page = context.new_page()
            page.set_viewport_size({"width": ZOOMED, "height": 640})
            for place in places:
                opened(page, place)
                found: Any = page.evaluate(TOO_WIDE) + page.evaluate(STRUCTURE)
                wrong += [f"{place.name}: {fault}" for fault in found]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(("language", "theme", "more"), LOOKS)
def test_axe_finds_nothing_on_any_page(
    language: str, theme: Theme, more: bool, sights: Sights, chromium: Browser
) -> None:
    wrong: list[str] = []
    for role, places in sights.by_role().items():
        with closing(sights.browser(chromium, role, language, theme, more)) as context:
            page = context.new_page()
            for place in places if os.environ.get("SOAK") else places[::SAMPLE]:
                opened(page, place)
                wrong += [f"{place.name}: {one}" for one in violations(page, "light", 1280)]
    assert not wrong, "\n" + "\n".join(wrong)
