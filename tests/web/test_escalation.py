from typing import Any

import pytest

from app.domains.escalation.actions.claiming import claim_case
from app.domains.escalation.actions.noting import note_case
from tests.conftest import sign_in, statements
from tests.domains.escalation.stories import a_queued_question, act, case_now, question_now
from tests.factories import a_comment, a_person, a_product, a_question, an_answer


@pytest.fixture
def queued(ann: Any, clock: Any, worker: Any) -> Any:
    return a_queued_question(clock, worker, by=ann)


@pytest.fixture
def desk(sign_in_as: Any, stan: Any) -> Any:
    return sign_in_as(stan)


def text(response: Any) -> str:
    return " ".join(response.get_data(as_text=True).split())


def case_url(question: Any, action: str = "") -> str:
    return f"/staff/cases/{case_now(question).id}{'/' + action if action else ''}"


def form_of(page: Any) -> dict[str, str]:
    """The hidden fields of the answer's form, as a browser would send them."""
    import re

    shown = page.get_data(as_text=True)
    names = ("base_version", "seen_at", "submission")
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', shown) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def test_the_asker_reads_the_promise_before_any_job_has_run(sign_in_as: Any, ann: Any) -> None:
    question = a_question(by=ann)
    page = text(sign_in_as(ann).get(f"/questions/{question.id}/{question.slug}"))
    assert "If nobody has answered by Tue, 3 Mar, 06:00, our team will." in page
    assert 'data-due="2026-03-03T06:00:00+00:00"' in page


def test_the_state_line_says_when_our_team_has_it(queued: Any, desk: Any) -> None:
    page = text(desk.get(f"/questions/{queued.id}/{queued.slug}"))
    assert "Our team replies by Tue, 3 Mar, 10:00." in page
    assert case_url(queued) in page


def test_a_page_without_a_promise_says_why(client: Any, ann: Any, lena: Any, worker: Any) -> None:
    a_product("quiet", policy=False)
    asked, told = a_question(by=ann, product="quiet"), a_question(by=lena)
    worker.tick()
    assert "this product relies on its community" in text(client.get(f"/questions/{asked.id}/{asked.slug}"))
    assert "No promise: our team wrote this." in text(client.get(f"/questions/{told.id}/{told.slug}"))


def test_the_queue_lists_the_case_and_a_claim_takes_it(queued: Any, desk: Any, stan: Any) -> None:
    title, claim = queued.title, case_url(queued, "claim")
    page = text(desk.get("/staff/queue"))
    assert title in page and claim in page

    answer = desk.post(claim)

    assert (answer.status_code, case_now(queued).owner_id) == (303, stan.id)
    assert title in text(desk.get("/staff/queue?tab=mine"))


def test_the_queue_costs_at_most_five_statements(queued: Any, desk: Any) -> None:
    desk.get("/staff/queue")
    with statements() as seen:
        assert desk.get("/staff/queue").status_code == 200
    assert len(seen) <= 5, seen


def test_an_empty_tab_says_that_nothing_waits(queued: Any, desk: Any) -> None:
    assert "Nothing waits here" in text(desk.get("/staff/queue?tab=mine"))
    assert "Nothing waits here" in text(desk.get("/staff/queue?tab=breached"))


def test_a_member_opens_neither_queue_nor_case(queued: Any, sign_in_as: Any, bob: Any) -> None:
    client = sign_in_as(bob)
    assert client.get("/staff/queue").status_code == 403
    assert client.get(case_url(queued)).status_code == 404
    assert client.post(case_url(queued, "claim")).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: Any, queued: Any) -> None:
    assert "/login" in client.get("/staff/queue").headers["Location"]


def test_an_agent_of_another_product_neither_lists_nor_opens_the_case(queued: Any, sign_in_as: Any) -> None:
    other = a_product("lamp")
    client = sign_in_as(a_person("lou", role="agent", serves=(other.id,)))
    assert "Nothing waits here" in text(client.get("/staff/queue"))
    assert client.get(case_url(queued)).status_code == 404
    assert client.post(case_url(queued, "answer"), data={"body": "Not mine to answer here."}).status_code == 404


def test_the_answer_from_the_desk_is_the_public_answer(queued: Any, desk: Any, client: Any) -> None:
    shown = desk.get(case_url(queued))
    form = form_of(shown) | {"body": "Please install the firmware of March."}
    sent = desk.post(case_url(queued, "answer"), data=form)
    assert sent.status_code == 303
    assert f"taken=answer:{queued.id};" in sent.headers["Set-Cookie"]  # the browser forgets its draft
    assert case_now(queued).state == "answered"
    page = text(client.get(f"/questions/{queued.id}/{question_now(queued).slug}"))
    assert "Please install the firmware of March." in page and "Official answer" in page


def test_a_reply_that_asks_leaves_the_case_waiting_for_the_asker(queued: Any, desk: Any) -> None:
    form = form_of(desk.get(case_url(queued))) | {"body": "Which version do you have?", "asks": "1"}
    desk.post(case_url(queued, "answer"), data=form)
    assert case_now(queued).state == "waiting_asker"


def arrive_answer(question: Any, bob: Any, lena: Any) -> None:
    an_answer(to=question, by=bob, body="Try the other socket first.")


def arrive_comment(question: Any, bob: Any, lena: Any) -> None:
    a_comment(on=question, by=bob, body="I have the same here.")


def arrive_note(question: Any, bob: Any, lena: Any) -> None:
    act(note_case, lena, question, "I am calling the customer now.")


