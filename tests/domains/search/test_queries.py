"""Searching a forum: what is posted is found, by whoever may know of it, on either engine."""

import json
import threading

import pytest
from sqlalchemy import select

from app.domains.accounts.actor import GUEST
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import delete_question, question_to_change
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import Question
from app.domains.questions.queries import question_page
from app.domains.search.queries import (
    SearchFilters,
    index_status,
    query_lines,
    related_questions,
    search_ids,
    search_questions,
    similar_lines,
    similar_questions,
)
from app.domains.search.reactions import index_ids
from app.domains.search.rebuild import rebuild
from app.extensions import db
from app.kernel.errors import Invalid
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_person, a_product, a_question, a_vote, an_answer

pytestmark = pytest.mark.usefixtures("app")


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        names = ("whoosh", "tantivy")
        marked = [pytest.param(name, marks=pytest.mark.settings(search_engine=name), id=name) for name in names]
        metafunc.parametrize("engine", marked)


def ids(actor, text, **more):
    return [card.id for card in search_questions(actor, text, **more).cards]


def text_of(segments):
    return "".join(text for text, _marked in segments)


def words_marked(segments):
    return [text for text, is_marked in segments if is_marked]


def change(action, actor, question, *more):
    with transaction():
        action(actor, question_to_change(question.id, actor), *more)


def test_a_question_is_found_once_the_worker_has_run(engine, ann, worker):
    question = a_question(by=ann, title="Lamp stays dark after the storm", body="The printer of the office is fine.")
    chinese = a_question(by=ann, title="如何导出报表", body="月底需要把报表发给财务。", tags=("导出",))
    worker.tick()

    assert index_status().engine == engine
    assert ids(GUEST, "lamp storm") == [question.id]
    assert ids(GUEST, "报表") == [chinese.id]
    assert ids(GUEST, "财务 导出") == [chinese.id]
    assert ids(GUEST, "[导出]") == [chinese.id]
    assert ids(GUEST, "printer lang:en") == [question.id]


@pytest.mark.long
def test_each_of_two_hundred_titles_finds_its_own_question_among_the_first_three(engine, ann):
    things = ["router", "kettle", "scanner", "路由器", "打印机", "摄像头", "invoice", "calendar", "备份", "密码"]
    faults = ["loses [sync] with", "does not see", 'says "error 40', "无法连接到", "需要重启：", "C++ crash in"]
    titles = [f"{things[n % 10]} {faults[n % 6]} {things[(n * 7 + 3) % 10]} -case {n}" for n in range(200)]
    with transaction():
        asked = {a_question(by=ann, title=title, body="Every morning since the update.").id: title for title in titles}
    rebuild()

    lost = [title for number, title in asked.items() if number not in ids(GUEST, title)[:3]]
    assert lost == []


def test_edits_votes_answers_and_acceptance_reach_the_index(engine, ann, bob, stan, worker):
    question = a_question(by=ann, title="The lamp stays dark")
    worker.tick()
    answer = an_answer(to=question, by=bob, body="Have you tried the magenta fuse?")
    a_vote(on=question, by=bob)
    worker.tick()
    assert ids(GUEST, "magenta") == ids(GUEST, "score:1 user:bob") == ids(GUEST, "is:answered lamp") == [question.id]
    assert ids(GUEST, "is:official lamp") == ids(GUEST, "is:solved") == []

    an_answer(to=question, by=stan, body="Replace it.")
    with transaction():
        accept_answer(ann, *reversed(answer_with_question(answer.id, ann)))
    worker.tick()
    assert ids(GUEST, "is:official is:solved answers:2") == [question.id]


def test_a_hidden_question_is_found_and_counted_only_for_those_who_may_see_it(engine, ann, bob, mona, stan, worker):
    hidden = a_question(by=ann, title="Canary lamp with a secret")
    shown = a_question(by=ann, title="Canary lamp without one")
    worker.tick()
    change(hide_post, mona, hidden, "spam")

    for actor in (GUEST, bob):  # gone at once, before any job has run
        page = search_questions(actor, "canary lamp")
        assert ([card.id for card in page.cards], page.total) == ([shown.id], 1)
        assert search_ids(actor, "canary lamp").total == 1
        assert [card.id for card in similar_questions(actor, "Canary lamp")] == [shown.id]
    worker.tick()
    for actor in (GUEST, bob):
        assert search_questions(actor, "canary lamp", per_page=1).total == 1
        assert search_questions(actor, "Canary lamp with a secret").total == 1  # the other shares its words
        assert (search_ids(actor, "secret").total, search_ids(actor, "user:ann is:unanswered").ids) == (0, [shown.id])
        assert [card.id for card in similar_questions(actor, "Canary lamp with a secret")] == [shown.id]
    for actor in (ann, mona, stan):
        page = search_questions(actor, "canary lamp")
        assert ({card.id for card in page.cards}, page.total) == ({hidden.id, shown.id}, 2)
        assert [card.id for card in similar_questions(actor, "Canary lamp with a secret")] == [shown.id]

    with transaction():
        restore_post(mona, db.session.get_one(Question, hidden.id))
    worker.tick()
    assert search_questions(GUEST, "canary lamp").total == 2


