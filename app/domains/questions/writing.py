"""What a text must be before it is a post: lengths that know Chinese, the reader's sentences, the rendered row."""

import re
import unicodedata
from dataclasses import dataclass

from app.domains.accounts.actor import Actor
from app.domains.accounts.privileges import privileges_of
from app.domains.attachments.models import Holder
from app.domains.attachments.naming import named_in
from app.domains.attachments.queries import folded_texts
from app.domains.tags.names import length_complaints
from app.kernel import markup
from app.kernel.i18n import _
from app.kernel.letters import is_visible, stands_alone

LONGEST_TITLE = 200
LONGEST_COMMENT = 1000
MAX_TAGS = 5
# A Han character says as much as two and a half Latin letters: 6 of them are a title of 15, 8 a body of 20.
HAN_WEIGHT = 2.5
TITLE_WEIGHT, BODY_WEIGHT, COMMENT_WEIGHT = 15, 20, 5
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Least:
    """What a form may say before it is sent: the weights that title and body need, and of one Han character."""

    title: int = TITLE_WEIGHT
    body: int = BODY_WEIGHT
    han: float = HAN_WEIGHT


@dataclass(frozen=True)
class Rendered:
    source: str
    html: str
    excerpt: str
    language: str
    version: int


def render(actor: Actor, source: str, held_by: tuple[Holder, int] | None = None) -> Rendered:
    """Store this; new members' links are shown as text. `held_by`: the post whose text it will be, where it is there
    already."""
    html = _html_of(actor, source, held_by)
    return Rendered(source, html, markup.excerpt(html, 200), language_of(source), markup.RENDERER_VERSION)


def _html_of(actor: Actor, source: str, held_by: tuple[Holder, int] | None = None) -> str:
    """As the post will look that this person writes: also for a preview."""
    names = named_in(source)
    texts = folded_texts(actor.id, names, held_by) if names else markup.NO_TEXTS
    return markup.render(source, links=privileges_of(actor).clickable_links, texts=texts)


def weight(text: str) -> float:
    """Letters, with a Han character counted as 2.5; spaces, accents and what nobody sees count nothing."""
    han = len(_HAN.findall(text))
    return sum(map(stands_alone, text)) - han + han * HAN_WEIGHT


def language_of(text: str) -> str:
    """`zh` where a fifth or more of the letters are Han, else `en`."""
    letters = sum(1 for letter in text if letter.isalpha())
    return "zh" if letters and len(_HAN.findall(text)) * 5 >= letters else "en"


def clean_line(text: str) -> str:
    """One line without invisible characters."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if letter in "\r\n\t" else letter for letter in text)
    visible = "".join(filter(is_visible, text))
    return " ".join(visible.split())


def clean_text(text: str) -> str:
    """Line ends as one newline, without control characters and trailing space."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc").strip()


def title_complaints(title: str) -> list[str]:
    if not title:
        return [_("Please write a title.")]
    if len(title) > LONGEST_TITLE:
        return [_("The title has %(have)s characters; at most %(most)s fit.", have=len(title), most=LONGEST_TITLE)]
    if weight(title) < TITLE_WEIGHT:
        return [_("The title is very short. One sentence that says what is wrong finds more helpers.")]
    return []


def body_complaints(body: str, least: int = BODY_WEIGHT, most: int = markup.MAX_SOURCE_CHARACTERS) -> list[str]:
    if not body:
        return [_("Please write something here.")]
    if len(body) > most:
        return [_("The text has %(have)s characters; at most %(most)s fit.", have=len(body), most=most)]
    if weight(body) < least or weight(markup.plain_text(markup.render(body))) < least:
        if least >= BODY_WEIGHT:
            return [_("This is very short. Say what you did, what you expected and what happened.")]
        return [_("This is very short. One more sentence makes it useful to others.")]
    return []


def tag_complaints(names: list[str] | tuple[str, ...]) -> list[str]:
    if not names:
        return [_("Please choose at least one tag.")]
    if len(names) > MAX_TAGS:
        return [_("At most %(n)s tags, please.", n=MAX_TAGS)]
    return length_complaints(names)


# What stands after `/questions/<id>/` as a page of its own.
PAGES_OF_A_QUESTION = {
    "answers",
    "close",
    "comments",
    "delete",
    "edit",
    "escalate",
    "follow",
    "reopen",
    "restore",
    "revisions",
    "state",
}


def slug_of(title: str) -> str:
    """The readable part of the address; letters of any script."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", title).casefold())
    slug = "-".join(words)[:80].strip("-") or "question"
    return f"{slug}-question" if slug in PAGES_OF_A_QUESTION else slug
