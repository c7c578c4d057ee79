"""What years of use leave behind a loaded community: events, credits, notices, cases, jobs; written by SQL, from its
own posts and votes.

A picture, not a replay: every table has the rows, the spread and the age that it would have, and the amounts are
rounded. What is kept for ever grows with the forum; what is in hand (jobs of a week, the staff queue) does not.
"""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

from app.domains.reputation.models import LedgerEntry
from app.domains.reputation.points import BOARD_HALF_LIFE_DAYS, EPOCH, EXPERT_HALF_LIFE_DAYS
from app.extensions import db
from app.importing.ids import continue_numbering
from app.kernel.events import EventRow
from app.kernel.transaction import transaction
from bench.growth.multiplying import as_loaded

WAITING = 400
"""The newest unanswered questions are in hand: with staff, but for every fourth, whose peers still have time."""

EVENTS = """
INSERT INTO event (id, kind, occurred_at, actor_id, payload)
SELECT (SELECT coalesce(max(id), 0) FROM event) + row_number() OVER (ORDER BY at, place), kind, at, actor_id, payload
FROM (
  SELECT min(created_at) AS at, 0 AS place, 'StartingUpEnded' AS kind, NULL::bigint AS actor_id,
         jsonb_build_object('people_at_l1', 25) AS payload FROM question
  UNION ALL
  SELECT created_at, 1, 'QuestionAsked', asker_id,
         jsonb_build_object('question_id', id, 'product_id', product_id, 'asker_id', asker_id) FROM question
  UNION ALL
  SELECT created_at, 2, 'AnswerPosted', author_id, jsonb_build_object(
         'answer_id', id, 'question_id', question_id, 'author_id', author_id, 'official', false) FROM answer
  UNION ALL
  SELECT created_at, 3, 'CommentPosted', author_id, jsonb_build_object(
         'comment_id', id, 'question_id', question_id, 'answer_id', answer_id, 'author_id', author_id) FROM comment
  UNION ALL
  SELECT vote.created_at, 4, 'VoteCast', user_id, jsonb_build_object(
         'kind', 'question', 'target_id', question.id, 'question_id', question.id, 'author_id', asker_id,
         'value', value, 'before', 0) FROM vote JOIN question ON question.id = target_id WHERE vote.kind = 'question'
  UNION ALL
  SELECT vote.created_at, 4, 'VoteCast', user_id, jsonb_build_object(
         'kind', 'answer', 'target_id', answer.id, 'question_id', question_id, 'author_id', author_id,
         'value', value, 'before', 0) FROM vote JOIN answer ON answer.id = target_id WHERE vote.kind = 'answer'
  UNION ALL
  SELECT accepted_at, 5, 'AnswerAccepted', asker_id, jsonb_build_object(
         'answer_id', answer.id, 'question_id', question_id, 'author_id', author_id)
  FROM answer JOIN question ON question.id = question_id WHERE accepted_at IS NOT NULL
) happened
"""

LEDGER = """
INSERT INTO ledger_entry (user_id, event_id, source_event_id, reason, answer_id, question_id, product_id, giver_id,
                          amount, raw, x, counts_from, occurred_at)
SELECT author_id, event.id, event.id, CASE event.kind WHEN 'VoteCast' THEN 'upvote' ELSE 'accepted' END, answer.id,
       question_id, product_id, actor_id, 0.5, 0.5, 0.5, occurred_at, occurred_at
FROM event
JOIN answer ON answer.id = (payload ->> CASE event.kind WHEN 'VoteCast' THEN 'target_id' ELSE 'answer_id' END)::bigint
JOIN question ON question.id = question_id
WHERE event.kind = 'AnswerAccepted'
   OR (event.kind = 'VoteCast' AND payload ->> 'kind' = 'answer' AND payload ->> 'value' = '1')
ORDER BY event.id
"""

LEDGER_READ = """
INSERT INTO ledger_read (event_id, occurred_at, giver_id, post, weight)
SELECT id, occurred_at, actor_id, coalesce(payload ->> 'kind', 'answer') || ':'
       || coalesce(payload ->> 'target_id', payload ->> 'answer_id'), 0.5
FROM event WHERE kind IN ('VoteCast', 'AnswerAccepted')
"""

CURSOR = """
INSERT INTO ledger_cursor (id, occurred_at, event_id, compared_until, reviewed_at)
SELECT 1, occurred_at, event_id, occurred_at, occurred_at FROM ledger_read
ORDER BY occurred_at DESC, event_id DESC LIMIT 1
"""