def test_a_deleted_question_is_found_by_its_asker_alone(engine, ann, bob, worker):
    question = a_question(by=ann, title="The canary lamp is broken")
    change(delete_question, ann, question)
    worker.tick()

    assert (ids(ann, "canary"), ids(bob, "canary"), ids(GUEST, "canary")) == ([question.id], [], [])


def test_a_hidden_answer_is_neither_searched_nor_shown(engine, ann, bob, mona, worker):
    question = a_question(by=ann, title="The lamp stays dark")
    answer = an_answer(to=question, by=bob, body="The canary word stands only here.")
    worker.tick()
    assert words_marked(search_questions(GUEST, "canary").results[0].snippet) == ["canary"]

    with transaction():
        hide_post(mona, answer_with_question(answer.id, mona)[0], "spam")
    assert words_marked(search_questions(GUEST, "canary").results[0].snippet) == []  # still in the index, never shown
    worker.tick()
    assert search_questions(GUEST, "canary").total == 0
    assert ids(GUEST, "user:bob") == []


ODD = [
    "", "   ", '"', '"never closed', "[", "[]", "[nobody-knows-this-tag] lamp", "::", "is:", "score:>x",
    "created:9999y", "-", "*", "lamp " * 2_000, "灯" * 10_000, "\x00\ud800 lamp", "sort:votes",
    "'; DROP TABLE question; --", "🙂", "a" * 9_999,
]  # fmt: skip


def test_whatever_is_typed_gets_an_answer_from_the_index_and_from_the_database(engine, ann, worker):
    a_question(by=ann, title="The lamp stays dark")

    without_index = [search_questions(GUEST, text) for text in ODD]
    worker.tick()
    with_index = [search_questions(GUEST, text) for text in ODD]

    asked = [page for page, text in zip(without_index, ODD, strict=True) if any(map(str.isalnum, text))]
    assert {page.from_database for page in asked} == {True}  # signs alone are looked for nowhere
    assert {page.from_database for page in with_index} == {False}
    assert all(page.total == len(page.cards) for page in without_index + with_index)
    assert with_index[ODD.index("lamp " * 2_000)].total == 1


def test_a_tag_nobody_knows_is_searched_as_words_with_a_hint(engine, ann, worker):
    question = a_question(by=ann, title="Lamp stays [purple] at night")
    worker.tick()

    page = search_questions(GUEST, "Lamp stays [purple] at night")
    assert [card.id for card in page.cards] == [question.id]
    assert [(hint.code, hint.params) for hint in page.hints] == [("unknown_tag", {"tag": "purple"})]


def test_a_synonym_in_brackets_means_its_tag(engine, ann, worker):
    from app.domains.tags.models import Synonym, Tag

    question = a_question(by=ann, title="The lamp stays dark", tags=("wifi",))
    with transaction():
        tag_id = db.session.scalars(select(Tag.id).where(Tag.name == "wifi")).one()
        db.session.add(Synonym(name="无线", tag_id=tag_id))
    worker.tick()

    assert ids(GUEST, "[无线]") == ids(GUEST, "", filters=SearchFilters(tag="无线")) == [question.id]


def test_user_me_is_whoever_asks(engine, ann, bob, worker):
    mine = a_question(by=ann, title="The lamp stays dark")
    a_question(by=bob, title="The lamp stays green")
    worker.tick()

    assert ids(ann, "lamp user:me") == [mine.id]
    page = search_questions(GUEST, "lamp user:me")
    assert (page.total, [hint.code for hint in page.hints]) == (0, ["sign_in_for_me"])


def test_what_nobody_knows_is_said_instead_of_finding_nothing_in_silence(ann, worker):
    a_product("notes")
    a_question(by=ann, title="The lamp stays dark")
    worker.tick()

    def hints(text, **chosen):
        page = search_questions(GUEST, text, filters=SearchFilters(**chosen))
        assert page.total == 0
        return [(hint.code, *hint.params.values()) for hint in page.hints]

    assert hints("lamp product:nope") == hints("lamp", product="nope") == [("no_product", "nope", "notes, mesh")]
    assert hints("lamp user:nobody") == [("no_user", "nobody")]
    assert hints("lamp", tag="nope") == [("no_tag", "nope")]
    assert hints("lamp product:notes") == []


