"""The living style page: every component in each of its states."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template
from markupsafe import Markup
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from app.domains.accounts.queries import Person
from app.kernel.clock import now
from app.web.forms import Form

pages = Blueprint("design", __name__)


class SampleForm(Form):
    text = StringField("Title", default="导出的报表缺最后一行 in the monthly report")
    broken = StringField("Address", default="ann at example")
    choice = SelectField("Product", choices=[("mesh", "Mesh"), ("pay", "Pay")])
    body = TextAreaField("Details", default="**Every** ten minutes.")
    agreed = BooleanField("Tell me of answers")


def sample() -> SimpleNamespace:
    people = [Person(1, "林小满", "member", 3), Person(2, "Ann Lee", "member", 1), Person(3, "老周", "member", 2)]
    rows = [
        SimpleNamespace(
            title="如何导出报表到 Excel？",
            excerpt="月底对账时需要把销售报表导出，但是找不到按钮。",
            lang="zh-Hans",
            state="solved",
            answers=3,
            official=True,
            product="Pay",
            tags=("报表", "导出"),
            asker=people[0],
            score=12,
            read=False,
        ),
        SimpleNamespace(
            title="The router drops the connection every ten minutes",
            excerpt="Since the update of Monday.",
            lang="en",
            state="open",
            answers=0,
            official=False,
            product="Mesh",
            tags=("wifi",),
            asker=people[1],
            score=2,
            read=True,
        ),
        SimpleNamespace(
            title="Refund still pending after two days",
            excerpt="The customer asks me every morning.",
            lang="en",
            state="escalated",
            answers=1,
            official=False,
            product="Pay",
            tags=("refund",),
            asker=people[2],
            score=5,
            read=True,
        ),
    ]
    lines = [
        ("open", "If nobody has answered by Tue 15:00, our team will."),
        ("escalated", "Our team has it since 15:00."),
        ("answered", "2 answers. Did one of them help?"),
        ("solved", "Solved by Ann Lee."),
    ]
    body = Markup("<p>在 <strong>报表 → 导出</strong> 里选择 Excel。</p><pre><code>flask search rebuild</code></pre>")
    staff = Person(9, "沈悦", "agent", 0)
    then = now() - timedelta(hours=3)
    return SimpleNamespace(rows=rows, people=people, staff=staff, then=then, body=body, lines=lines)


@pages.get("/design")
def index() -> Any:
    form = SampleForm()
    form.broken.errors = ["This is not an e-mail address. An example: ann@example.com"]
    return render_template("design/page.html", form=form, sample=sample())
