"""Who reaches which call: one row for every operation of the API; tests/api/test_access.py asks each of them.

As tests/web/access_matrix.py: a row names the roles that get through (any answer but 401, 403 or 404) on an object
of somebody else (`foreign`), on one's own (`own`), on a hidden one of somebody else (`hidden`). A new call without
its row fails the suite.
"""

from tests.web.access_matrix import ALL, MODERATORS, NOBODY, SEE_HIDDEN, SIGNED_IN, STAFF, TRUSTED, Row, seen

WORKERS = frozenset({"agent", "lead", "admin"})
READ_FEEDBACK = SEE_HIDDEN | {"expert"}
EXPERTS = frozenset({"expert", "moderator"})  # a moderator has the highest level
WORDS = {"body": "Please restart the router once."}

MATRIX: dict[str, Row] = {
    "get_me": Row(SIGNED_IN),
    "get_user": Row(ALL),
    "list_products": Row(ALL),
    "list_tags": Row(ALL),
    "search": Row(ALL),
    "similar": Row(ALL),
    "get_leaderboard": Row(ALL),
    # questions
    "list_questions": Row(ALL),
    "ask_question": Row(SIGNED_IN),
    "get_question": seen(),
    "edit_question": Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    "delete_question": Row(MODERATORS, MODERATORS, MODERATORS),  # others have answered
    "escalate_question": Row(STAFF | EXPERTS, EXPERTS, NOBODY),  # nothing is promised to staff
    "say_not_solved": Row(NOBODY, SIGNED_IN - STAFF, NOBODY),
    # answers, comments, votes
    "post_answer": Row(SIGNED_IN, SIGNED_IN, NOBODY, WORDS),
    "edit_answer": Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, WORDS),
    "delete_answer": Row(MODERATORS, SIGNED_IN, MODERATORS),
    "accept_answer": Row(NOBODY, SIGNED_IN, NOBODY),
    "withdraw_acceptance": Row(NOBODY, SIGNED_IN, NOBODY),
    "comment_on_question": Row(SIGNED_IN, SIGNED_IN, NOBODY, WORDS),
    "comment_on_answer": Row(SIGNED_IN, SIGNED_IN, NOBODY, WORDS),
    "vote_on_question": Row(SIGNED_IN, NOBODY, NOBODY, {"value": 1}),
    "vote_on_answer": Row(SIGNED_IN, NOBODY, SEE_HIDDEN, {"value": 1}),
    # cases
    "list_cases": Row(WORKERS),
    "get_case": Row(WORKERS),
    "claim_case": Row(WORKERS),
    "release_case": Row(NOBODY),
    "note_case": Row(WORKERS, form={"note": "A note."}),
    "raise_case": Row(WORKERS),
    "resolve_case": Row(NOBODY),  # nobody has answered
    # feedback
    "mark_feedback": Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, {"post": "question:{question_id}", "type": "bug"}),
    "list_feedback": Row(READ_FEEDBACK),
    "get_feedback": Row(READ_FEEDBACK),
    "change_feedback": Row(STAFF, form={"title": "The router reconnects"}),
    "list_digests": Row(STAFF),
    "get_digest": Row(STAFF),
    # one's own
    "list_notifications": Row(SIGNED_IN),
    "read_notifications": Row(SIGNED_IN),
    "follow": Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),
    "unfollow": Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),
    "flag": Row(SIGNED_IN, NOBODY, SEE_HIDDEN, {"post": "question:{question_id}", "reason": "rude"}),
}
