"""`make budget`: what the first sight of a question costs on a weak phone.

Chromium with its processor slowed four times, nothing in its cache, the median of five. Ends with 1 over the budget.
"""

import gzip
import sys
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Page, Response
from sqlalchemy import desc, select

from app.domains.questions.models import Question
from app.extensions import db
from bench.demonstration import Visitors, chromium, shown
from bench.forum import Forum

SLOWER, RUNS, SETTLES_MS = 4, 5, 1500
# KB are 1000 bytes: as they are for HTML and CSS, as they travel for JS.
BUDGET = {"HTML KB": 50.0, "CSS KB": 40.0, "JS KB gzipped": 60.0, "first contentful paint s": 1.0, "layout shift": 0.02}
WATCH = """
window.__shift = 0; window.__paint = 0;
const watch = (type, note) =>
  new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
watch('layout-shift', each => { if (!each.hadRecentInput) window.__shift += each.value });
watch('paint', each => { if (each.name === 'first-contentful-paint') window.__paint = each.startTime });
"""


@dataclass
class Visit:
    """Bytes by kind, plain and gzipped; milliseconds to the first paint; the sum of layout shifts."""

    plain: dict[str, int] = field(default_factory=dict)
    zipped: dict[str, int] = field(default_factory=dict)
    paint: float = 0.0
    shift: float = 0.0

    def note(self, answer: Response) -> None:
        kind = answer.request.resource_type
        if kind in ("document", "stylesheet", "script") and answer.status == 200:
            body = answer.body()
            self.plain[kind] = self.plain.get(kind, 0) + len(body)
            self.zipped[kind] = self.zipped.get(kind, 0) + len(gzip.compress(body, 6))


def visit(visitors: Visitors, role: str | None, path: str, width: int = 390) -> Visit:
    seen, answers = Visit(), []
    context = visitors.context(role, "zh", "light", viewport={"width": width, "height": 844}, is_mobile=width < 600)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.on("response", lambda answer: answers.append(answer))
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path, wait_until="load")
    page.wait_for_timeout(SETTLES_MS)
    for answer in answers:
        seen.note(answer)
    seen.paint, seen.shift = _seen(page)
    context.close()
    return seen


def _seen(page: Page) -> tuple[float, float]:
    found: Any = page.evaluate("[window.__paint, window.__shift]")
    return float(found[0]), float(found[1])


def figures(visits: list[Visit]) -> dict[str, float]:
    def middle(*numbers: float) -> float:
        return median(numbers)

    return {
        "HTML KB": middle(*(each.plain.get("document", 0) for each in visits)) / 1000,
        "HTML KB gzipped": middle(*(each.zipped.get("document", 0) for each in visits)) / 1000,
        "CSS KB": middle(*(each.plain.get("stylesheet", 0) for each in visits)) / 1000,
        "CSS KB gzipped": middle(*(each.zipped.get("stylesheet", 0) for each in visits)) / 1000,
        "JS KB gzipped": middle(*(each.zipped.get("script", 0) for each in visits)) / 1000,
        "first contentful paint s": middle(*(each.paint for each in visits)) / 1000,
        "layout shift": middle(*(each.shift for each in visits)),
    }


def questions(forum: Forum) -> dict[str, str]:
    """The question that was answered most, and one of the usual length."""
    with forum.app.app_context():
        found = select(Question.id, Question.slug).where(Question.hidden.is_(False), Question.deleted_at.is_(None))
        rows = db.session.execute(found.order_by(desc(Question.answer_count), Question.id)).all()
        db.session.remove()
    usual, longest = rows[len(rows) // 3], rows[0]
    named = {"a usual question": usual, "the longest": longest}
    return {name: f"/questions/{number}/{slug}" for name, (number, slug) in named.items()}


def main() -> int:
    over = 0
    with shown() as forum, chromium() as browser:
        visitors = Visitors(forum, browser)
        for name, path in questions(forum).items():
            for role in (None, "member"):
                visit(visitors, role, path)  # the first of all warms the server, not the browser
                found = figures([visit(visitors, role, path) for _run in range(RUNS)])
                print(f"\n{name}, {role or 'guest'}: {path}")
                for what, value in found.items():
                    most = BUDGET.get(what)
                    over += most is not None and value > most
                    says = "" if most is None else f"≤ {most:<6g} {'yes' if value <= most else 'NO'}"
                    print(f"  {what:<26}{value:>9.3f}  {says}")
    return min(over, 1)


if __name__ == "__main__":
    sys.exit(main())
