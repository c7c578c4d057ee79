"""Who is named in a text: a plain link, `[@陈明](/users/12)`, so that it survives a change of name."""

import re

from app.kernel import markup

MOST_MENTIONS = 10
_PERSON = re.compile(r'<a href="/users/([1-9]\d{0,17})(?:/[^"]*)?"[^>]*>@')


def mention_of(user_id: int, name: str) -> str:
    """The Markdown that names this person."""
    label = re.sub(r"([\\\[\]*_`<>~])", r"\\\1", name)
    return f"[@{label}](/users/{user_id})"


def mentioned_ids(source: str) -> list[int]:
    """Whom the Markdown names, each once and in order, at most MOST_MENTIONS; what stands in code names nobody."""
    if "](/users/" not in source:
        return []
    found = _PERSON.findall(markup.render(source))
    return list(dict.fromkeys(map(int, found)))[:MOST_MENTIONS]
