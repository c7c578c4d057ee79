"""A language `qps` that says every message in brackets: what stands outside of them on a page was never translated.

English stands in for it, so that nothing of the program has to know of a language that is none. Not looked at are what
people wrote (marked with `lang`, or named below), numbers, times, code, and the names of languages.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domains.accounts.actions.administering import trial_mail
from app.domains.accounts.actions.inviting_staff import Colleague, invite_staff
from app.domains.accounts.actions.registering import Registration, register
from app.domains.accounts.actor import GUEST
from app.domains.accounts.mails import NOTICES, mail_account_exists, mail_change_link, mail_notice, mail_reset_link
from app.domains.accounts.models import User
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.notifications.channels.away_mail import deliver_away
from app.domains.notifications.channels.email import deliver
from app.domains.notifications.channels.round_up import deliver_round
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.models import Frequency, Notification, Preference
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Question
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel import i18n
from app.kernel.clock import now
from app.kernel.mail import KeptMail, kept_mails, send_later
from app.kernel.rendering import mail_from_template
from app.kernel.settings import SITE_NAME
from app.kernel.transaction import transaction
from app.web import forms
from tests.web.canary_scene import BESIDE, FLAG, NOTE, WORDS, Scene
from tests.web.test_notifications import DATA
from tests.web.visible_text import visible

WRAPPED = re.compile("［[^［］]*］")
LETTER = re.compile(r"[^\W\d_]")
# Addresses, codes (also those of events: "AnswerPosted") and names of things that no language calls otherwise.
SAME_EVERYWHERE = re.compile(
    r"https?://\S+|#[a-z]+-\d+|/[\w./<>:{}-]{3,}|[\w.+-]+@[\w.-]+|\b[a-z_]+[._][a-z_.]+\b|\b(?:[A-Z][a-z]+){2,}\b|\bL\d\b"
    r"|简体中文|繁體中文|中文|\(Ctrl\+[^)]+\)|English|UTC|API|JSON|CSV|Markdown|MB\b|Whoosh|tantivy|sqlite|Asia/Shanghai"
)
# As Babel writes them, which speaks every language: 2–8 Mar 2026, Tue, 5 days 14 hrs.
DATES = re.compile(
    r"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"[a-z]*\b|\b\d+ (?:days?|hrs?|hours?|mins?|minutes?|secs?|seconds?)\b"
)
NOT_OURS = {
    "api.docs": "a reference in English, marked as such; its frame is looked at on every other page",
    "design.index": "samples of what people write, in both languages",
    "admin.mail_html": "a mail as it was sent, before the language was changed",
}


class Wrapped:
    """A catalogue in which each message is itself, in brackets."""

    def ugettext(self, message: str) -> str:
        return f"［{message}］"

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return f"［{singular if number == 1 else plural}］"

    gettext, ngettext = ugettext, ungettext


@pytest.fixture
def qps(monkeypatch):
    catalogue = Wrapped()
    monkeypatch.setattr(i18n, "_catalogue", lambda: catalogue)
    monkeypatch.setattr(forms, "_wtforms_words", lambda language: catalogue)
    return catalogue


def what_people_wrote() -> list[str]:
    columns = (User.name, Question.title, Question.body, Question.slug)
    columns += (Answer.body, Tag.name, Product.name, Product.slug)
    words = {value for column in columns for value in db.session.scalars(select(column)) if value}
    words |= {SITE_NAME.value(), WORDS, f"Please look at it, {NOTE}.", f"Called them: {NOTE}.", f"Odd: {FLAG}.", BESIDE}
    return sorted(words, key=len, reverse=True)


def leaks(text: str, theirs: list[str]) -> str:
    """What is left of `text` when all that may stand there is taken away."""
    while WRAPPED.search(text):
        text = WRAPPED.sub(" ", text)
    for words in theirs:
        text = text.replace(words, " ")
    text = DATES.sub(" ", SAME_EVERYWHERE.sub(" ", text))
    return text.strip() if LETTER.search(text) else ""


def leaks_of_page(html: str, theirs: list[str]) -> set[str]:
    return {f"{left!r} in <{where}>" for text, where in visible(html) if (left := leaks(text, theirs))}


def test_every_page_says_all_of_its_words_in_the_readers_language(app, clock, worker, qps, monkeypatch):
    scene = Scene(app, clock, worker)
    theirs, found, asked = what_people_wrote(), {}, 0
    for role, client in scene.clients.items():
        for endpoint, address, sent in scene.requests("GET"):
            answer = client.get(address, query_string=sent)
            is_page = "text/html" in answer.headers["Content-Type"] and not 300 <= answer.status_code < 400
            if not is_page or endpoint in NOT_OURS:
                continue
            asked += 1
            for leak in leaks_of_page(answer.text, theirs):
                found.setdefault(leak, f"{role} {endpoint}")
    assert asked > 400
    assert not found, "\n" + "\n".join(f"{page}: {leak}" for leak, page in sorted(found.items(), key=str))


def notices_of_every_kind(scene: Scene) -> list[int]:
    """One of each kind and of each of its reasons, for the administrator, who sees everything; with mail for all."""
    ada, answer = scene.people["admin"], scene.answers[1]
    answered = {"question_id": scene.public.id, "answer_id": answer.id, "actor_id": answer.author_id}
    with transaction():
        for kind in KINDS:
            db.session.merge(Preference(user_id=ada.id, kind=kind, frequency=Frequency.AT_ONCE))
            for data in DATA.get(kind, [{}]):
                real = {name: value for name, value in _real(scene).items() if name in data}
                about = {} if kind in ("digest_ready", "role_granted") else answered
                number = db.session.scalar(select(func.count(Notification.id))) + 10_000
                told = Notification(user_id=ada.id, event_id=number, kind=kind, created_at=now(), data=data | real)
                for column, value in about.items():
                    setattr(told, column, value)
                db.session.add(told)
                db.session.flush()
    return list(db.session.scalars(select(Notification.id).where(Notification.user_id == ada.id)))


def _real(scene: Scene) -> dict[str, Any]:
    return {"comment": scene.comments[0].id, "digest": scene.digest_id, "case": scene.case_id, "item": scene.item_id}


def mails_of_accounts(scene: Scene) -> None:
    ann, ada = scene.other, scene.people["admin"]
    with transaction():
        register(GUEST, Registration("newcomer", "newcomer@example.com", "four words in row"), from_address="192.0.2.1")
        for address in ("somebody else@example.com", *db.session.scalars(select(User.email).where(User.id == ann.id))):
            mail_account_exists(address)
            mail_reset_link(address)
        mail_change_link(ann.id, "new@example.com")
        for kind in NOTICES:
            mail_notice(ann.id, kind, "a@example.com", "somebody else", kind)
        send_later(trial_mail(ada))
        invite_staff(ada, Colleague("another", "another@example.com", "agent", "en"))
        context = {"recipient": "a@example.com", "name": "somebody else", "title": "its-words", "url": "https://x.y/"}
        send_later(mail_from_template("questions/publish", key="p", language="en", **context))
    scene.worker.tick()


def test_every_mail_and_every_subject_speaks_its_readers_language(app, clock, worker, qps):
    scene = Scene(app, clock, worker)
    before = {mail.id for mail in kept_mails(1000)}
    for number in notices_of_every_kind(scene):
        deliver(number)
    mails_of_accounts(scene)
    mails = [mail for mail in kept_mails(1000) if mail.id not in before]
    kinds = {mail.key.split(":")[1] for mail in mails if mail.key.startswith("accounts:")}
    assert kinds >= {"confirm", "exists", "reset", "change_email", "invited", "notice", "test"}
    assert len([mail for mail in mails if mail.key.startswith("notification")]) >= len(KINDS)
    assert_no_leaks(mails)


def test_round_ups_and_mails_to_who_was_away_speak_it_too(app, clock, worker, qps):
    scene = Scene(app, clock, worker)
    ada, since, before = scene.people["admin"], now(), {mail.id for mail in kept_mails(1000)}
    deliver_round(notices_of_every_kind(scene))
    with transaction():
        for tag_id in db.session.scalars(select(Tag.id)):
            follow(ada, FollowKind.TAG, tag_id)
        db.session.get_one(User, ada.id).seen_at = since - timedelta(days=30)
    deliver_away(ada.id, (since - timedelta(days=29)).isoformat())
    mails = [mail for mail in kept_mails(1000) if mail.id not in before]
    assert {mail.key.split(":")[0] for mail in mails} == {"notification", "away"}
    assert_no_leaks(mails)


def assert_no_leaks(mails: list[KeptMail]) -> None:
    theirs, found = what_people_wrote(), {}
    for mail in mails:
        assert WRAPPED.search(mail.subject), mail.subject
        lines = [(mail.subject, "subject"), *((line, "text") for line in mail.text.splitlines())]
        lines += [piece for piece in visible(mail.html) if piece[1] != "html head title"]
        found |= {f"{left!r} in {where}": mail.key for text, where in lines if (left := leaks(text, theirs))}
    assert not found, "\n" + "\n".join(f"{mail}: {leak}" for leak, mail in sorted(found.items()))


def test_what_is_wrong_with_a_form_is_said_in_the_readers_language(app, clock, worker, qps):
    scene = Scene(app, clock, worker)
    theirs, found = what_people_wrote(), {}
    for role in ("guest", "admin"):
        for endpoint, address, _form in scene.requests("POST"):
            if endpoint in NOT_OURS or "delete" in endpoint or (role == "guest" and not _is_open(endpoint)):
                continue
            answer = scene.clients[role].post(address, data={})
            if "text/html" in answer.headers["Content-Type"] and not 300 <= answer.status_code < 400:
                for leak in leaks_of_page(answer.text, theirs):
                    found.setdefault(leak, f"{role} {endpoint}")
    assert not found, "\n" + "\n".join(f"{page}: {leak}" for leak, page in sorted(found.items(), key=str))


def _is_open(endpoint: str) -> bool:
    return endpoint.split(".")[0] in ("accounts", "asking", "guests")