@pytest.mark.parametrize(
    ("arrive", "words"),
    [(arrive_answer, "A new answer"), (arrive_comment, "A new comment"), (arrive_note, "A new note")],
)
def test_a_post_that_arrived_meanwhile_is_shown_first_and_the_text_is_kept(
    arrive: Any, words: str, queued: Any, desk: Any, clock: Any, bob: Any, lena: Any
) -> None:
    form = form_of(desk.get(case_url(queued))) | {"body": "Please install the firmware of March."}
    clock.advance(seconds=30)
    arrive(queued, bob, lena)

    refused = desk.post(case_url(queued, "answer"), data=form)

    assert refused.status_code == 409
    assert words in text(refused) and "Please install the firmware of March." in text(refused)
    assert case_now(queued).state == "queued"

    clock.advance(seconds=1)
    anyway = form | form_of(refused)
    assert desk.post(case_url(queued, "answer"), data=anyway).status_code == 303
    assert case_now(queued).state == "answered"


def test_an_empty_answer_is_refused_with_a_sentence(queued: Any, desk: Any) -> None:
    refused = desk.post(case_url(queued, "answer"), data=form_of(desk.get(case_url(queued))) | {"body": " "})
    assert refused.status_code == 422
    assert "Please write something here." in text(refused)


def test_who_comes_second_to_a_claim_reads_that_somebody_was_faster(
    queued: Any, sign_in_as: Any, stan: Any, lena: Any
) -> None:
    act(claim_case, lena, queued)
    refused = sign_in_as(stan).post(case_url(queued, "claim"))
    assert refused.status_code == 409
    assert "Somebody else has just claimed this case." in text(refused)


def test_the_page_of_a_case_does_all_its_work(queued: Any, sign_in_as: Any, lena: Any, stan: Any, bob: Any) -> None:
    client = sign_in_as(lena)
    assert client.post(case_url(queued, "claim")).status_code == 303
    assert client.post(case_url(queued, "note"), data={"note": "Seen this at two others."}).status_code == 303
    assert "Seen this at two others." in text(client.get(case_url(queued)))
    assert client.post(case_url(queued, "note"), data={"note": " "}).status_code == 422
    assert client.post(case_url(queued, "release")).status_code == 303
    assert client.post(case_url(queued, "raise")).status_code == 303
    assert client.post(case_url(queued, "raise")).status_code == 409
    assert client.post(case_url(queued, "reassign"), data={"owner": bob.id}).status_code == 422
    assert client.post(case_url(queued, "reassign"), data={"owner": "x"}).status_code == 404
    assert client.post(case_url(queued, "reassign"), data={"owner": stan.id}).status_code == 303
    assert (case_now(queued).level, case_now(queued).owner_id) == (2, stan.id)
    assert client.post(case_url(queued, "resolve"), data={"reason": "fixed"}).status_code == 403
    an_answer(to=queued, by=bob)
    assert client.post(case_url(queued, "resolve"), data={"reason": "because"}).status_code == 422
    assert client.post(case_url(queued, "resolve"), data={"reason": "fixed"}).status_code == 303
    assert (case_now(queued).state, case_now(queued).because) == ("resolved", "fixed")


def test_an_unknown_case_is_not_there(desk: Any) -> None:
    assert desk.get("/staff/cases/999").status_code == 404
    assert desk.post("/staff/cases/999/claim").status_code == 404


def test_an_expert_calls_our_team_before_the_promised_time(sign_in_as: Any, ann: Any, eve: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    client = sign_in_as(eve)
    assert "Ask our team now" in text(client.get(f"/questions/{question.id}/{question.slug}"))
    assert client.post(f"/questions/{question.id}/escalate", data={"reason": "It loses data."}).status_code == 303
    assert (case_now(question).state, case_now(question).because) == ("queued", "asked")


def test_the_asker_says_that_it_is_not_solved(
    sign_in_as: Any, ann: Any, bob: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick()
    client = sign_in_as(ann)
    assert "Not solved" in text(client.get(f"/questions/{question.id}/{question.slug}"))
    clock.advance(days=1)
    assert client.post(f"/questions/{question.id}/not-solved").status_code == 303
    assert (case_now(question).state, case_now(question).cycle) == ("queued", 2)
    assert "With our team" in text(client.get(f"/questions/{question.id}/{question.slug}"))


def test_the_desk_speaks_chinese(queued: Any, sign_in_as: Any) -> None:
    client = sign_in_as(a_person("wei", role="agent", language="zh"))
    assert 'lang="zh-Hans"' in client.get("/staff/queue").get_data(as_text=True)
    assert client.get(case_url(queued)).status_code == 200


def test_a_case_that_is_overdue_says_since_when_and_counts_no_more(
    queued: Any, client: Any, stan: Any, clock: Any
) -> None:
    assert "data-countdown" in text(sign_in(client, stan).get(case_url(queued)))
    clock.advance(hours=9)
    page = text(sign_in(client, stan).get(case_url(queued)))
    assert "data-countdown" not in page and '<b class="countdown">' in page


def test_a_case_with_an_owner_does_not_leave_the_queue_for_a_peer(
    queued: Any, desk: Any, eve: Any, worker: Any
) -> None:
    an_answer(to=question_now(queued), by=eve)
    worker.tick()
    assert "If nobody claims the case, it leaves the queue." in text(desk.get(case_url(queued)))
    desk.post(case_url(queued, "claim"))
    page = text(desk.get(case_url(queued)))
    assert "A peer has answered" in page and "If nobody claims the case" not in page