def test_people_are_found_however_their_names_are_spelt(engine, worker):
    asked = a_question(by=a_person("Lin Xiao"), title="The lamp stays dark")
    worker.tick()

    assert ids(GUEST, 'user:"lin xiao"') == ids(GUEST, "user:lin-xiao") == ids(GUEST, "user:LinXiao") == [asked.id]


def test_filters_narrow_what_was_typed(engine, ann, bob, worker):
    a_product("notes")
    here = a_question(by=ann, title="The lamp stays dark", tags=("power",))
    there = a_question(by=ann, title="The lamp stays green", product="notes")
    an_answer(to=there, by=bob)
    worker.tick()

    assert ids(GUEST, "lamp", filters=SearchFilters(product="notes")) == [there.id]
    assert ids(GUEST, "lamp", filters=SearchFilters(state="unanswered")) == [here.id]
    assert ids(GUEST, "", filters=SearchFilters(tag="power")) == [here.id]
    assert ids(GUEST, "The lamp stays dark", filters=SearchFilters(product="notes")) == [there.id]
    assert ids(GUEST, "lamp", filters=SearchFilters(lang="zh")) == []
    assert ids(GUEST, "lamp", filters=SearchFilters(tag="no-such-tag")) == []
    assert set(ids(GUEST, "lamp", filters=SearchFilters(state="nonsense", sort="nonsense"))) == {here.id, there.id}


def test_pages_follow_each_other_without_gap_or_repetition(engine, ann, clock, worker):
    asked = []
    for number in range(7):
        clock.advance(minutes=1)
        asked.append(a_question(by=ann, title=f"The lamp with number {number}").id)
    worker.tick()

    seen, after = [], None
    for _page in range(3):
        page = search_questions(GUEST, "lamp sort:new", after=after, per_page=3)
        seen, after = seen + [card.id for card in page.cards], page.next
        assert page.total == 7
    assert (seen, after) == (asked[::-1], None)
    assert ids(GUEST, "lamp sort:new", page=2, per_page=3) == seen[3:6]
    with pytest.raises(Invalid):
        ids(GUEST, "lamp sort:new", after="not a cursor", per_page=3)


def test_a_result_shows_where_the_words_stand(engine, ann, bob, worker):
    question = a_question(by=ann, title="Lamp <b>stays</b> dark", body="Some text. " * 40 + "Then the **storm** came.")
    an_answer(to=question, by=bob, body="Ask the ferryman.")
    worker.tick()

    result = search_questions(GUEST, "storm lamps").results[0]
    assert words_marked(result.title) == ["Lamp"] and text_of(result.title) == "Lamp <b>stays</b> dark"
    assert words_marked(result.snippet) == ["storm"]
    assert words_marked(search_questions(GUEST, "ferryman").results[0].snippet) == ["ferryman"]


def test_a_page_of_results_costs_at_most_seven_statements(engine, ann, bob, worker):
    for _ in range(12):
        question = a_question(by=ann, title="The lamp stays dark", tags=("power",))
        an_answer(to=question, by=bob, body="It was the storm of last night.")
    worker.tick()
    ids(GUEST, "lamp")

    with statements() as seen:
        assert len(ids(GUEST, "lamp storm [power]", filters=SearchFilters(tag="power"))) == 12
    assert len(seen) <= 7


def test_similar_questions_put_the_own_product_and_answered_ones_first(engine, ann, bob, worker):
    a_product("notes")
    open_one = a_question(by=ann, title="The red lamp stays dark")
    answered = a_question(by=ann, title="A red lamp stays dark at night")
    other = a_question(by=ann, title="That red lamp stays dark", product="notes")
    an_answer(to=answered, by=bob)
    a_question(by=ann, title="Invoices are missing")
    worker.tick()

    def similar(**more):
        return [card.id for card in similar_questions(GUEST, "red lamp stays dark", **more)]

    assert similar()[0] == answered.id and set(similar()) == {open_one.id, answered.id, other.id}
    assert similar(product="mesh", limit=2) == [answered.id, open_one.id]
    assert other.id not in similar(exclude=other.id)
    assert similar_questions(GUEST, "  ") == []


