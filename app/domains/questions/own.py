"""What a person wrote, chose and read here, for the export of their data: hidden and deleted posts too."""

from app.domains.questions.models import Answer, Comment, Draft, Question, ReadMark, Revision, Vote
from app.kernel.own_rows import Own

_RENDERED = ("body_html", "renderer_version", "submission")

OWN = {
    "questions": Own(Question.asker_id, (*_RENDERED, "excerpt")),
    "answers": Own(Answer.author_id, (*_RENDERED, "trusted_up", "trusted_down")),
    "comments": Own(Comment.author_id, _RENDERED),
    "revisions": Own(Revision.author_id),
    "votes": Own(Vote.user_id),
    "drafts": Own(Draft.user_id, ("id", "question_id", "writer", "version")),
    "read": Own(ReadMark.user_id),
}
