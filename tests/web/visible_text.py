"""What a person sees or hears of a page, piece by piece."""

from html.parser import HTMLParser

ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "aria-description", "data-label")
SILENT = {"script", "style", "template", "code", "pre", "time", "kbd"}
WITHOUT_END = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use"}
THEIR_WORDS = {"prose", "excerpt", "diff", "avatar"}


class VisibleText(HTMLParser):
    """`pieces`: (text, where) of all that is shown, but what people wrote: marked by `lang`, in prose or in a field."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[str, str]] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        silent = self._silent() or self._is_silent(tag, told)
        if not silent:
            self._attributes(tag, told)
        if tag not in WITHOUT_END:
            self._open.append((tag, silent))

    def _is_silent(self, tag: str, told: dict[str, str]) -> bool:
        marked = "lang" in told and tag != "html"
        field = tag in ("textarea",) or (tag == "select" and told.get("name") == "timezone")
        return tag in SILENT or marked or field or bool(THEIR_WORDS & set(told.get("class", "").split()))

    def _attributes(self, tag: str, told: dict[str, str]) -> None:
        shown = [name for name in ATTRIBUTES if name in told]
        if tag == "input" and told.get("type") in ("submit", "button"):
            shown.append("value")
        if tag == "meta" and told.get("name") == "description":
            shown.append("content")
        self.pieces += [(told[name], f"{tag} {name}") for name in shown]

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, _silent = self._open.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent():
            self.pieces.append((" ".join(data.split()), " ".join(name for name, _ in self._open[-3:])))

    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def visible(html: str) -> list[tuple[str, str]]:
    page = VisibleText()
    page.feed(html)
    return page.pieces
