"""Files that people send: uploaded by a script or with a form, served to those who may see their post."""

from pathlib import PurePath
from typing import Any

from flask import Blueprint, Flask, jsonify, request, send_file, session
from flask_login import login_required
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response
from wtforms import Field

from app.domains.accounts.actor import GUEST, Actor
from app.domains.attachments.actions import attach, forget, prepare
from app.domains.attachments.models import Attachment, AttachmentKind
from app.domains.attachments.texts import SUFFIXES
from app.domains.questions.queries import may_see_file, visible_file
from app.kernel import uploads
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _
from app.kernel.images import LARGEST_FILE
from app.kernel.transaction import transaction
from app.web.actors import current_actor

pages = Blueprint("attachments", __name__)

# What a form of a post may bring along: a few photos. Everything else that is sent stays below MAX_CONTENT_LENGTH.
LARGEST_REQUEST = 3 * LARGEST_FILE
WITH_FILES = frozenset(
    {
        "accounts.set_avatar", "attachments.upload", "answers.edit", "answers.post", "asking.ask", "asking.preview",
        "escalation.answer", "questions.edit",
    }
)  # fmt: skip
# For the browser's dialogue. No HEIC: a phone that reads this list hands over JPEG.
ACCEPTED = ",".join(("image/png", "image/jpeg", "image/webp", "image/gif", *SUFFIXES))
# Nothing that a file may hold runs, loads or opens anything, whatever a browser takes it for.
SANDBOX = "default-src 'none'; sandbox"
FOR_GOOD = "private, max-age=31536000, immutable"


def install(app: Flask) -> None:
    app.url_value_preprocessor(allow_files)  # before the token of the form is looked for, which reads all of it
    app.jinja_env.globals["accepted_files"] = ACCEPTED


def allow_files(endpoint: str | None, _values: Any) -> None:
    """Large requests only from browsers in which somebody is signed in."""
    if endpoint in WITH_FILES and request.method == "POST" and "_user_id" in session:
        request.max_content_length = LARGEST_REQUEST


@pages.post("/attachments")
def upload() -> Any:
    """What uploads.js sends, one file at a time."""
    if not current_actor().is_authenticated:
        raise Unauthorized()  # and no way to the door: the page stays open with its text
    sent = request.files.get("file")
    if sent is None:
        raise Invalid(_("Please choose a file."))
    kept = _kept(current_actor(), sent)
    return jsonify(name=kept.name, kind=kept.kind.value, label=label_of(kept), address=kept.address)


@pages.post("/attachments/<name>/forget")
@login_required
def take_back(name: str) -> Response:
    with transaction():
        forget(current_actor(), name)
    return Response(status=204)


@pages.get("/uploads/<name>")
def show(name: str) -> Response:
    file = visible_file(current_actor(), name)
    return file_response(file.name, _shown_as(file), for_good=bool(may_see_file(GUEST, file)))


def _shown_as(file: Attachment) -> dict[str, str]:
    if file.kind == AttachmentKind.TEXT:
        return {"mimetype": "text/plain", "download_name": file.original_name}
    return {"mimetype": "image/webp", "download_name": PurePath(file.original_name).stem + ".webp"}


def file_response(name: str, shown_as: dict[str, str], *, for_good: bool) -> Response:
    """The file as its row says what it is. `for_good`: the reader's browser may keep it, which everybody may see."""
    try:
        response = send_file(uploads.folder().resolve() / name, **shown_as)  # type: ignore[arg-type]
    except FileNotFoundError:
        raise NotFound() from None
    response.headers["Cache-Control"] = FOR_GOOD if for_good else "private, no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def add_files(body: Field) -> None:
    """The files that a form brought along stand at the end of its text, as if a script had put them there."""
    for sent in request.files.getlist("files"):
        if sent.filename and current_actor().is_authenticated:
            body.data = f"{(body.data or '').rstrip()}\n\n{markdown_of(_kept(current_actor(), sent))}\n".lstrip()


def _kept(owner: Actor, sent: FileStorage) -> Attachment:
    file = prepare(owner, sent.stream.read(LARGEST_FILE + 1), sent.filename or "")
    with transaction():
        return attach(owner, file)


def markdown_of(file: Attachment) -> str:
    return f"{'!' if file.kind == AttachmentKind.IMAGE else ''}[{label_of(file)}]({file.address})"


def label_of(file: Attachment) -> str:
    """The words for a picture that its sender can better; a text is called by its name."""
    is_image = file.kind == AttachmentKind.IMAGE
    return PurePath(file.original_name).stem if is_image else file.original_name
