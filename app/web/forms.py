"""Field shapes and lengths; the rules stay in the domains.

A form shows a domain's complaints: `show(form, error)` puts every sentence of an Invalid under its field.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import session
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.i18n import get_translations
from wtforms.validators import Optional

from app.domains.accounts.tokens import new_token
from app.domains.questions.models import CloseReason, Kind
from app.kernel.errors import DomainError, Invalid, NotAllowed, TooSoon
from app.kernel.i18n import _, _l
from app.kernel.languages import LANGUAGES
from app.web.context import locale

KIND_NAMES = {
    Kind.QUESTION: _l("Question: how do I …?"),
    Kind.PROBLEM: _l("Problem: something does not work"),
    Kind.COMPLAINT: _l("Complaint: something went wrong"),
    Kind.IDEA: _l("Idea: it would be better if …"),
    Kind.PRAISE: _l("Praise: this is good"),
}
REASON_NAMES = {
    CloseReason.DUPLICATE: _l("It repeats another question"),
    CloseReason.OFF_TOPIC: _l("It is not about our products"),
    CloseReason.UNCLEAR: _l("It cannot be answered as it stands"),
    CloseReason.NOT_REPRODUCIBLE: _l("It does not happen any more"),
    CloseReason.RESOLVED_ELSEWHERE: _l("It was solved elsewhere"),
    CloseReason.SPAM: _l("It is spam"),
}


REFUSALS = (Invalid, NotAllowed, TooSoon)
"""Why a form comes back with its text: something in it is wrong, somebody was faster to close, it was too often."""


class Form(FlaskForm):  # type: ignore[misc]
    """Shapes only: what a text must say is asked by the domain."""

    class Meta:
        # Flask-WTF checks every POST already; a token in each form keeps one name for both.
        csrf = False

        def get_translations(self, _form: Any) -> Any:
            return _wtforms_words(locale())


@cache
def _wtforms_words(language: str) -> Any:
    """The sentences of WTForms' own; Flask-WTF reads them from their file again for every request."""
    return get_translations(LANGUAGES[language].libraries)


class SubmittedForm(Form):
    """Carries its own key, so that a double submit makes one row."""

    submission = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.submission.data:
            self.submission.data = new_token()[:40]


class QuestionForm(SubmittedForm):
    product = SelectField(_l("Product"), validate_choice=False)
    kind = SelectField(_l("What is it?"), validate_choice=False, default=Kind.QUESTION.value)
    title = StringField(_l("Title"), description=_l("One sentence that says what is wrong or what you want to do."))
    body = TextAreaField(
        _l("Details"), description=_l("What did you do, what did you expect, what happened? Version and device help.")
    )
    tags = StringField(_l("Tags"), description=_l("One to five words, separated by spaces or commas."))
    comment = StringField(_l("What did you change?"))
    base_version = IntegerField(validators=[Optional()])

    def offer(self, products: Sequence[Any]) -> "QuestionForm":
        """Fill the choices; products as rows with slug and name."""
        self.product.choices = [("", _("Please choose")), *((each.slug, each.name) for each in products)]
        if len(products) == 1 and not self.product.data:
            self.product.data = products[0].slug
        self.kind.choices = [(kind.value, name) for kind, name in KIND_NAMES.items()]
        return self


class GuestForm(Form):
    name = StringField(_l("Your name here"), description=_l("Everybody sees it beside your question."))
    email = StringField(_l("E-mail address"), description=_l("We send the answers there. Nobody else sees it."))


class PostForm(SubmittedForm):
    body = TextAreaField(_l("Your answer"))
    comment = StringField(_l("What did you change?"))
    base_version = IntegerField(validators=[Optional()])


class CommentForm(SubmittedForm):
    body = TextAreaField(_l("Comment"))
    base_version = IntegerField(validators=[Optional()])


class NumberField(IntegerField):
    """The number of a row; one that no row can have is not there."""

    data: int | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not 0 < self.data < 2**63:
            self.data = None


class CloseForm(Form):
    reason = SelectField(_l("Reason"), validate_choice=False)
    duplicate_of = NumberField(_l("Number of the question that it repeats"), validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason.value, name) for reason, name in REASON_NAMES.items()]


def show(form: Form, error: Invalid) -> None:
    """Put the domain's sentences under their fields; what belongs to no field goes on top."""
    for name, sentences in error.fields.items():
        field: Field | None = form._fields.get(name)
        target = field if field is not None else form
        texts = [str(sentence) for sentence in sentences]
        if isinstance(target, Field):
            target.errors = [*target.errors, *texts]
        else:
            form.form_errors.extend(texts)
    if not error.fields:
        form.form_errors.append(str(error))


def refuse(form: Form, error: DomainError) -> tuple[int, dict[str, str]]:
    """Show why the form was refused; gives the status and headers of the page that shows it."""
    if isinstance(error, Invalid):
        show(form, error)
        return error.status, {}
    form.form_errors.append(str(error))
    wait = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, TooSoon) else {}
    return error.status, wait


def draft_key() -> str:
    """The browser's key for what a guest has written; kept in its signed cookie."""
    key = session.get("draft")
    if not key:
        key = session["draft"] = new_token()
    return str(key)
