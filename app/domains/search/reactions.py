"""What search does when something has happened to a question: read it again and put it into the index whole."""

from collections.abc import Sequence
from typing import Any

import structlog

from app.domains.accounts.events import UserAnonymised
from app.domains.questions import events as questions
from app.domains.questions.models import PostKind
from app.domains.questions.queries import question_ids_with
from app.domains.search.engine import IndexUnusable
from app.domains.search.queries.truth import documents_by_id
from app.domains.search.serving import serving
from app.extensions import db
from app.kernel.events import Event
from app.kernel.jobs import in_batches

AT_ONCE = 200
log = structlog.get_logger()

# What changes a document. Comments are not searched and do not bring a question up in the order of activity.
INDEXED: tuple[type[Event], ...] = (
    questions.QuestionAsked,
    questions.QuestionEdited,
    questions.QuestionMoved,
    questions.QuestionClosed,
    questions.QuestionReopened,
    questions.QuestionDeleted,
    questions.QuestionRestored,
    questions.AnswerPosted,
    questions.AnswerEdited,
    questions.AnswerDeleted,
    questions.AnswerRestored,
    questions.AnswerAccepted,
    questions.AcceptanceWithdrawn,
    questions.AnswerVerified,
    questions.VoteCast,
    questions.PostHidden,
    questions.PostRestored,
    questions.NameForgotten,
)


@in_batches
def index_questions(events: Sequence[Event]) -> None:
    """Every question that these events are about, once. Any event with a `question_id` may come."""
    ids = {_question_of(event) for event in events if not _is_vote_on_answer(event)}
    if ids:
        index_ids(sorted(ids))


@in_batches
def index_posts_of(events: Sequence[UserAnonymised]) -> None:
    """The index knows who asked and answered by name."""
    ids = sorted({question_id for event in events for question_id in question_ids_with(event.user_id)})
    for start in range(0, len(ids), AT_ONCE):
        index_ids(ids[start : start + AT_ONCE])


def index_ids(ids: Sequence[int]) -> None:
    """Bring these questions in the index into line with their rows. IndexBusy is for the job to try again."""
    try:
        with serving().writing() as engine:
            # Read under the writer's lock: whoever writes last has read last.
            documents = documents_by_id(ids)
            db.session.rollback()
            gone = set(ids) - {document.id for document in documents}
            if documents:
                engine.put(documents)
            if gone:
                engine.drop(sorted(gone))
    except IndexUnusable as error:
        # Nothing is lost: the rebuild that is due reads the same rows.
        log.warning("search.index_unusable", error=str(error))
        serving().want_rebuild("unusable")


def _question_of(event: Any) -> int:
    return int(event.question_id)


def _is_vote_on_answer(event: Event) -> bool:
    return isinstance(event, questions.VoteCast) and event.kind != PostKind.QUESTION
