"""Which way an item may go, who decides it and what it needs: the table of the rules. Pure."""

from dataclasses import dataclass

from app.domains.feedback.models import ItemState as S

LEAST_REASON = 20  # characters of a public "no": shorter ones explain nothing

SORTS = "sorts"  # agent, lead, product manager, administrator of the product
DECIDES = "decides"  # product manager or administrator of the product
CONTRIBUTES = "contributes"  # somebody behind the item


@dataclass(frozen=True)
class Step:
    """`by` is who may take it; `needs` names the fields that must be filled in."""

    by: str
    needs: tuple[str, ...] = ()


MERGE = Step(SORTS, ("merged_into",))
DECLINE = Step(DECIDES, ("reason",))
REOPEN = Step(DECIDES, ("reason",))

STEPS: dict[S, dict[S, Step]] = {
    S.INBOX: {S.TRIAGED: Step(SORTS, ("tags",)), S.NOT_FEEDBACK: Step(SORTS, ("reason",)), S.MERGED: MERGE},
    S.TRIAGED: {S.UNDER_REVIEW: Step(DECIDES, ("owner",)), S.MERGED: MERGE},
    S.UNDER_REVIEW: {S.PLANNED: Step(DECIDES), S.DECLINED: DECLINE, S.MERGED: MERGE},
    S.PLANNED: {S.IN_PROGRESS: Step(DECIDES), S.DECLINED: DECLINE, S.MERGED: MERGE},
    S.IN_PROGRESS: {S.SHIPPED: Step(DECIDES, ("release",)), S.DECLINED: DECLINE, S.MERGED: MERGE},
    S.SHIPPED: {S.CONFIRMED: Step(CONTRIBUTES), S.UNDER_REVIEW: REOPEN},
    S.DECLINED: {S.UNDER_REVIEW: REOPEN},
}

LIVE = (S.INBOX, S.TRIAGED, S.UNDER_REVIEW, S.PLANNED, S.IN_PROGRESS)


def step(before: S, after: S) -> Step | None:
    """None where the table knows no such way."""
    return STEPS.get(before, {}).get(after)


def next_states(state: S) -> list[S]:
    return list(STEPS.get(state, {}))


def reopens(before: S, after: S) -> bool:
    return before in (S.SHIPPED, S.DECLINED) and after is S.UNDER_REVIEW
