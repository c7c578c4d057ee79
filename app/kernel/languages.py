"""The languages that the forum speaks: one table. To add one, see docs/adding-a-language.md.

The language of the pages and mails is a person's choice (`LANGUAGES`). The language of what people write is found in
the text (`CONTENT_LANGUAGES`): a reader of traditional characters and one of simplified read the same questions.
"""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Language:
    tag: str  # BCP 47: a person's choice in the database, in a cookie and in `lang`
    name: str  # its own name for itself
    catalogue: str  # a folder of app/translations, and a locale that Babel knows: plural forms
    locale: str  # Babel's, with a country: dates and numbers
    content: str  # the language of posts that its readers write
    zone: str  # for visitors who have not said where they are
    claims: tuple[str, ...]  # beginnings of what a browser may ask for; the longest wins
    libraries: tuple[str, ...] = ()  # what catalogues of libraries call it, best first
    fallback: str | None = None  # the tag whose words stand in for what is not translated yet; None = English
    html: str = ""  # `lang` of its pages where that says more than the tag
    day: str = "d MMM"  # CLDR patterns: a day of this year, of another, and both with the time
    day_of_year: str = "d MMM yyyy"
    moment: str = "EEE, d MMM, HH:mm"
    moment_of_year: str = "EEE, d MMM yyyy, HH:mm"
    gap: str = " "  # between words and between sentences
    comma: str = ", "  # between the things of a list

    @property
    def html_lang(self) -> str:
        return self.html or self.tag


HAN = {
    "day": "M月d日",
    "day_of_year": "yyyy年M月d日",
    "moment": "M月d日 EEE HH:mm",
    "moment_of_year": "yyyy年M月d日 EEE HH:mm",
    "gap": "",
    "comma": "、",
}

LANGUAGES: dict[str, Language] = {
    each.tag: each
    for each in (
        Language("zh", "简体中文", "zh", "zh_Hans_CN", "zh", "Asia/Shanghai", ("zh",), ("zh",), None, "zh-Hans", **HAN),
        Language(
            "zh-Hant", "繁體中文", "zh_Hant", "zh_Hant_TW", "zh", "Asia/Taipei",
            ("zh-hant", "zh-tw", "zh-hk", "zh-mo"), ("zh_TW", "zh"), "zh", **HAN,
        ),
        Language("en", "English", "en", "en_GB", "en", "UTC", ("en",), ("en",)),
    )
}  # fmt: skip

DEFAULT = "en"
CONTENT_LANGUAGES = tuple(dict.fromkeys(each.content for each in LANGUAGES.values()))


@lru_cache(maxsize=100)  # asked a dozen times a page; a cookie may hold anything
def supported(wanted: str | None) -> str | None:
    """The tag of the language that answers to `wanted` ("zh-CN" -> "zh", "zh_TW" -> "zh-Hant"), or None."""
    asked = (wanted or "").replace("_", "-").lower()
    claims = [(len(claim), each.tag) for each in LANGUAGES.values() for claim in each.claims if _claims(claim, asked)]
    return max(claims)[1] if claims else None


def _claims(claim: str, asked: str) -> bool:
    return asked == claim or asked.startswith(claim + "-")


def spoken(tag: str | None) -> Language:
    """The language of whoever chose `tag`, English where nothing is known."""
    return LANGUAGES[supported(tag) or DEFAULT]


def html_lang(language: str) -> str:
    """What the `lang` of an element says of a text in this language."""
    known = LANGUAGES.get(language)
    return known.html_lang if known else language
