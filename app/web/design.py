"""The living style page: every component in each of its states."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from app.config import ROOT
from app.domains.accounts.queries import Person
from app.kernel.clock import now
from app.kernel.i18n import in_language
from app.kernel.markup import render
from app.web.forms import Form

pages = Blueprint("design", __name__)

LOOKS = ("light", "dark", "contrast")
STATES = (
    "open", "answered", "escalated", "solved", "closed", "hidden", "official", "overdue", "armed", "disarmed", "queued",
    "assigned", "waiting_asker", "waiting_product", "resolved", "cancelled", "inbox", "triaged", "under_review",
    "planned", "in_progress", "shipped", "confirmed", "declined", "merged", "not_feedback",
)  # fmt: skip
GROUNDS = ("paper", "surface", "sunken", "line", "line-strong", "ink", "ink-soft", "ink-faint")
ACCENTS = ("brand", "brand-strong", "brand-wash", "ask", "ask-strong", "link", "focus", "danger", "mark", "code")
MEANINGS = ("asked", "answered", "solved", "official", "escalated", "closed", "danger")
TOKENS = (GROUNDS, ACCENTS, tuple(f"{meaning}-{part}" for meaning in MEANINGS for part in ("ink", "wash")))
WORDS = {
    "zh-Hans": SimpleNamespace(
        title="更新到 iOS 18 以后，“家庭” App 每隔 10 分钟断线",
        text="在 Mesh 的“设置 → 网络”里关掉 Wi-Fi 6，重启 2 次（约 3 分钟）；还不行，就把日志（log.txt）贴上来。",
        quote="“重启以后好了！”她说：“谢谢你，Ann。”",
        person="沈悦",
    ),
    "en": SimpleNamespace(
        title="Since iOS 18 the “Home” app drops the 路由器 every 10 minutes",
        text="Switch Wi-Fi 6 off under “设置 → Network”, restart the hub twice (about 3 minutes), then try again.",
        quote="“It works since the restart,” she said, “thank you, 小满.”",
        person="Ann Lee",
    ),
}
CODE = """```python
def answers(question):  # 已解决的在前
    return sorted(question.answers, key=lambda each: (not each.accepted, -each.score))[:30]
```"""
LANGUAGE_NAMES = {"zh-Hans": "简体中文", "en": "English"}


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
    shown = SimpleNamespace(rows=rows, people=people, staff=staff, then=then, body=body, lines=lines)
    shown.promise = SimpleNamespace(due_at=now() + timedelta(hours=2))
    shown.code = Markup(render(CODE))  # nosec B704  # what render() made is clean
    shown.icons, shown.states, shown.tokens = icons(), STATES, TOKENS
    return shown


def icons() -> list[str]:
    return re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8"))


def in_languages() -> list[tuple[str, str, Markup]]:
    """The same components as a reader of each language sees them."""
    found = []
    for lang, words in WORDS.items():
        with in_language(lang):
            shown = render_template("design/_beside.html", words=words)
        found.append((lang, LANGUAGE_NAMES[lang], Markup(shown)))  # nosec B704  # a template's own output
    return found


@pages.get("/design")
def index() -> Any:
    form = SampleForm()
    form.broken.errors = ["This is not an e-mail address. An example: ann@example.com"]
    look = request.args.get("look")
    look = look if look in LOOKS else None
    return render_template("design/page.html", form=form, sample=sample(), look=look, in_languages=in_languages())
