"""`make zh-hant`: the catalogue in traditional characters, derived from the one in simplified.

OpenCC changes the characters and the words that Taiwan calls otherwise; `words.txt` beside the catalogue says the words
of this forum, and `corrections.po` whole sentences. Both are written by hand and win, so deriving again loses nothing.
"""

from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from opencc import OpenCC

CATALOGUES = Path(__file__).resolve().parent.parent / "app" / "translations"
HANT = CATALOGUES / "zh_Hant"


def main() -> None:
    simplified = catalogue_of(CATALOGUES / "zh" / "LC_MESSAGES" / "messages.po")
    corrected = {key(each): each.string for each in catalogue_of(HANT / "corrections.po") if each.id}
    found = Catalog(locale="zh_Hant", fuzzy=False, creation_date=simplified.creation_date)
    found.revision_date = simplified.revision_date
    for message in simplified:
        if message.id:
            text = corrected.pop(key(message), None) or traditional(message.string)
            found.add(message.id, text, context=message.context)
    with (HANT / "LC_MESSAGES" / "messages.po").open("wb") as file:
        write_po(file, found, width=0, sort_output=True)
    for unused in corrected:
        print(f"corrections.po: the program does not say {unused!r} any more")


def catalogue_of(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def words() -> list[tuple[str, str]]:
    lines = (HANT / "words.txt").read_text().splitlines()
    return [(first, second) for first, second in (line.split() for line in lines if line and line[0] != "#")]


CONVERTER, WORDS = OpenCC("s2twp"), words()


def traditional(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if not isinstance(text, str):
        return tuple(str(traditional(each)) for each in text)
    converted = CONVERTER.convert(text)
    for of_opencc, ours in WORDS:
        converted = converted.replace(of_opencc, ours)
    return converted.replace(" 「", "「").replace("」 ", "」")  # these quotation marks bring their own room


if __name__ == "__main__":
    main()
