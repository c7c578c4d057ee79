"""Every public function of a room `actions` asks a policy, or is listed with its reason."""

import ast
from functools import cache
from pathlib import Path

from tests.architecture.test_layers import ROOT, files

# Functions that no person calls, or that load rows for those who do.
WITHOUT_A_POLICY: dict[str, str] = {
    "accounts/actions/registering.py:create_user": "called after `may_register`, by the command line and by imports",
    "accounts/actions/registering.py:clean_email": "checks a text",
    "accounts/actions/registering.py:clean_timezone": "checks a text",
    "accounts/actions/registering.py:mark_confirmed": "the link in the mail is the right",
    "accounts/actions/registering.py:check_password": "checks a text",
    "accounts/actions/registering.py:require_free_name": "checks a text",
    "accounts/actions/links.py:make_link": "the mail's receiver holds the right",
    "accounts/actions/links.py:look_at_link": "the token is the right",
    "accounts/actions/links.py:use_link": "the token is the right",
    "accounts/actions/links.py:void_links": "follows a change of credentials",
    "accounts/actions/sessions.py:check_credentials": "the password is the right",
    "accounts/actions/sessions.py:freshen_hash": "part of signing in",
    "accounts/actions/sessions.py:open_session": "part of signing in",
    "accounts/actions/sessions.py:end_all_sessions": "follows a change of credentials or a suspension",
    "accounts/actions/sessions.py:note_seen": "the token is the right",
    "accounts/actions/avatars.py:forget_avatar": "part of changing a picture and of leaving",
    "accounts/actions/levels.py:set_level": "reputation tells what was earned",
    "accounts/actions/passwords_changing.py:check_new_password": "checks a text",
    "accounts/actions/passwords_changing.py:set_password": "follows a right password or a link's token",
    "accounts/actions/roles.py:set_teams": "part of granting a role",
    "accounts/actions/roles.py:refuse_last_administrator": "part of granting a role",
    "accounts/actions/second_factor.py:pass_second_factor": "part of signing in",
    "accounts/actions/second_factor.py:forget_second_factor": "follows a change that asked",
    "feedback/actions/deciding.py:record_told": "notifications tell a fact",
    "feedback/actions/labelling.py:label_to_change": "loads a row",
    "feedback/actions/labelling.py:named": "names a row",
    "feedback/actions/labelling.py:is_part_of": "compares texts",
    "feedback/actions/labelling.py:working_days_after": "counts days",
    "feedback/actions/labelling.py:add_item_tags": "part of labelling",
    "products/actions.py:calendar_complaint": "makes a sentence",
    "questions/actions/voting.py:set_trust": "reputation tells a fact",
    "questions/actions/voting.py:forget_trust": "reputation rebuilds",
    "tags/actions.py:unknown_tag_sentence": "makes a sentence",
    "tags/actions.py:find_or_create_tags": "asks may_create_tags itself, and leaves out what it forbids",
    "attachments/actions.py:hold_named": "part of posting and editing",
    "attachments/actions.py:forget_rows": "follows a policy of its caller, or the clock does it",
    "questions/actions/files.py:forget_unnamed_files": "the clock does it",
    "questions/actions/files.py:forget_files_of": "follows the end of an account",
    "follows/actions.py:set_follow": "what somebody does makes them follow",
    "questions/actions/asking.py:submitted_question": "finds one's own row",
    "questions/actions/asking_again.py:asked_before": "finds one's own row",
    "questions/actions/asking_again.py:says_the_same": "compares one's own row",
    "questions/actions/asking.py:set_tags": "part of asking and editing",
    "questions/actions/asking.py:set_with_staff": "escalation tells a fact",
    "questions/actions/asking.py:set_promise": "escalation tells a fact",
    "questions/actions/reading.py:note_readers": "a visit",
    "questions/actions/posting.py:locked_question": "loads a row",
    "questions/actions/posting.py:spend_post": "part of posting",
    "questions/actions/posting.py:spend_edit": "part of editing",
    "questions/actions/posting.py:refuse_stale": "part of editing",
    "questions/actions/posting.py:add_revision": "part of posting and editing",
    "questions/actions/posting.py:keep_first_text": "part of editing",
    "questions/actions/posting.py:recount_answers": "brings facts into line",
    "questions/actions/posting.py:touch": "brings facts into line",
    "questions/actions/commenting.py:comment_to_change": "loads a row",
    "questions/actions/hiding.py:named": "names a row",
    "questions/actions/leaving.py:forget_reading_of": "follows the end of an account",
    "questions/actions/leaving.py:forget_name_of": "follows the end of an account",
    "questions/actions/leaving.py:renamed": "changes a text",
    "follows/actions.py:forget_follows_of": "follows the end of an account",
    "questions/actions/drafting.py:forget_drafts_of": "follows the end of an account",
    "questions/actions/drafting.py:forget_old_drafts": "the clock does it",
    "questions/actions/pending.py:pending_of_link": "the token is the right",
    "questions/actions/pending.py:forget_expired": "the clock does it",
    "escalation/actions/policies_editing.py:default_policy": "made with its product, by whoever may make that",
    "search/actions.py:note_miss": "whoever may search",
    "moderation/actions.py:hide_flagged": "many flags do it, not a person",
    "moderation/actions.py:ask_for_review": "a reaction does it, not a person",
}


@cache
def public_functions() -> dict[str, ast.FunctionDef]:
    found = {}
    for path in files("app/domains"):
        relative = path.relative_to(ROOT / "app/domains")
        if "actions" in relative.parts or relative.name == "actions.py":
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    found[f"{relative}:{node.name}"] = node
    return found


def asks(function: ast.FunctionDef) -> bool:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(getattr(call.func, "id", "") == "require" for call in calls)


def test_every_action_asks_a_policy_or_says_why_not():
    silent = {name for name, function in public_functions().items() if not asks(function)}
    assert silent - WITHOUT_A_POLICY.keys() == set()


def test_no_exception_outlives_its_function():
    assert WITHOUT_A_POLICY.keys() - public_functions().keys() == set()
    assert {name for name in WITHOUT_A_POLICY if asks(public_functions()[name])} == set()


def test_the_rooms_are_where_they_are_looked_for():
    assert (Path(ROOT) / "app/domains/questions/actions/asking.py").exists()