def test_questions_that_share_only_small_words_are_not_similar(engine, ann, worker):
    a_question(by=ann, title="How do I export the invoices at night")
    a_question(by=ann, title="如何导出上个月的报表")
    like = a_question(by=ann, title="路由器晚上一直掉线怎么办")
    worker.tick()

    assert similar_questions(GUEST, "How do I restart the lamp at home") == []
    assert [card.id for card in similar_questions(GUEST, "晚上路由掉线了如何处理")] == [like.id]


def test_related_questions_cost_one_statement_and_leave_out_the_question_itself(engine, ann, worker):
    one = a_question(by=ann, title="The red lamp stays dark")
    other = a_question(by=ann, title="This red lamp flickers")
    worker.tick()
    view, other_id = question_page(GUEST, one.id), other.id

    with statements() as seen:
        assert [card.id for card in related_questions(GUEST, view)] == [other_id]
    assert len(seen) == 1


def test_lines_of_json_for_the_command_line(engine, ann, worker):
    question = a_question(by=ann, title="The lamp stays dark")
    worker.tick()

    found = list(query_lines(["lamp\n", "\n", "nothing like it\n"], limit=3))
    assert [(line["query"], line["total"], line["ids"]) for line in found] == [
        ("lamp", 1, [question.id]), ("", 1, [question.id]), ("nothing like it", 0, []),
    ]  # fmt: skip
    assert all(line["ms"] >= 0 for line in found)
    asked = [json.dumps({"title": "The lamp", "body": "", "tags": ["x"]}), "{nonsense", json.dumps(["title"])]
    similar = list(similar_lines(asked))
    assert similar[0]["ids"] == [question.id]
    assert ["error" in line for line in similar] == [False, True, True]


@pytest.mark.both_databases
def test_without_an_index_the_database_answers(app, ann, bob, mona):
    a_product("notes")
    chinese = "如何导出报表？月底需要把报表发给财务，但是按钮是灰色的。"
    question = a_question(by=ann, title="The lamp stays 100% dark", tags=("power",), body=chinese)
    other = a_question(by=bob, title="The lamp stays green", product="notes")
    an_answer(to=other, by=ann)
    hidden = a_question(by=ann, title="The lamp with a secret")
    change(hide_post, mona, hidden, "spam")

    assert search_questions(GUEST, "lamp").from_database
    assert ids(GUEST, "LAMP stays") == [other.id, question.id]
    assert ids(GUEST, "100%") == ids(GUEST, "导出报表") == ids(GUEST, "[power]") == [question.id]
    assert ids(GUEST, "lamp -green") == ids(GUEST, "lamp answers:0") == [question.id]
    assert ids(GUEST, "lamp product:notes") == ids(GUEST, "lamp is:answered") == [other.id]
    assert ids(GUEST, "lamp user:bob created:7d lang:en score:0") == [other.id]
    assert ids(GUEST, '"lamp stays green"') == [other.id]
    assert (search_questions(GUEST, "secret").total, ids(ann, "secret")) == (0, [hidden.id])
    assert [card.id for card in similar_questions(GUEST, "A green lamp secret")][0] == other.id
    assert hidden.id not in [card.id for card in similar_questions(mona, "A green lamp secret")]
    with statements() as seen:
        assert related_questions(GUEST, question_page(GUEST, other.id)) == []
    assert not any("LIKE" in statement.upper() for statement in seen)


def test_several_threads_search_while_questions_are_indexed(engine, app, ann, worker):
    asked = [a_question(by=ann, title=f"The lamp with number {number}").id for number in range(40)]
    worker.tick()
    failures, searches = [], []
    stop = threading.Event()

    def look():
        with app.app_context():
            while not stop.is_set():
                try:
                    page = search_questions(GUEST, "lamp", per_page=50)
                    searches.append(page.total)
                    assert page.total == 40 and not page.from_database
                except Exception as error:
                    failures.append(error)
                    return
                finally:
                    db.session.rollback()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _round in range(4):
        index_ids(asked)
    stop.set()
    for thread in threads:
        thread.join()

    assert failures == [] and len(searches) >= 3


def test_a_person_who_is_nobody_finds_what_a_guest_finds(engine, worker):
    question = a_question(title="The lamp stays dark")
    worker.tick()

    assert ids(a_person(), "lamp") == ids(GUEST, "lamp") == [question.id]


@pytest.mark.parametrize("typed", ["!!!", "？？", "- \" \""])
def test_signs_alone_find_nothing_instead_of_everything(engine, worker, typed):
    a_question(title="The lamp stays dark")
    worker.tick()

    assert search_questions(GUEST, typed).total == 0
