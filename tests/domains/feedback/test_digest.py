import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.feedback.digest import (
    DigestContent,
    DigestFacts,
    ItemFact,
    LabelFact,
    Period,
    PostFact,
    PromiseFigure,
    ReleaseFact,
    SearchGap,
    build_digest,
    history_start,
    masked,
)
from app.domains.feedback.digest.likeness import near_duplicate_groups, telling_terms, words_of
from app.domains.feedback.figures import adoption_rate, confirmation, loop_closure
from app.kernel.statistics import Rate
from tests.examples import examples

START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(days=7)
WEEK = Period("atlas", "week", START, END, "Asia/Shanghai")
LONG_AGO = START - timedelta(days=400)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_post(number: int, **changes) -> PostFact:
    plain = PostFact(
        question_id=number, post=f"question:{number}", title=f"Title {number}", url=f"/questions/{number}",
        author_id=number, author_name=f"Person {number}", created_at=START + number * HOUR, tags=("export",))
    return replace(plain, **changes)


def a_label(number: int, **changes) -> LabelFact:
    plain = LabelFact(post=f"question:{number}", quote=f"Quote {number}", type="bug",
                      created_at=START + number * HOUR + HOUR, tags=("export",), confirmed=True)
    return replace(plain, **changes)


def an_item(number: int, **changes) -> ItemFact:
    plain = ItemFact(id=number, title=f"Item {number}", url=f"/feedback/{number}", state="under_review",
                     created_at=START - 20 * DAY)
    return replace(plain, **changes)


def a_digest(**rows) -> DigestContent:
    return build_digest(DigestFacts(WEEK, LONG_AGO, **{name: tuple(facts) for name, facts in rows.items()}))


def a_past(tag: str, posts: int, first: int) -> list[PostFact]:
    """Posts spread evenly over the 56 days before the week."""
    return [a_post(first + n, tags=(tag,), created_at=START - 56 * DAY + 56 * DAY * n / posts) for n in range(posts)]


def test_the_window_takes_its_first_moment_and_not_its_last():
    moments = [START, END, START - HOUR]
    digest = a_digest(posts=[a_post(n, created_at=moment) for n, moment in enumerate(moments, start=1)])
    assert [line.post for line in digest.unanswered] == ["question:1"]
    assert digest.header.posts == 1


def test_no_post_is_in_two_weeks_and_none_is_in_neither():
    posts = tuple(a_post(n, created_at=START + n * 12 * HOUR) for n in range(28))
    second = Period("atlas", "week", END, END + 7 * DAY)
    weeks = [build_digest(DigestFacts(period, LONG_AGO, posts)) for period in (WEEK, second)]
    assert sum(week.header.posts for week in weeks) == len(posts)


def test_the_header_compares_with_the_mean_of_eight_weeks():
    digest = a_digest(posts=[a_post(1), a_post(2, author_id=1), *a_past("login", 16, first=100)])
    assert (digest.header.posts, digest.header.people) == (2, 1)
    assert (digest.header.usual_posts, digest.header.usual_people) == (2.0, 2.0)


def test_a_product_born_this_week_has_no_usual_week():
    digest = build_digest(DigestFacts(WEEK, START, (a_post(1),)))
    assert digest.header.usual_posts is None


def test_while_the_week_runs_nobody_has_waited_longer_than_until_now():
    asked = a_post(1, created_at=START + DAY)
    so_far = build_digest(DigestFacts(WEEK, LONG_AGO, (asked,), seen_until=START + DAY + timedelta(hours=3)))
    in_the_end = build_digest(DigestFacts(WEEK, LONG_AGO, (asked,)))

    assert so_far.header.first_answer.longest_seconds == 3 * 3600
    assert in_the_end.header.first_answer.longest_seconds == 6 * 86400


def test_time_to_first_answer_counts_the_open_questions():
    asked = [a_post(n, created_at=END - 24 * HOUR) for n in (1, 2, 3)]
    waiting = [a_post(4, created_at=END - 3 * HOUR), a_post(5, created_at=END - 10 * HOUR)]
    answered = [replace(post, answered_at=post.created_at + hours * HOUR)
                for post, hours in zip(asked, (1, 2, 5), strict=True)]
    first = a_digest(posts=answered + waiting).header.first_answer
    assert (first.n, first.p50_seconds, first.p90_seconds) == (5, 5 * 3600, None)
    assert first.longest_seconds == 10 * 3600


