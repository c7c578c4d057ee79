"""A small forum in which something of everything has happened, beside a web process that shows it."""

from dataclasses import dataclass

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.claiming import claim_case
from app.domains.escalation.actions.noting import note_case
from app.domains.escalation.actions.raising import ask_staff_now
from app.domains.questions.actions.drafting import save_draft
from app.domains.questions.models import Question
from app.kernel.transaction import transaction
from tests.domains.escalation.stories import act, case_now
from tests.domains.feedback.feedback_rows import BODY, a_label
from tests.domains.reputation.scenes import accept, help_given
from tests.factories import a_comment, a_person, a_question, a_vote, an_answer
from tests.servers.live_forum import Forum

LONG = """It began with the update.

| Step | Result |
| --- | --- |
| Restart | no change |

```python
print("the log says nothing")
```

> I tried *this* and **that**, see `settings.ini`.
"""


@dataclass(frozen=True)
class Scene:
    """Who looks, and at what."""

    people: dict[str, Actor]
    question: Question
    case_id: int


def lived_in(forum: Forum) -> Scene:
    names = {"ann": "member", "stan": "agent", "pat": "pm", "lena": "lead"}
    people = {name: a_person(name, role=role, level=2) for name, role in names.items()}
    question = _a_thread(people["ann"], people["stan"])
    for number in range(3):
        help_given(a_person(f"helper{number}"), 3 - number)
    a_question(by=people["ann"], title="如何导出报表", body="月底需要把报表发给财务，按钮却是灰色的。", tags=("导出",))
    a_label(by=people["ann"], tags=("wifi",), title="Stable Wi-Fi after an update", type="request")
    _begin_to_write(people["ann"], people["stan"], question)
    waiting, claimed = (a_question(by=people["ann"], body=BODY) for _ in range(2))
    forum.work()
    for asked in (waiting, claimed):
        with transaction():
            ask_staff_now(people["stan"], asked.id, "A shop cannot sell.")
    act(claim_case, people["stan"], claimed)
    act(note_case, people["stan"], claimed, "The log shows two restarts.")
    forum.work()
    return Scene(people, question, case_now(claimed).id)


def _begin_to_write(ann: Actor, stan: Actor, question: Question) -> None:
    with transaction():
        save_draft(ann, "ask", {"title": "The lamp blinks", "body": "It began **yesterday**, when", "tags": "lamp"})
        save_draft(ann, f"answer:{question.id}", {"body": "Never mind, I have found it:"})
        save_draft(stan, f"comment-question:{question.id}", {"body": "Which version"})


def _a_thread(ann: Actor, stan: Actor) -> Question:
    """Answers of a peer and of the team, comments, votes; the peer's is accepted."""
    question = a_question(by=ann, title="Why does the router drop the connection each night?", body=LONG)
    peer = an_answer(to=question, by=a_person("eve", level=3), body=f"Pin the channel.\n\n{LONG}")
    an_answer(to=question, by=stan, body="Version 5.3 repairs it.")
    a_comment(on=question, by=ann)
    a_vote(on=question, by=stan)
    a_vote(on=peer, by=ann)
    accept(peer, ann)
    return question
