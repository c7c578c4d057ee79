"""Stored events into the facts that the credit rules take, with the giver's trust as it was at that moment."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from sqlalchemy import insert, select

from app.domains.questions.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    AnswerDeleted,
    AnswerDidNotHelp,
    AnswerVerified,
    PostHidden,
    PostRestored,
    VoteCast,
)
from app.domains.questions.models import Answer
from app.domains.reputation.credits import Fact, Kind
from app.domains.reputation.ledger_events import (
    BROUGHT_BACK,
    TAKEN_AWAY,
    TRUST_KINDS,
    AnswerAbout,
    answer_id_of,
    answers_where,
    concerns_question,
    people_now,
    post_of,
    unread_events,
)
from app.domains.reputation.models import LedgerRead
from app.domains.reputation.starting import start_ended_at
from app.domains.reputation.trust import TRUST_EVENTS, Place, TrustEvent, TrustHistory, just_before, place_of
from app.extensions import db
from app.kernel.events import Event, EventRow, event_of

ANONYMOUS_WEIGHT = 1.0  # an imported vote: a distinct, trusted person without an account here


class FactReader:
    """Gives the facts of events in their order, across any number of chunks.

    `since` is the place behind which it reads; None: from the first event on, so that nothing has to be looked up
    in what was read before.
    """

    def __init__(self, since: Place | None) -> None:
        self.trust, self.since, self.whole = TrustHistory(start_ended_at()), since, since is None
        self.answers: dict[int, AnswerAbout] = {}
        self.trust_changed: set[int] = set()
        self._answers_of: dict[int, list[int]] = {}
        self._removed: dict[str, set[str]] = defaultdict(set)
        self._known_posts: set[str] = set()
        self._unsaved: list[dict[str, Any]] = []
        self._met_people = False

    def facts_of(self, events: list[Event]) -> list[Fact]:
        """The facts of a chunk; its events are marked as read."""
        self._prepare(events)
        facts = [fact for event in events for fact in self._read(event)]
        self._save()
        return facts

    def _prepare(self, events: list[Event]) -> None:
        questions = {event.question_id for event in events if concerns_question(event)}  # type: ignore[attr-defined]
        self._load_answers({found for event in events if (found := answer_id_of(event)) is not None}, questions)
        people = {event.user_id for event in events if isinstance(event, TRUST_EVENTS)}
        people |= {giver for event in events if (giver := self._giver(event)) is not None}
        self._load_people(people)
        touched = (*filter(None, map(answer_id_of, events)), *(each for q in questions for each in self._answers_of[q]))
        self._load_removals(touched)

    def _read(self, event: Event) -> Iterator[Fact]:
        giver_id, answer_id = self._giver(event), answer_id_of(event)
        weight = None if giver_id is None else self.trust.weight(giver_id, place_of(event))
        self._note(event, giver_id, answer_id, weight)
        if isinstance(event, TRUST_EVENTS):
            yield from self._trust_changed(event)
        elif isinstance(event, (*TAKEN_AWAY, *BROUGHT_BACK)):
            yield from self._removal(event)
        elif answer_id is not None and self._counts(answer_id):
            yield from _SAYINGS[type(event)](self, event, self.answers[answer_id])

    def _counts(self, answer_id: int) -> bool:
        """Staff's own answers are their work, not ranked with what users give."""
        return answer_id in self.answers and not self.answers[answer_id].official

    # One thing said about an answer.

    def _vote(self, event: VoteCast, answer: AnswerAbout) -> Iterator[Fact]:
        removed = self._is_out(answer)
        if event.value == 0 or (removed and event.before):
            yield self._fact(event, Kind.VOTE_WITHDRAWN, answer, event.actor_id)
        elif not removed:
            yield self._fact(event, Kind.UPVOTE if event.value > 0 else Kind.DOWNVOTE, answer, event.actor_id)

    def _acceptance(self, event: AnswerAccepted, answer: AnswerAbout) -> Iterator[Fact]:
        if not self._is_out(answer):
            yield self._fact(event, Kind.ACCEPT, answer, answer.asker_id)

    def _acceptance_ended(self, event: Event, answer: AnswerAbout) -> Iterator[Fact]:
        yield self._fact(event, Kind.ACCEPT_WITHDRAWN, answer, answer.asker_id)

    def _verification(self, event: AnswerVerified, answer: AnswerAbout) -> Iterator[Fact]:
        if not self._is_out(answer):
            yield self._fact(event, Kind.VERIFIED, answer, event.actor_id)

    # Posts that go and come back.

    def _removal(self, event: Any) -> Iterator[Fact]:
        post = post_of(event)
        answer_id = answer_id_of(event)
        if answer_id is None and not concerns_question(event):
            return  # a comment
        about = [answer_id] if answer_id is not None else self._answers_of.get(event.question_id, [])
        answers = [self.answers[each] for each in about if self._counts(each)]
        was_out = {answer.id: self._is_out(answer) for answer in answers}
        self._mark(post, event)
        for answer in answers:
            is_out = self._is_out(answer)
            if answer_id is not None and isinstance(event, TAKEN_AWAY):
                # The question loses its accepted answer with it, and does not get it back with it.
                yield self._fact(event, Kind.ACCEPT_WITHDRAWN, answer, None)
            if is_out and not was_out[answer.id]:
                yield self._fact(event, Kind.DELETED, answer, None)
            elif was_out[answer.id] and not is_out:
                yield self._fact(event, Kind.RESTORED, answer, None)
                yield from self._said_meanwhile(event, answer)

    def _mark(self, post: str, event: Event) -> None:
        flag = "hidden" if isinstance(event, PostHidden | PostRestored) else "deleted"
        if isinstance(event, TAKEN_AWAY):
            self._removed[post].add(flag)
        else:
            self._removed[post].discard(flag)

    def _is_out(self, answer: AnswerAbout) -> bool:
        return bool(self._removed.get(f"answer:{answer.id}") or self._removed.get(f"question:{answer.question_id}"))

    def _said_meanwhile(self, event: Event, answer: AnswerAbout) -> Iterator[Fact]:
        """Everything that holds about an answer that came back, said again; what counts already stays as it is."""
        votes: dict[int, VoteCast] = {}
        accepted = verified = False
        verified_by = None
        for earlier, _weight in self._reads(LedgerRead.post == f"answer:{answer.id}"):
            if isinstance(earlier, VoteCast) and earlier.actor_id is not None:
                votes[earlier.actor_id] = earlier
            elif isinstance(earlier, AnswerVerified):
                verified, verified_by = True, earlier.actor_id
            elif isinstance(earlier, AnswerAccepted):
                accepted = True
            elif isinstance(earlier, AcceptanceWithdrawn | AnswerDidNotHelp | AnswerDeleted | PostHidden):
                accepted = False
        self._load_people({*votes, answer.asker_id, *filter(None, [verified_by])})
        if accepted:
            yield self._fact(event, Kind.ACCEPT, answer, answer.asker_id)
        for vote in votes.values():
            if vote.value:
                yield self._fact(event, Kind.UPVOTE if vote.value > 0 else Kind.DOWNVOTE, answer, vote.actor_id)
        if verified:
            yield self._fact(event, Kind.VERIFIED, answer, verified_by)

    # Voices that begin to count.

    def _trust_changed(self, event: TrustEvent) -> Iterator[Fact]:
        place = place_of(event)
        before, after = (self.trust.weight(event.user_id, at) for at in (just_before(place), place))
        self.trust_changed.add(event.user_id)
        if before == 0 < after:
            yield from self._waiting_votes(event)

    def _waiting_votes(self, event: TrustEvent) -> Iterator[Fact]:
        """What the person said while their voice had no weight, in the order in which they said it."""
        latest: dict[int, tuple[VoteCast, float | None]] = {}
        for vote, weight in self._reads(LedgerRead.giver_id == event.user_id):
            if isinstance(vote, VoteCast) and vote.kind == "answer":
                latest.pop(vote.target_id, None)
                latest[vote.target_id] = (vote, weight)
        waiting = [vote for vote, weight in latest.values() if weight == 0 and vote.value]
        self._load_answers({vote.target_id for vote in waiting}, set())
        self._load_removals([vote.target_id for vote in waiting])
        for vote in waiting:
            if self._counts(vote.target_id) and not self._is_out(self.answers[vote.target_id]):
                kind = Kind.UPVOTE if vote.value > 0 else Kind.DOWNVOTE
                yield self._fact(event, kind, self.answers[vote.target_id], event.user_id)

    def _fact(self, event: Event, kind: Kind, answer: AnswerAbout, giver_id: int | None) -> Fact:
        at, event_id = place = place_of(event)
        known = giver_id is not None
        return Fact(
            event_id=event_id,
            occurred_at=at,
            kind=kind,
            answer_id=answer.id,
            author_id=answer.author_id,
            question_id=answer.question_id,
            asker_id=answer.asker_id,
            giver_id=giver_id,
            giver_weight=self.trust.weight(giver_id, place) if giver_id is not None else ANONYMOUS_WEIGHT,
            giver_confirmed=known and self.trust.confirmed(giver_id or 0, place),
        )

    def _giver(self, event: Event) -> int | None:
        if isinstance(event, TRUST_EVENTS):
            return event.user_id
        if isinstance(event, VoteCast | AnswerVerified):
            return event.actor_id
        if isinstance(event, AnswerAccepted | AcceptanceWithdrawn | AnswerDidNotHelp):
            answer = self.answers.get(event.answer_id)
            return answer.asker_id if answer else None
        return None

    # What has been read before, and what is read now.

    def _note(self, event: Event, giver_id: int | None, answer_id: int | None, weight: float | None) -> None:
        at, event_id = place_of(event)
        post = f"answer:{answer_id}" if answer_id is not None else None
        if post is None and isinstance(event, (*TAKEN_AWAY, *BROUGHT_BACK)):
            post = post_of(event)
        row = {"event_id": event_id, "occurred_at": at, "giver_id": giver_id, "post": post, "weight": weight}
        self._unsaved.append(row)

    def _save(self) -> None:
        if self._unsaved:
            db.session.execute(insert(LedgerRead.metadata.tables["ledger_read"]), self._unsaved)
            self._unsaved = []

    def _reads(self, about: Any) -> Iterator[tuple[Event, float | None]]:
        """Events read before with the giver's weight then, in order."""
        self._save()
        found = select(EventRow, LedgerRead.weight).join(LedgerRead, LedgerRead.event_id == EventRow.id).where(about)
        ordered = found.order_by(LedgerRead.occurred_at, LedgerRead.event_id)
        return iter([(event_of(row.EventRow), row.weight) for row in db.session.execute(ordered)])

    def _load_answers(self, answer_ids: set[int], question_ids: set[int]) -> None:
        missing = answer_ids - self.answers.keys()
        wanted = [question_id for question_id in question_ids if question_id not in self._answers_of]
        self.answers |= {answer.id: answer for answer in answers_where(Answer.id.in_(missing))} if missing else {}
        under = answers_where(Answer.question_id.in_(wanted)) if wanted else []
        self.answers |= {answer.id: answer for answer in under}
        for question_id in wanted:
            self._answers_of[question_id] = [answer.id for answer in under if answer.question_id == question_id]

    def _load_people(self, user_ids: Iterable[int]) -> None:
        """People first, then their events: a change between the two statements says itself what was before it."""
        missing = [user_id for user_id in user_ids if not self.trust.knows(user_id)]
        if not missing:
            return
        first_time = not self._met_people
        people = people_now(None if self.whole and first_time else missing)
        waiting = unread_events(self.since, TRUST_KINDS) if first_time or not self.whole else []
        self._met_people = True
        read = [] if self.whole else self._reads(LedgerRead.giver_id.in_(missing) & EventRow.kind.in_(TRUST_KINDS))
        self.trust.add(people, cast(list[TrustEvent], [*waiting, *(event for event, _weight in read)]))

    def _load_removals(self, answer_ids: Iterable[int]) -> None:
        """Which of these posts were away when this chunk began."""
        found = [self.answers[answer_id] for answer_id in answer_ids if answer_id in self.answers]
        posts = {f"answer:{answer.id}" for answer in found} | {f"question:{answer.question_id}" for answer in found}
        unknown = posts - self._known_posts
        self._known_posts |= unknown
        if self.whole or not unknown:
            return
        kinds = [kind.__name__ for kind in (*TAKEN_AWAY, *BROUGHT_BACK)]
        for event, _weight in self._reads(LedgerRead.post.in_(unknown) & EventRow.kind.in_(kinds)):
            self._mark(post_of(event), event)


_SAYINGS: dict[type[Event], Callable[[FactReader, Any, AnswerAbout], Iterator[Fact]]] = {
    VoteCast: FactReader._vote,
    AnswerAccepted: FactReader._acceptance,
    AcceptanceWithdrawn: FactReader._acceptance_ended,
    AnswerDidNotHelp: FactReader._acceptance_ended,
    AnswerVerified: FactReader._verification,
}