_SUMS = f"""
       sum(amount * power(2::float8, extract(epoch FROM counts_from - :epoch)::float8 / 86400 /
           {BOARD_HALF_LIFE_DAYS})),
       sum(amount * power(2::float8, extract(epoch FROM counts_from - :epoch)::float8 / 86400 /
           {EXPERT_HALF_LIFE_DAYS})),
       sum(amount), 0, 0, 0, count(DISTINCT giver_id) * 0.5, max(occurred_at)
"""
_STANDING = """
INSERT INTO standing (user_id, scope, scope_id, points_30, points_365, credit_total, wins, comparisons, meetings,
                      supporter_trust, updated_at)
"""
STANDING_OF_SITE = f"{_STANDING} SELECT user_id, 'site', 0, {_SUMS} FROM ledger_entry GROUP BY user_id"
STANDING_OF_PRODUCT = (
    f"{_STANDING} SELECT user_id, 'product', product_id, {_SUMS} FROM ledger_entry GROUP BY user_id, product_id"
)
STANDING_OF_TAG = f"""
{_STANDING} SELECT user_id, 'tag', tag_id, {_SUMS} FROM ledger_entry
JOIN question_tag ON question_tag.question_id = ledger_entry.question_id GROUP BY user_id, tag_id
"""
SKILL = "UPDATE standing SET meetings = 12, comparisons = 12, wins = 4 + user_id % 7 WHERE scope = 'site'"

NOTICES = """
INSERT INTO notification (user_id, event_id, kind, question_id, answer_id, actor_id, data, created_at, read_at)
SELECT CASE event.kind WHEN 'AnswerPosted' THEN asker_id ELSE author_id END, event.id,
       CASE event.kind WHEN 'AnswerPosted' THEN 'answer_posted' ELSE 'answer_accepted' END,
       question_id, answer.id, actor_id, '{"why": "own"}', occurred_at,
       CASE WHEN event.id % 10 > 0 THEN occurred_at + interval '1 day' END
FROM event
JOIN answer ON answer.id = (payload ->> 'answer_id')::bigint JOIN question ON question.id = question_id
WHERE event.kind IN ('AnswerPosted', 'AnswerAccepted') ORDER BY event.id
"""

READ_MARKS = """
INSERT INTO read_mark (user_id, question_id, read_at)
SELECT user_id, target_id, created_at FROM vote WHERE kind = 'question' ON CONFLICT DO NOTHING
"""

INVITATIONS = """
INSERT INTO invitation (question_id, user_id, because, response, created_at)
SELECT question.id, people.first + (question.id * 7 + turn) % people.number, '{"code": "active"}',
       CASE WHEN answer_count > 0 AND turn = 1 THEN 'answered' ELSE 'none' END, created_at
FROM question, generate_series(1, 3) AS turn,
     (SELECT min(id) AS first, count(*) AS number FROM "user" WHERE email IS NOT NULL) people
"""

IN_HAND = """
UPDATE question SET escalates = true, no_promise = NULL, with_staff = chosen.place % 4 > 0,
       service_state = CASE WHEN chosen.place % 4 > 0 THEN 'escalated' ELSE 'open' END
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM
      (SELECT id FROM question WHERE first_answer_at IS NULL ORDER BY created_at DESC LIMIT :waiting) newest) chosen
WHERE question.id = chosen.id
"""

_CASES = 'INSERT INTO "case" (question_id, product_id, policy_id, state, cycle, level, queue, peer_used_seconds, '
CASES_ENDED = f"""
{_CASES} after_answer_id, because, version, started_at, created_at, updated_at, answered_at, resolved_at, wake_at)
SELECT question.id, question.product_id, policy.id, CASE WHEN ended THEN 'resolved' ELSE 'disarmed' END, 1, 0,
       'agents', 0, 0, CASE WHEN ended THEN 'confirmed' ELSE '' END, 2, question.created_at, question.created_at,
       first_answer_at, first_answer_at, CASE WHEN ended THEN first_answer_at END,
       CASE WHEN NOT ended THEN first_answer_at + interval '5 days' END
FROM question JOIN policy ON policy.product_id = question.product_id AND position = 0,
     LATERAL (SELECT accepted_answer_id IS NOT NULL OR first_answer_at < :end - interval '5 days' AS ended) age
WHERE first_answer_at IS NOT NULL ORDER BY question.id
"""
CASES_IN_HAND = f"""
{_CASES} after_answer_id, because, version, started_at, created_at, updated_at, due_at, queued_at, level_due_at)
SELECT question.id, question.product_id, policy.id, CASE WHEN with_staff THEN 'queued' ELSE 'armed' END, 1,
       CASE WHEN with_staff THEN 1 ELSE 0 END, 'agents', 0, 0, CASE WHEN with_staff THEN 'overdue' ELSE '' END, 2,
       created_at, created_at, created_at, :end + make_interval(mins => (question.id % 300)::int + 60),
       CASE WHEN with_staff THEN created_at END, CASE WHEN with_staff THEN :end + interval '2 days' END
FROM question JOIN policy ON policy.product_id = question.product_id AND position = 0
WHERE escalates AND first_answer_at IS NULL ORDER BY question.id
"""
CASE_EVENTS = """
INSERT INTO case_event (case_id, kind, state, cycle, level, note, data, at)
SELECT "case".id, kind, CASE kind WHEN 'armed' THEN 'armed' ELSE state END, 1, level, '',
       jsonb_build_object('set', jsonb_build_object('state', state, 'level', level, 'due_at', due_at)), created_at
FROM "case", unnest(CASE state WHEN 'armed' THEN ARRAY['armed'] WHEN 'queued' THEN ARRAY['armed', 'queued']
                    WHEN 'resolved' THEN ARRAY['armed', 'disarmed', 'resolved'] ELSE ARRAY['armed', 'disarmed'] END)
            AS kind ORDER BY "case".id
"""
CLOCKS = """
INSERT INTO case_clock (case_id, cycle, kind, target_seconds, started_at, due_at, stopped_at, verdict, pauses)
SELECT id, 1, 'peer', 14400, started_at, started_at + interval '4 hours', coalesce(answered_at, queued_at),
       CASE WHEN state = 'armed' THEN 'running' WHEN answered_at <= started_at + interval '4 hours' THEN 'met'
            ELSE 'breached' END, '[]'
FROM "case" ORDER BY id
"""

