"""`make screens`: every page at three widths, light and dark, in two languages, into the ignored folder screens/.

Prints what is wider than the window and what is cut, and ends with 1 where there is such a thing, where a page fails or
where a Han character is drawn as the box of a missing one. `ONLY=questions` looks at the pages whose names begin so.
"""

import os
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from app.config import ROOT
from bench.demonstration import Visitors, chromium, shown
from bench.every_page import Place, every_page

FOLDER = Path(ROOT) / "screens"
WIDTHS, THEMES, LANGUAGES = (390, 768, 1280), ("light", "dark"), ("zh", "en")
# Two characters that no font lacks together draw differently; boxes are all alike.
HAN_IS_DRAWN = """() => {
  const drawn = text => {
    const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40
    const pen = canvas.getContext('2d'); pen.font = '30px ' + getComputedStyle(document.body).fontFamily
    pen.fillText(text, 2, 32); return canvas.toDataURL()
  }
  const missing = drawn('\\u{2FFFD}')
  return ['汉', '问', '關', '題'].every(each => drawn(each) !== missing) && drawn('汉') !== drawn('问')
}"""
# Elements past the right edge that nothing lets scroll, and words that an edge cuts without saying so.
FAULTS = """() => {
  const wide = innerWidth, found = []
  const named = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map(c => '.' + c).join('')
  const scrolls = e => { for (let p = e; p && p !== document.body; p = p.parentElement) {
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX)) return true } return false }
  const whole = document.documentElement.scrollWidth
  if (whole > wide) found.push('page is ' + whole + ' wide')
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e)
    if (!box.width || style.visibility === 'hidden' || style.clipPath !== 'none' || style.position === 'fixed') continue
    if (box.right > wide + 1 && !scrolls(e)) found.push('beyond the edge: ' + named(e))
    const hides = ['hidden', 'clip'].includes(style.overflowX) && box.width > 4 && e.textContent.trim()
    const told = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
    if (hides && !told && e.scrollWidth > e.clientWidth + 2) found.push('cut: ' + named(e))
  }
  return [...new Set(found)].slice(0, 6)
}"""


def looks() -> Iterator[tuple[str, str]]:
    """All, or those that LOOKS names: LOOKS="zh-light en-dark"."""
    wanted = os.environ.get("LOOKS", "").split()
    yield from (each for each in product(LANGUAGES, THEMES) if not wanted or "-".join(each) in wanted)


def look(page: Page, place: Place, language: str, theme: str) -> list[str]:
    """A picture for each width; what is wrong at each."""
    answer = page.goto(place.path)
    status = answer.status if answer else 0
    wrong = [] if status == 200 or place.name.startswith("errors.") else [f"answers {status}"]
    if not page.evaluate(HAN_IS_DRAWN):
        wrong.append("Han characters are boxes")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults: Any = page.evaluate(FAULTS)
        wrong += [f"{width} px: {fault}" for fault in faults]
        page.screenshot(path=FOLDER / f"{place.name}-{language}-{theme}-{width}.png", full_page=True)
    return wrong


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    only, pictures = os.environ.get("ONLY", ""), 0
    faults: dict[str, str] = {}
    with shown() as forum, chromium() as browser:
        visitors, places = Visitors(forum, browser), every_page(forum.app)
        for language, theme in looks():
            for role in sorted({place.role or "" for place in places}):
                context = visitors.context(role or None, language, theme, reduced_motion="reduce")
                page = context.new_page()
                for place in places:
                    if (place.role or "") == role and place.name.startswith(only):
                        pictures += len(WIDTHS)
                        for fault in look(page, place, language, theme):
                            if f"{place.name}: {fault}" not in faults:
                                print(f"{place.name}: {fault} ({language} {theme})", flush=True)
                            faults.setdefault(f"{place.name}: {fault}", f"{language} {theme}")
                context.close()
    print(f"{pictures} pictures in {FOLDER}, {len(faults)} faults")
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())
