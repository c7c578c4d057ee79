"""The fields that a product adds to the form of a question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request
from wtforms import StringField

from app.domains.products.guides import Guided, folded, unanswered
from app.domains.products.queries import guide_fields, guide_of
from app.kernel.i18n import _
from app.web.context import locale
from app.web.forms import QuestionForm

_NAME = re.compile(r"guide-([1-9]\d{0,17})")


@dataclass(frozen=True)
class Guide:
    """`asked` by the product that is chosen now; `before` is what was answered for another one, and is still there."""

    asked: list[Guided] = field(default_factory=list)
    before: list[Guided] = field(default_factory=list)
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> list[Guided]:
        return [*self.asked, *self.before]

    def folded_into(self, body: str) -> str:
        return folded(body, self.all, self.answers)

    def complaints(self) -> dict[str, list[str]]:
        return unanswered(self.asked, self.answers)


def guide_for(product: str, kind: str, typed: Mapping[str, str]) -> Guide:
    """The fields, filled in from `typed`; an answer whose question this product asks in the same words moves along."""
    answers = {name: text for name, text in typed.items() if _NAME.fullmatch(name) and text.strip()}
    asked = guide_of(product, kind, locale()) if product else []
    foreign = [name for name in answers if name not in {each.name for each in asked}]
    known = {each.name: each for each in guide_fields((_id(name) for name in foreign), locale())}
    before = []
    for name in foreign:
        old = known.get(name) or Guided(_id(name), _("Also"), "", False)
        same = next((each for each in asked if each.label == old.label and each.name not in answers), None)
        if same is None:
            before.append(old)
        else:
            answers[same.name] = answers.pop(name)
    return Guide(asked, before, answers)


def _id(name: str) -> int:
    return int(name.removeprefix("guide-"))


def typed_guide() -> dict[str, str]:
    """What the request says in fields of a guide, of any product."""
    return {name: text for name, text in request.values.items() if _NAME.fullmatch(name)}


def add_fields(form: QuestionForm, guide: Guide) -> None:
    """Fields of the form like all others: shown, refused and kept as these are."""
    for each in guide.all:
        unbound = StringField(each.label, description=each.help)
        bound = unbound.bind(form=form, name=each.name)
        bound.process(None, guide.answers.get(each.name, ""))
        form._fields[each.name] = bound