def test_what_happened_after_the_week_is_not_known_yet():
    later = a_post(1, answered_at=END, escalated_at=END + HOUR, escalation_reason="overdue", resolved_at=END)
    digest = a_digest(posts=[later])
    assert digest.header.answered.met == 0
    assert digest.header.escalated == 0
    assert digest.unanswered_in_period == 1


def test_escalations_are_counted_with_their_reasons():
    posts = [a_post(n, escalated_at=START + 20 * HOUR, escalation_reason=reason)
             for n, reason in enumerate(["overdue", "asker", "overdue"], start=1)]
    header = a_digest(posts=posts).header
    assert header.escalated == 3
    assert [(reason.code, reason.n) for reason in header.escalation_reasons] == [("overdue", 2), ("asker", 1)]


def test_promises_are_kept_of_those_that_fell_due():
    promises = [PromiseFigure("first_reply", 3, 4), PromiseFigure("answer", 1, 1)]
    header = a_digest(promises=promises).header
    assert (header.promises_kept.met, header.promises_kept.total, header.promises_kept.value) == (4, 5, 0.8)


def test_question_tags_make_themes_where_nobody_has_labelled():
    theme, = a_digest(posts=[a_post(n) for n in (1, 2, 3)]).themes
    assert (theme.name, theme.posts, theme.people, theme.confirmed) == ("export", 3, 3, False)


def test_a_confirmed_label_marks_the_theme_and_counts_in_the_share():
    digest = a_digest(posts=[a_post(n) for n in (1, 2, 3, 4)], labels=[a_label(1), a_label(2, confirmed=False)])
    assert digest.themes[0].confirmed_posts == 1
    assert digest.header.checked_by_a_person.value == 0.25


def test_two_people_are_no_theme_however_much_they_write():
    assert a_digest(posts=[a_post(n, author_id=n % 2) for n in range(1, 9)]).themes == ()


def test_a_label_adds_a_post_to_the_theme_of_its_tag():
    labels = [a_label(n, tags=("slow",)) for n in (1, 2, 3)]
    names = [theme.name for theme in a_digest(posts=[a_post(n, tags=()) for n in (1, 2, 3)], labels=labels).themes]
    assert names == ["slow"]


def test_an_unsure_suggestion_is_nobodys_word():
    labels = [a_label(n, tags=("slow",), confirmed=False, confidence=0.69) for n in (1, 2, 3)]
    assert a_digest(posts=[a_post(n, tags=()) for n in (1, 2, 3)], labels=labels).themes == ()


def test_unhappy_themes_come_before_larger_calm_ones():
    calm = [a_post(n, tags=("calm",)) for n in range(1, 6)]
    angry = [a_post(n, tags=("angry",), sentiment=-1, sentiment_confidence=0.9) for n in range(11, 14)]
    themes = a_digest(posts=calm + angry).themes
    assert [(theme.name, theme.weight) for theme in themes] == [("angry", 6.0), ("calm", 5.0)]
    assert (themes[0].net_sentiment, themes[0].sentiment_n) == (-1.0, 3)
    assert (themes[1].net_sentiment, themes[1].sentiment_n) == (None, 0)


def test_doublings_above_the_expectation_raise_a_theme():
    others = a_past("login", 192, first=1000) + [a_post(n, tags=("login",), author_id=1) for n in range(200, 224)]
    theme, = a_digest(posts=[a_post(n) for n in range(1, 15)] + a_past("export", 24, first=500)
                      + [replace(post, created_at=START + HOUR) for post in others[192:]] + others[:192]).themes
    assert (theme.expected, theme.p) == (3.0625, pytest.approx(2.61e-5, rel=2e-3))
    assert theme.weight == pytest.approx(14 * (1 + 2.192645), rel=1e-5)


def test_at_most_five_themes_are_shown():
    posts = [a_post(10 * tag + n, tags=(f"tag{tag}",), created_at=START + HOUR) for tag in range(7) for n in range(3)]
    assert len(a_digest(posts=posts).themes) == 5


