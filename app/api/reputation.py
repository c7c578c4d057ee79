"""Who helps most."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import Sent
from app.api.shapes.people import PersonShape, person
from app.domains.products.queries import product_by_slug
from app.domains.reputation.boards import TOP, WindowName
from app.domains.reputation.queries import BoardRow, leaderboard
from app.domains.tags.queries import tag_by_name


class BoardQuery(Sent):
    window: Annotated[WindowName, Field(description="now: the last 30 days count most.")] = WindowName.NOW
    product: Annotated[str | None, Field(max_length=60)] = None
    tag: Annotated[str | None, Field(max_length=60)] = None
    limit: Annotated[int, Field(ge=1, le=100)] = TOP


class RankShape(BaseModel):
    rank: int
    user: PersonShape
    points: int


class BoardShape(BaseModel):
    items: list[RankShape]
    next: str | None = None
    window: WindowName
    neighbours: list[RankShape] = Field(description="You and those beside you, where you stand further down.")
    total_eligible: int
    open: bool = Field(description="False, and no items, while too few people are eligible.")
    starting_up: bool


@call("GET", "/leaderboard", about="Reputation", guests=True)
def get_leaderboard(query: BoardQuery) -> BoardShape:
    """The board of those who helped others most."""
    product_id = product_by_slug(query.product).id if query.product else None
    tag_id = tag_by_name(query.tag).id if query.tag else None
    board = leaderboard(query.window, product_id, tag_id, query.limit, beside=current_actor().id)
    return BoardShape(
        items=[_rank(row) for row in board.rows],
        window=board.window,
        neighbours=[_rank(row) for row in board.neighbours],
        total_eligible=board.total_eligible,
        open=board.open,
        starting_up=board.starting_up,
    )


def _rank(row: BoardRow) -> RankShape:
    return RankShape(rank=row.rank, user=person(row.user), points=row.points)
