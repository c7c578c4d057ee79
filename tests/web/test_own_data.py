"""What the forum keeps of a person: all of it can be taken along, and whoever leaves leaves nothing that names them.

Every column that names a person has its line here: a new one fails both tests until somebody has decided.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import ForeignKey, func, select

from app.domains.accounts.actions.anonymising import anonymise
from app.domains.accounts.actor import GUEST, SYSTEM
from app.domains.accounts.models import ApiToken, QuietHours
from app.domains.accounts.queries import user_by_id
from app.domains.attachments.models import Attachment
from app.domains.follows.models import Follow, FollowKind
from app.domains.notifications.models import AwayMail, Frequency, Preference
from app.domains.questions.models import Answer, Comment, Draft, Question, ReadMark, Revision
from app.domains.reputation.models import InvitationSetting
from app.domains.search.queries import search_questions
from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.mail import KeptMail, kept_mails
from app.kernel.transaction import transaction
from app.web.accounts.export import OWN, exported
from tests.conftest import sign_in
from tests.domains.accounts.letters import known_hash
from tests.factories import a_comment, a_person, a_question, a_vote, an_answer

A_MODERATORS_ACT = "what somebody did with another's post is among `acts`, the events that name them"
NOT_EXPORTED = {
    "question.active_by_id": "says who touched the question last: that post is exported itself",
    "question.closed_by_id": A_MODERATORS_ACT,
    "question.deleted_by_id": A_MODERATORS_ACT,
    "answer.verified_by_id": A_MODERATORS_ACT,
    "answer.deleted_by_id": A_MODERATORS_ACT,
    "comment.deleted_by_id": A_MODERATORS_ACT,
    "flag.resolved_by_id": A_MODERATORS_ACT,
    "review.done_by_id": A_MODERATORS_ACT,
    "notification.actor_id": "the notice is its receiver's; what it tells of is among `acts`",
}

GONE = {
    "session.user_id", "api_token.user_id", "recovery_code.user_id", "mail_link.user_id", "quiet_hours.user_id",
    "team_member.user_id", "appointment.user_id", "follow.user_id", "draft.user_id", "read_mark.user_id",
    "notification.user_id", "preference.user_id", "away_mail.user_id", "invitation_setting.user_id",
}  # fmt: skip
STAYS = "stays with the account that has no name any more"
KEPT = {
    **dict.fromkeys(("question.asker_id", "answer.author_id", "comment.author_id", "revision.author_id"), STAYS),
    **dict.fromkeys(("vote.user_id", "ledger_entry.user_id", "standing.user_id", "level_review.user_id"), STAYS),
    **dict.fromkeys(("feedback_label.labelled_by_id", "feedback_item.created_by_id", "feedback_item.owner_id"), STAYS),
    **dict.fromkeys(("feedback_transition.actor_id", "case.owner_id", "case_event.actor_id"), STAYS),
    **dict.fromkeys(("question.active_by_id", "question.closed_by_id", "question.deleted_by_id"), STAYS),
    **dict.fromkeys(("answer.verified_by_id", "answer.deleted_by_id", "comment.deleted_by_id"), STAYS),
    **dict.fromkeys(("flag.resolved_by_id", "review.done_by_id", "mod_log_entry.moderator_id"), STAYS),
    **dict.fromkeys(("tag.created_by_id", "appointment.appointed_by_id", "notification.actor_id"), STAYS),
    "attachment.owner_id": "files of posts stay with them; what was never posted goes",
    "invitation.user_id": "who was asked is part of the question's story, and says a name no more",
    "flag.reporter_id": "a report is about somebody else's post, and is decided also when its writer has left",
    "sanction.user_id": "a suspension is explained in the log, and says a name no more",
    "sanction.by_id": STAYS,
}


def columns_that_name_somebody() -> set[str]:
    """`table.column` of every foreign key to the users."""
    found = set()
    for table in Model.metadata.tables.values():
        for column in table.columns:
            keys: set[ForeignKey] = column.foreign_keys
            found |= {f"{table.name}.{column.name}" for key in keys if key.column.table.name == "user"}
    return found


def name_of(column: Any) -> str:
    return f"{column.property.columns[0].table.name}.{column.property.columns[0].name}"


# --- taking it along ---


def test_everything_that_names_a_person_is_exported_or_has_its_reason():
    told = {name_of(own.whose) for own in OWN.values()} - {"user.id"}
    assert columns_that_name_somebody() == told | NOT_EXPORTED.keys()
    assert not told & NOT_EXPORTED.keys()


def test_no_secret_and_nobody_else_is_in_the_export():
    for name, own in OWN.items():
        words = [each.name for each in own.told]
        assert not [each for each in words if each.endswith(("_hash", "_secret", "_key"))], name
        people = [each for each in own.told if {key.column.table.name for key in each.foreign_keys} == {"user"}]
        assert not people, name


@pytest.fixture
def lived(ann, bob, worker, clock):
    """Ann has left a trace of each kind, at noon: in her quiet hours no mail would leave."""
    clock.at(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    question, bobs = a_question(by=ann, title="Everything I asked about routers"), a_question(by=bob)
    answer = an_answer(to=bobs, by=ann)
    a_comment(on=bobs, by=ann, body=f"[@bob](/users/{bob.id}) the same here.")
    a_comment(on=question, by=bob, body=f"Look, [@ann](/users/{ann.id}/ann): it works.")
    an_answer(to=question, by=bob, body=f"[@ann](/users/{ann.id}) please restart it once.")
    a_vote(on=bobs, by=ann)
    with transaction():
        user = user_by_id(ann.id)
        user.password_hash, user.about, user.about_html = known_hash(), "I am Ann.", "<p>I am Ann.</p>"
        person = {"user_id": ann.id}
        db.session.add(ApiToken(**person, token_hash="t" * 64, name="my script", scopes=["read"], created_at=now()))
        db.session.add(Draft(**person, form="ask", fields={"body": "Half a thought"}, version=1, updated_at=now()))
        db.session.add(Follow(**person, kind=FollowKind.TAG, target_id=1, created_at=now()))
        db.session.add(Preference(**person, kind="answer_posted", frequency=Frequency.NEVER))
        db.session.add(AwayMail(**person, looked_at=now()))
        db.session.add(QuietHours(**person, starts_minute=1320, ends_minute=420))
        db.session.add(ReadMark(**person, question_id=bobs.id, read_at=now()))
        db.session.add(InvitationSetting(**person, per_week=3))
        for name, held in (("loose.webp", {}), ("held.webp", {"post_kind": "answer", "post_id": answer.id})):
            file = {"name": name, "kind": "image", "bytes": 1, "original_name": name, "digest": "d"}
            db.session.add(Attachment(owner_id=ann.id, created_at=now(), **file, **held))
    worker.tick_until_mailed()
    return question.id, bobs.id, answer.id


def test_the_export_holds_what_somebody_wrote_and_chose(ann, lived):
    found = exported(ann.id)
    assert found["account"]["email"] == "ann@example.com" and found["account"]["about"] == "I am Ann."
    assert [each["title"] for each in found["questions"]] == ["Everything I asked about routers"]
    assert found["answers"][0]["body"] == "Please restart the router once."
    assert "the same here" in found["comments"][0]["body"] and len(found["revisions"]) == 2
    assert found["votes"][0]["value"] == 1 and found["tokens"][0]["name"] == "my script"
    assert found["drafts"][0]["fields"] == {"body": "Half a thought"}
    assert found["follows"] and found["read"] and found["notifications"] and found["quiet_hours"]
    assert {each["name"] for each in found["files"]} == {"loose.webp", "held.webp"}
    assert found["notification_choices"] == [{"kind": "answer_posted", "frequency": "never"}]
    assert found["invitation_setting"][0]["per_week"] == 3
    assert {"QuestionAsked", "AnswerPosted", "VoteCast"} <= {each["kind"] for each in found["acts"]}


def test_the_file_is_json_and_one_persons_alone(client, ann, eve, lived):
    data = sign_in(client, ann).get("/settings/export.json").json
    assert data["account"]["name"] == "ann" and "argon2" not in str(data) and data["sessions"]
    others = sign_in(client, eve).get("/settings/export.json").json
    assert others["account"]["name"] == "eve" and "Ann" not in str(others) and others["questions"] == []


def test_who_gave_a_credit_or_a_vote_is_in_nobodys_export(ann, bob, eve, worker, lived):
    _question, _bobs, answer = lived
    a_vote(on=db.session.get_one(Answer, answer), by=eve)
    worker.tick()
    assert "giver_id" not in str(exported(ann.id)["credits"]) and exported(ann.id)["answers"][0]["up_count"] == 1
    assert exported(ann.id)["votes"][0]["kind"] == "question" and len(exported(ann.id)["votes"]) == 1


# --- leaving ---


def test_everything_that_names_a_person_goes_or_stays_for_a_reason():
    assert columns_that_name_somebody() == GONE | KEPT.keys()
    assert not GONE & KEPT.keys()


def rows_naming(user_id: int, column: str) -> int:
    table, name = column.split(".")
    found = Model.metadata.tables[table]
    return db.session.scalar(select(func.count()).select_from(found).where(found.c[name] == user_id)) or 0


@pytest.mark.both_databases
def test_whoever_leaves_leaves_posts_and_no_choices(ann, worker, client, lived):
    sign_in(client, ann)
    before = {column for column in GONE if rows_naming(ann.id, column)}
    assert before >= {"session.user_id", "api_token.user_id", "follow.user_id", "draft.user_id", "notification.user_id"}
    with transaction():
        anonymise(SYSTEM, ann.id)
    worker.tick()
    assert {column: rows_naming(ann.id, column) for column in GONE} == dict.fromkeys(GONE, 0)
    assert rows_naming(ann.id, "answer.author_id") == 1 and rows_naming(ann.id, "vote.user_id") == 1
    assert db.session.scalars(select(Attachment.name)).all() == ["held.webp"]


def test_nothing_that_is_left_says_who_it_was(ann, worker, clock, lived):
    kept_before = kept_mails(recipient="ann@example.com")
    assert kept_before
    with transaction():
        anonymise(SYSTEM, ann.id)
    worker.tick()
    assert len(kept_mails(recipient="ann@example.com")) == 1  # that the account is gone
    with transaction():
        db.session.execute(KeptMail.__table__.delete())
    clock.advance(days=8)
    worker.tick()  # what is done is forgotten after a week, with the address to which the farewell went
    words = []
    for table in Model.metadata.tables.values():
        for row in db.session.execute(select(table)):
            words += [f"{table.name}: {value}" for value in row if isinstance(value, str | dict | list)]
    assert not [each for each in words if "ann@example.com" in str(each).lower() or "I am Ann" in str(each)]
    assert not [each for each in words if "@ann" in str(each).lower()]


def test_where_others_named_them_a_former_member_is_named(client, ann, bob, worker, lived):
    question_id, _bobs, _answer = lived
    with transaction():
        anonymise(SYSTEM, ann.id)
    worker.tick()
    question = db.session.get_one(Question, question_id)
    page = client.get(f"/questions/{question_id}/{question.slug}").text
    assert page.count(f">@[former {ann.id}]</a>") == 2 and "@ann" not in page
    answer = db.session.scalars(select(Answer).where(Answer.question_id == question_id)).one()
    assert answer.edited_at is None and answer.body.startswith(f"[@\\[former {ann.id}\\]](/users/{ann.id})")
    revisions = db.session.scalars(select(Revision.body).where(Revision.target_id == answer.id)).all()
    assert not [body for body in revisions if "@ann" in body]


def test_only_the_person_who_left_is_renamed(ann, bob, worker):
    others = [a_person() for _each in range(11)]
    longer = next(each for each in others if str(each.id).startswith(str(ann.id)) and each.id != ann.id)
    body = f"[@you](/users/{longer.id}) and [@ann](/users/{ann.id}): look, it works."
    comment = a_comment(on=a_question(by=bob), by=bob, body=body).id
    with transaction():
        anonymise(SYSTEM, ann.id)
    worker.tick()
    left = db.session.get_one(Comment, comment).body
    assert f"[@you](/users/{longer.id})" in left and "[@ann]" not in left


def test_a_new_members_mention_of_somebody_who_left_stays_without_a_link(ann, newcomer, worker):
    comment = a_comment(on=a_question(by=ann), by=newcomer, body=f"[@ann](/users/{ann.id}) thank you!").id
    with transaction():
        anonymise(SYSTEM, ann.id)
    worker.tick()
    html = db.session.get_one(Comment, comment).body_html
    assert f"@[former {ann.id}]" in html and "<a " not in html


def test_search_forgets_the_name(client, ann, worker, lived):
    assert "Everything I asked" in client.get("/search?q=user:ann routers").text
    with transaction():
        anonymise(SYSTEM, ann.id)
    worker.tick()
    assert search_questions(GUEST, "user:ann").total == 0


def test_the_page_of_who_left_says_so(client, ann, worker, lived):
    with transaction():
        anonymise(SYSTEM, ann.id)
    page = client.get(f"/users/{ann.id}", follow_redirects=True).text
    assert "has left the forum" in page and "I am Ann" not in page
