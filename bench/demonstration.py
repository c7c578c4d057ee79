"""The demonstration, served for a browser that looks at it: in a folder of its own, which later runs find again."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select

from app import create_app
from app.config import ROOT, Settings
from app.domains.accounts.models import Role, User
from app.extensions import db
from app.kernel.transaction import transaction
from bench.forum import FLASK, SECRET, Forum, start

FOLDER = Path(ROOT) / "var" / "face"
FRESH_FOR_SECONDS = 12 * 3600  # an older demonstration has run late on all of its promises
CHROMIUM = "/usr/bin/chromium"


@contextmanager
def shown(folder: Path = FOLDER) -> Iterator[Forum]:
    """The demonstration forum with its web process running."""
    forum = _prepared(folder)
    with forum.running():
        yield forum


def _prepared(folder: Path) -> Forum:
    loaded = folder / "demonstration"
    if loaded.exists() and time.time() - loaded.stat().st_mtime > FRESH_FOR_SECONDS:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"DATA_DIR": str(folder), "SECRET_KEY": SECRET, "HOST": "127.0.0.1", "LIMITS": "off", "DEMO": "1"}
    environment |= {"LOG_LEVEL": "warning", "REQUIRE_SECOND_FACTOR": "0"}
    if not loaded.exists():
        print("Loading the demonstration (a minute) ...", file=sys.stderr)
        preparing = start([*FLASK, "prepare"], environment, folder / "processes.log")
        if preparing.process.wait(600):
            raise RuntimeError((folder / "processes.log").read_text()[-3000:])
    values: Any = {name.lower(): value for name, value in environment.items()}
    return Forum(folder, environment, create_app(Settings(**values)))


class Visitors:
    """Browsers of guests and of somebody of each role."""

    def __init__(self, forum: Forum, chromium: Browser) -> None:
        self.forum, self.chromium = forum, chromium
        with forum.app.app_context():
            found = select(User.role, User.id).where(User.anonymised_at.is_(None)).order_by(User.id.desc())
            self.ids = {role.value: number for role, number in db.session.execute(found)}
            db.session.remove()

    def context(self, role: str | None, language: str, theme: str, **more: Any) -> BrowserContext:
        """`role`: None for a guest, else the first person of that role, who now speaks `language`."""
        assert self.forum.web is not None
        address = f"http://127.0.0.1:{self.forum.web.port}"
        context = self.chromium.new_context(base_url=address, color_scheme=_scheme(theme), **more)
        cookies = {"language": language, "theme": theme}
        if role:
            cookies["huzhu"] = self._session(Role(role).value, language)
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        return context

    def _session(self, role: str, language: str) -> str:
        with self.forum.app.app_context():
            with transaction():
                db.session.get_one(User, self.ids[role]).language = language
            db.session.remove()
        return self.forum.cookie_of(self.ids[role]).partition("=")[2]


def _scheme(theme: str) -> Any:
    return "dark" if theme == "dark" else "light"


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        try:
            yield browser
        finally:
            browser.close()
