"""What files are called: by those who send them, and in the texts that name them."""

import re
from pathlib import PurePath

from app.kernel.letters import is_visible

LONGEST_NAME = 120
_IN_A_NAME = re.compile(r"[\w .()+,=@#&~-]")
NAMED = re.compile(r"/uploads/([0-9a-f]{36}(?:-[0-9]{1,5}x[0-9]{1,5})?\.[a-z]{2,4})\b")
"""How a text names a file of ours."""


def clean_file_name(name: str) -> str:
    """The last part of what the browser says, without anything that a header or a page could stumble over."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(letter if _IN_A_NAME.match(letter) else "_" for letter in last if is_visible(letter)).strip(" .")
    stem, end = PurePath(kept).stem, PurePath(kept).suffix
    return f"{stem[: LONGEST_NAME - len(end)]}{end}"[:LONGEST_NAME] or "file"


def named_in(text: str) -> list[str]:
    """Names of files of ours that stand in a text, each once."""
    return list(dict.fromkeys(NAMED.findall(text))) if "/uploads/" in text else []
