"""Every page of the address map as somebody who may see it sees it: for whatever looks at all of them.

A new page is in it at once; where its address asks for something new, `things` must know an example of that.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from sqlalchemy import desc, func, select

from app.domains.accounts.models import User
from app.domains.accounts.setup_steps import STEPS
from app.domains.escalation.models import Case
from app.domains.feedback.models import Digest, FeedbackItem
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Comment, Question
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.mail import KeptMail
from app.web.help import TOPICS

# What is no page of its own: data, fragments, redirections, what a link of a mail opens, and the API's document.
PASSED_OVER = {
    "static", "health.alive", "health.ready", "metrics.metrics", "live.events", "live.state", "accounts.export_file",
    "answers.fragment", "answers.show_answer", "comments.begin_on_answer", "comments.begin_on_question",
    "demonstration.fresh_banner", "feedback.digest_json", "feedback.newest_digest", "notifications.open_notice",
    "questions.short", "questions.share", "search.similar", "accounts.kept_for_address", "admin.mail_html",
    "accounts.demo_mail", "accounts.confirm", "accounts.confirm_change", "accounts.reset", "accounts.sign_in_link",
    "guests.publish", "guests.almost", "notifications.mute", "notifications.not_yet", "notifications.solved",
    "notifications.unsubscribe",
    "accounts.second_step", "accounts.check_mail", "accounts.recovery_codes", "accounts.second_factor_off",
    "admin.setup", "feedback.preview", "attachments.show",
    "editor.tools", "editor.people", "editor.tags", "hints.guide", "questions.fragment", "accounts.avatar",
    "frame.manifest", "sheets.show", "comments.show_comment", "comments.edit",
}  # fmt: skip
GUESTS = {"accounts.login", "accounts.register", "accounts.forgot", "reputation.leaderboard", "demonstration.start"}
SEEN_BY = {"admin": "admin", "escalation": "lead", "feedback": "pm", "moderation": "admin"}
ASKING = {"search.results": "?q=export", "feedback.label": "?post=question:{question_id}", "moderation.flag": "",
          "moderation.hide": "?post=question:{question_id}", "feedback.preview": "?product={product}"}  # fmt: skip
ASKING["moderation.flag"] = ASKING["moderation.hide"]


@dataclass(frozen=True)
class Place:
    """`role`: None for a guest."""

    name: str
    path: str
    role: str | None


def every_page(app: Flask) -> list[Place]:
    """Those whose address needs nothing that the forum has not got."""
    with app.app_context():
        known = things()
        db.session.remove()
    found, is_demo = {}, app.extensions["config"].is_demo
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, len(rule.arguments))):
            is_page = "GET" in (rule.methods or ()) and (rule.endpoint == "api.docs" or rule.rule[:5] != "/api/")
            is_page = is_page and (is_demo or not rule.endpoint.startswith("demonstration."))
            values = known | ({"slug": known["product"]} if rule.endpoint.startswith(("products.", "admin.")) else {})
            values |= {"name": known["tag"]} if rule.endpoint.startswith("tags.") else {}
            if is_page and rule.endpoint not in PASSED_OVER and all(values.get(name) for name in rule.arguments):
                address = url_for(rule.endpoint, **{name: values[name] for name in rule.arguments}, _external=False)
                address += ASKING.get(rule.endpoint, "").format(**values)
                found[rule.endpoint] = Place(rule.endpoint, address, _reader(rule.endpoint))
    found |= {f"help.{topic}": Place(f"help.{topic}", f"/help/{topic}", None) for topic in TOPICS}
    found |= {f"admin.setup.{step}": Place(f"admin.setup.{step}", f"/admin/setup/{step}", "admin") for step in STEPS}
    return [*found.values(), Place("home.index.guest", "/", None), Place("errors.404", "/no/such/page", None)]


def _reader(endpoint: str) -> str | None:
    if endpoint in GUESTS:
        return None
    return SEEN_BY.get(endpoint.split(".")[0], "moderator" if endpoint == "tags.edit" else "member")


def things() -> dict[str, Any]:
    """An example of whatever an address names; the question is the one with the most answers."""

    def first(statement: Any) -> Any:
        return db.session.scalar(statement.limit(1))

    visible = (Question.hidden.is_(False), Question.deleted_at.is_(None))
    question = db.session.scalars(select(Question).where(*visible).order_by(desc(Question.answer_count)).limit(1)).one()
    people = select(User.id).where(User.anonymised_at.is_(None))
    helper = first(select(Answer.author_id).group_by(Answer.author_id).order_by(desc(func.count())))
    product = first(select(Product.id).join(Question, Question.product_id == Product.id))
    return {
        "question_id": question.id,
        "slug": question.slug,
        "answer_id": first(select(Answer.id).where(Answer.question_id == question.id, Answer.deleted_at.is_(None))),
        "comment_id": first(select(Comment.id).where(Comment.deleted_at.is_(None), Comment.hidden.is_(False))),
        "user_id": helper or first(people),
        "name": first(select(User.name).where(User.id == helper)),
        "product_id": product,
        "product": first(select(Product.slug).where(Product.id == product)),
        "tag": first(select(Tag.name).order_by(desc(Tag.question_count))),
        "case_id": first(select(Case.id).order_by(desc(Case.id))),
        "item_id": first(select(FeedbackItem.id)),
        "digest_id": first(select(Digest.id).order_by(desc(Digest.id))),
        "mail_id": first(select(KeptMail.id)),
    }