def test_the_name_that_a_manager_gave_joins_its_tags():
    posts = [a_post(1, tags=("csv",)), a_post(2, tags=("xlsx",)), a_post(3, tags=("csv",))]
    theme, = a_digest(posts=posts, theme_names=[("csv", "Export"), ("xlsx", "Export")]).themes
    assert (theme.name, theme.tags, theme.posts) == ("Export", ("csv", "xlsx"), 3)


def test_a_theme_says_how_many_are_bugs_requests_and_still_open():
    posts = [a_post(1), a_post(2, kind="idea"), a_post(3, resolved_at=START + 9 * HOUR), a_post(4, state="closed")]
    theme, = a_digest(posts=posts, labels=[a_label(1)]).themes
    assert (theme.types.bug, theme.types.request, theme.types.other) == (1, 1, 2)
    assert theme.still_open == 2


def test_a_theme_names_the_owner_and_state_of_its_strongest_live_item():
    items = [an_item(1, tags=("export",), score=2, owner="pat"), an_item(2, tags=("export",), score=9, state="shipped"),
             an_item(3, tags=("export",), score=5, owner="kim", state="planned")]
    theme, = a_digest(posts=[a_post(n) for n in (1, 2, 3)], items=items).themes
    assert (theme.item_id, theme.owner, theme.state) == (3, "kim", "planned")


def test_near_duplicates_gather_behind_the_most_upvoted():
    titles = ["Export to CSV loses umlauts", "CSV export loses umlauts", "Where is the invoice?"]
    posts = [a_post(n, title=title, score=n) for n, title in enumerate(titles, start=1)]
    group, = a_digest(posts=posts).themes[0].near_duplicates
    assert (group.leader.post, group.posts, group.people) == ("question:2", 2, 2)
    assert set(group.terms) <= {"csv", "export", "loses", "umlauts"} and len(group.terms) == 3


def test_single_link_joins_chains():
    assert near_duplicate_groups(["a1 b1 c1", "b1 c1 a1 d1", "c1 d1 b1 e1", "zz"]) == [[0, 1, 2], [3]]


def test_words_are_latin_words_and_han_pairs():
    assert words_of("导出CSV失败 v2.1") == ["导出", "csv", "失败", "v2", "1"]
    assert words_of("导出报表") == ["导出", "出报", "报表"]


def test_telling_terms_are_those_that_the_rest_does_not_use():
    terms = telling_terms(["the csv export fails", "csv fails"], ["the login fails"] * 9)
    assert terms[:2] == ("csv", "export")


def a_refund_week() -> list[PostFact]:
    spike = [a_post(n, tags=("refund",), created_at=START + DAY + n * HOUR) for n in range(1, 15)]
    steady = [a_post(300 + n, tags=("login",), author_id=1, created_at=START + n * HOUR) for n in range(24)]
    return spike + steady + a_past("refund", 24, first=500) + a_past("login", 192, first=1000)


def test_a_spike_says_how_many_against_how_many_since_when_and_after_which_release():
    releases = [ReleaseFact("4.1", START - 3 * DAY), ReleaseFact("4.2", START), ReleaseFact("4.3", START + 3 * DAY)]
    spike, = a_digest(posts=a_refund_week(), releases=releases).spikes
    assert (spike.tag, spike.seen, spike.expected, spike.people) == ("refund", 14, 3.0625, 14)
    assert spike.since == START + DAY + HOUR
    assert (spike.first_post.post, spike.release) == ("question:1", "4.2")
    assert spike.same_day and not spike.open


def test_a_product_without_a_past_has_no_spikes_and_nothing_new():
    young = build_digest(DigestFacts(WEEK, START - 55 * DAY, tuple(a_refund_week())))
    assert (young.spikes, young.new_themes, young.vanished_themes) == ((), (), ())
    assert young.themes[0].expected is None


def test_new_themes_had_no_post_in_eight_weeks_and_vanished_ones_many():
    posts = [a_post(n, tags=("passkeys",)) for n in range(1, 31)] + a_past("sync", 60, first=100)
    digest = a_digest(posts=posts + a_past("login", 60, first=300))
    assert [line.tag for line in digest.new_themes] == ["passkeys"]
    assert [line.tag for line in digest.vanished_themes] == ["login", "sync"]