JOBS = """
INSERT INTO job (name, event_id, payload, state, created_at, due_at, attempts, finished_at)
SELECT name, event.id, '{}', 'done', occurred_at, occurred_at, 1, occurred_at
FROM event, unnest(ARRAY['reputation.advance_ledger', 'notifications.tell_people', 'notifications.show_live',
                         'search.index_questions']) AS name
WHERE occurred_at > :end - interval '7 days' ORDER BY event.id
"""
LIVE = """
INSERT INTO live_event (event_id, room, kind, payload, created_at)
SELECT id, 'question:' || (payload ->> 'question_id'), lower(kind), payload, occurred_at FROM event
WHERE occurred_at > :end - interval '2 days' AND payload ? 'question_id' ORDER BY id
"""

REVIEWS = """
INSERT INTO review (kind, target_id, question_id, because, created_at, done_at)
SELECT 'question', id, id, 'first_post', created_at,
       CASE WHEN created_at < :end - interval '1 day' THEN created_at + interval '1 hour' END
FROM question WHERE id % 20 = 0
"""
FLAGS = """
INSERT INTO flag (kind, target_id, question_id, reporter_id, reason, note, state, created_at, resolved_at)
SELECT 'answer', id, question_id, author_id, 'wrong', '',
       CASE WHEN created_at < :end - interval '1 day' THEN 'dismissed' ELSE 'open' END, created_at,
       CASE WHEN created_at < :end - interval '1 day' THEN created_at + interval '1 hour' END
FROM answer WHERE id % 50 = 0
"""

STEPS = {
    "events": EVENTS, "ledger": LEDGER, "read by the ledger": LEDGER_READ, "its cursor": CURSOR,
    "standings of the site": STANDING_OF_SITE, "of products": STANDING_OF_PRODUCT, "of tags": STANDING_OF_TAG,
    "skill": SKILL, "notices": NOTICES, "read marks": READ_MARKS, "invitations": INVITATIONS, "in hand": IN_HAND,
    "cases ended": CASES_ENDED, "cases in hand": CASES_IN_HAND, "their history": CASE_EVENTS, "clocks": CLOCKS,
    "jobs": JOBS, "live messages": LIVE, "reviews": REVIEWS, "flags": FLAGS,
}  # fmt: skip


LOOKED_AT_AGAIN = {"events": "event", "ledger": "ledger_entry", "cases in hand": '"case"'}
"""What is read by the steps after it: PostgreSQL plans badly for a table that it has not looked at."""


def write_history(end: datetime, report: Callable[[str], object] = print) -> int:
    """Rows written; `end` is the present of the community. PostgreSQL only."""
    values, number = {"end": end, "epoch": EPOCH, "waiting": WAITING}, 0
    for name, statement in STEPS.items():
        began = time.monotonic()
        with transaction():
            as_loaded()
            db.session.execute(text("SET LOCAL work_mem = '512MB'"))
            used = {key: value for key, value in values.items() if f":{key}" in statement}
            rows = db.session.execute(text(statement), used).rowcount  # type: ignore[attr-defined]
            if name in LOOKED_AT_AGAIN:
                db.session.execute(text(f"ANALYZE {LOOKED_AT_AGAIN[name]}"))
        number += rows
        report(f"  {name}: {rows} rows, {time.monotonic() - began:.0f} s")
    with transaction():
        continue_numbering(EventRow, LedgerEntry)
    return number
