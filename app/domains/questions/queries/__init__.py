"""Reads about questions."""

from app.domains.questions.queries.activity import Deed, activity_of, activity_totals
from app.domains.questions.queries.cards import Card, Title, cards_by_id, cards_seen_by, listed, titles_by_id
from app.domains.questions.queries.drafts import DraftLine, DraftView, draft_list, draft_of, drafts_on
from app.domains.questions.queries.files import may_see_file, visible_file
from app.domains.questions.queries.lists import (
    SORTS,
    ListFilter,
    cursor_after,
    given_values,
    list_clauses,
    question_count,
    question_list,
    question_list_page,
)
from app.domains.questions.queries.people import people_in_thread, question_ids_with, read_count
from app.domains.questions.queries.posts import (
    askers_of,
    pending_question,
    post_of,
    question_id_of_answer,
    question_id_of_comment,
    question_ids_after,
    question_total,
    revisions_of,
    tag_ids_of,
    visible_question,
)
from app.domains.questions.queries.reading import OwnMarks, own_marks
from app.domains.questions.queries.thread import (
    AnswerView,
    CommentView,
    QuestionView,
    answer_order,
    one_answer,
    question_page,
)

__all__ = [
    "AnswerView",
    "Card",
    "CommentView",
    "Deed",
    "DraftLine",
    "DraftView",
    "ListFilter",
    "OwnMarks",
    "QuestionView",
    "SORTS",
    "Title",
    "activity_of",
    "activity_totals",
    "answer_order",
    "askers_of",
    "cards_by_id",
    "cards_seen_by",
    "cursor_after",
    "draft_list",
    "draft_of",
    "drafts_on",
    "given_values",
    "list_clauses",
    "listed",
    "may_see_file",
    "one_answer",
    "own_marks",
    "people_in_thread",
    "pending_question",
    "post_of",
    "question_count",
    "question_id_of_answer",
    "question_id_of_comment",
    "question_ids_after",
    "question_ids_with",
    "question_list",
    "question_list_page",
    "question_page",
    "question_total",
    "read_count",
    "revisions_of",
    "tag_ids_of",
    "titles_by_id",
    "visible_file",
    "visible_question",
]