def test_the_most_wanted_are_live_and_at_most_ten_by_score_and_by_growth():
    items = [an_item(n, score=n, growth=10 - n) for n in range(1, 15)] + [an_item(20, score=99, state="declined")]
    wanted = a_digest(items=items).most_wanted
    assert [line.item_id for line in wanted.by_score] == list(range(14, 4, -1))
    assert [line.item_id for line in wanted.by_growth] == list(range(1, 10))


def test_quotes_are_the_most_upvoted_the_most_typical_and_the_oldest():
    quotes = ["a crash", "csv export loses umlauts", "csv export loses rows", "csv export is slow", "thanks"]
    posts = [a_post(n, score=9 if n == 5 else 0) for n in range(1, 6)]
    group, = a_digest(posts=posts, labels=[a_label(n, quote=text) for n, text in enumerate(quotes, start=1)]).quotes
    assert [(quote.why, quote.text) for quote in group.quotes] == [
        ("most_upvoted", "thanks"), ("most_typical", "csv export loses umlauts"), ("oldest", "a crash")]
    assert all(quote.marked and quote.confirmed for quote in group.quotes)


def test_unlabelled_posts_are_quoted_by_their_beginnings_and_say_so():
    group, = a_digest(posts=[a_post(n, excerpt=f"Beginning {n}", lang="zh") for n in (1, 2, 3)]).quotes
    assert {quote.text for quote in group.quotes} == {"Beginning 1", "Beginning 2", "Beginning 3"}
    assert not any(quote.marked for quote in group.quotes)
    assert {quote.lang for quote in group.quotes} == {"zh"}


def test_few_marks_are_followed_by_the_beginnings_of_other_questions():
    posts = [a_post(n, excerpt=f"Beginning {n}") for n in (1, 2, 3)]
    group, = a_digest(posts=posts, labels=[a_label(2)]).quotes
    assert [(quote.text, quote.marked) for quote in group.quotes] == [
        ("Quote 2", True), ("Beginning 1", False), ("Beginning 3", False)]


def test_an_answer_is_quoted_only_where_nothing_else_is():
    answers = [a_post(n, post=f"answer:{n}", excerpt=f"Try this {n}") for n in (1, 2, 3)]
    alone, = a_digest(posts=answers).quotes
    assert {quote.text for quote in alone.quotes} == {"Try this 1", "Try this 2", "Try this 3"}
    group, = a_digest(posts=[*answers, a_post(4, excerpt="It broke.")]).quotes
    assert [quote.text for quote in group.quotes] == ["It broke."]


def test_two_themes_do_not_quote_the_same_sentence():
    posts = [a_post(n, excerpt=f"Beginning {n}", tags=("export", "csv")) for n in range(1, 7)]
    texts = [quote.text for group in a_digest(posts=posts).quotes for quote in group.quotes]
    assert len(texts) == len(set(texts)) == 6


def test_without_a_theme_there_are_quotes_all_the_same():
    group, = a_digest(posts=[a_post(1, excerpt="It broke.")]).quotes
    assert (group.theme, group.quotes[0].text) == (None, "It broke.")


@pytest.mark.parametrize(("text", "shown"), [
    ("write to ann.b+c@mail.example.co.uk, please", "write to •••, please"),
    ("请联系zhang@example.cn谢谢", "请联系•••谢谢"),
    ("邮箱 张三@例子.公司", "邮箱 •••"),
    ("call +49 (30) 1234-5678 now", "call ••• now"),
    ("0044 20 7946 0958", "•••"),
    ("我的手机13812345678，急", "我的手机•••，急"),
    ("138-1234-5678 / +86 138 1234 5678", "••• / •••"),
    ("电话010-12345678", "电话•••"),
    ("(0755) 8765 4321 或 400-820-8820", "••• 或 •••"),
    ("手机１３８１２３４５６７８", "手机•••"),
])
def test_addresses_and_numbers_of_people_are_masked(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize("text", [
    "since 2026-03-02 10:15:00", "error 0x80070005", "version 10.15.7", "order 20260302101500123",
    "C++ 17 and 3.14159265358979", "1,000,000 rows in 12.5 s", "at 192.168.100.200", "@ann said so",
])
def test_dates_versions_and_codes_stay(text):
    assert masked(text) == text


def test_a_number_at_the_edge_of_a_long_quote_does_not_slip_through():
    excerpt = "x" * 270 + " 13812345678 " + "y" * 50
    quote = a_digest(posts=[a_post(1, excerpt=excerpt)]).quotes[0].quotes[0]
    assert "138" not in quote.text and len(quote.text) <= 280


def test_titles_and_searches_are_masked_too():
    digest = a_digest(posts=[a_post(1, title="Call 13812345678")], gaps=[SearchGap("ann@example.com", 2)])
    assert digest.unanswered[0].title == "Call •••"
    assert digest.searches[0].query == "•••"


def test_searches_that_found_nothing_come_most_frequent_first():
    gaps = [SearchGap("dark mode", 2), SearchGap("报表", 5), SearchGap("dark mode", 4)]
    assert [(line.query, line.n) for line in a_digest(gaps=gaps).searches] == [("dark mode", 6), ("报表", 5)]


def test_decisions_due_this_week_and_those_owed():
    items = [an_item(1, acknowledged_at=START, decide_by=END), an_item(2, acknowledge_by=END - HOUR, state="inbox"),
             an_item(3, decide_by=END + 7 * DAY),
             an_item(4, decide_by=START - DAY, decided_at=END - HOUR, state="planned"),
             an_item(5, decide_by=START, state="merged")]
    decisions = a_digest(items=items).decisions
    assert [(line.item_id, line.clock) for line in decisions.due] == [(1, "decide")]
    assert [(line.item_id, line.clock) for line in decisions.overdue] == [(2, "acknowledge")]


def test_last_weeks_promises_are_kept_only_in_time():
    items = [an_item(1, decide_by=START + DAY, decided_at=START), an_item(2, decide_by=START + DAY, decided_at=END),
             an_item(3, decide_by=END, decided_at=START)]
    decisions = a_digest(items=items).decisions
    assert (decisions.promised.met, decisions.promised.total) == (1, 2)
    assert [line.item_id for line in decisions.missed] == [2]


def test_what_shipped_says_who_was_told_and_who_says_that_it_works():
    shipped = an_item(1, state="shipped", shipped_at=START + DAY, people=8, told=6, confirmed=3, contradicted=1)
    line, = a_digest(items=[shipped, replace(shipped, id=2, shipped_at=END)]).decisions.shipped
    assert (line.told.value, line.confirmed, line.contradicted) == (0.75, 3, 1)


def test_adoption_runs_from_the_first_day_of_the_quarter_in_the_products_zone():
    first_moment = datetime(2025, 12, 31, 16, tzinfo=UTC)
    items = [
        an_item(1, created_at=first_moment, acknowledged_at=START, shipped_at=START, state="shipped", team="web"),
        an_item(2, created_at=first_moment - timedelta(seconds=1), acknowledged_at=START, shipped_at=START),
        an_item(3, acknowledged_at=START, declined_at=START, state="declined", reason="Too few people ask for it.",
                team="web", proposer="ann"),
        an_item(4, state="inbox"), an_item(5, state="not_feedback", acknowledged_at=START),
    ]
    adoption = a_digest(items=items).adoption
    assert adoption.since == first_moment
    total = adoption.total
    assert (total.proposed, total.triaged, total.shipped, total.declined) == (4, 2, 1, 1)
    assert adoption.adopted.value == 0.5
    assert [(line.item_id, line.reason) for line in adoption.reasons] == [(3, "Too few people ask for it.")]
    assert [(line.name, line.proposed) for line in adoption.by_team] == [("web", 2)]
    assert [line.name for line in adoption.by_proposer] == ["ann"]


def test_a_label_on_an_older_post_is_in_the_week_of_the_label():
    old = a_post(1, created_at=START - 20 * DAY)
    digest = a_digest(posts=[old], labels=[a_label(1, created_at=START), a_label(1, created_at=END, quote="Later")])
    line, = digest.late_labels
    assert (line.post, line.quote, line.title) == ("question:1", "Quote 1", "Title 1")


def test_unanswered_questions_are_the_wanted_ones_first_and_older_ones_are_counted():
    posts = [a_post(1), a_post(2, score=3), a_post(3, answered_at=START + 9 * HOUR), a_post(4, post="answer:4"),
             a_post(5, created_at=START - DAY)]
    digest = a_digest(posts=posts)
    assert [line.post for line in digest.unanswered] == ["question:2", "question:1"]
    assert digest.unanswered_before == 1


def test_a_week_in_which_nothing_happened_is_not_sent():
    assert a_digest(posts=[a_post(1, created_at=START - DAY)], items=[an_item(1, score=5)]).is_empty


@pytest.mark.parametrize("rows", [
    {"posts": [a_post(1)]}, {"gaps": [SearchGap("报表", 1)]}, {"items": [an_item(1, decide_by=START - DAY)]},
    {"promises": [PromiseFigure("answer", 0, 1)]},
])
def test_a_post_a_search_a_promise_or_a_debt_is_worth_sending(rows):
    assert not a_digest(**rows).is_empty


def test_a_daily_digest_judges_spikes_by_seven_days():
    day = Period("atlas", "day", END - DAY, END)
    digest = build_digest(DigestFacts(day, LONG_AGO, tuple(a_refund_week())))
    assert [spike.seen for spike in digest.spikes] == [14]
    assert history_start(day) == END - 63 * DAY


def test_the_loop_is_closed_for_those_who_were_told_of_what_shipped():
    items = [an_item(1, shipped_at=START, people=8, told=6, confirmed=3, contradicted=1), an_item(2, people=50)]
    assert loop_closure(items) == Rate(0.75, 8)
    assert confirmation(items) == Rate(0.75, 4)
    assert confirmation(items[1:]) == Rate(None, 0)


def test_adoption_is_shipped_of_triaged_and_leaves_out_what_was_no_feedback():
    items = [an_item(1, acknowledged_at=START, shipped_at=START), an_item(2, acknowledged_at=START),
             an_item(3, acknowledged_at=START, state="not_feedback"), an_item(4, acknowledged_at=END)]
    assert adoption_rate(items, LONG_AGO, END) == Rate(0.5, 2)


moments = st.integers(-70 * 24, 8 * 24).map(lambda hours: START + hours * HOUR)
words = st.lists(st.sampled_from(["csv", "export", "报表", "导出", "login", "slow"]), min_size=1, max_size=4)
posts = st.lists(st.builds(
    a_post, st.integers(1, 500), created_at=moments, author_id=st.integers(1, 6), score=st.integers(0, 3),
    title=words.map(" ".join), tags=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    answered_at=st.none() | moments, sentiment=st.sampled_from([None, -1, 0, 1]), sentiment_confidence=st.just(0.8),
), max_size=30)
labels = st.lists(st.builds(
    a_label, st.integers(1, 500), created_at=moments, confirmed=st.booleans(), confidence=st.sampled_from([0.5, 0.8]),
    quote=words.map(" ".join), type=st.sampled_from(["bug", "request", "praise"])), max_size=20)
items = st.lists(st.builds(
    an_item, st.integers(1, 30), score=st.floats(0, 9), growth=st.floats(-1, 1), created_at=moments,
    decide_by=st.none() | moments, decided_at=st.none() | moments, shipped_at=st.none() | moments,
    team=st.sampled_from([None, "web", "app"]), tags=st.just(("a",))), max_size=8)
gaps = st.lists(st.builds(SearchGap, st.sampled_from(["x", "y"]), st.integers(1, 5)), max_size=5)


@settings(max_examples=examples(60), deadline=None)
@given(st.data(), posts, labels, items, gaps)
def test_the_same_rows_in_any_order_give_the_same_bytes_and_come_back_whole(data, posts, labels, items, gaps):
    rows = {"posts": posts + a_past("a", 60, first=1000), "labels": labels, "items": items, "gaps": gaps}
    digest = a_digest(**rows)
    shuffled = a_digest(**{name: data.draw(st.permutations(facts)) for name, facts in rows.items()})
    assert shuffled.to_json() == digest.to_json()
    assert DigestContent.from_json(digest.to_json()) == digest
    assert DigestContent.from_json(digest.to_json()).to_json() == digest.to_json()


def test_the_bytes_are_canonical_and_keep_each_script_as_it_is():
    text = a_digest(posts=[a_post(1, title="导出失败", created_at=START + HOUR)]).to_json()
    assert "导出失败" in text and '"created_at":"2026-03-02T01:00:00Z"' in text
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
