"""Reads about reputation: boards, the reasons behind them, experts, invitations."""

from app.domains.reputation.queries.boards import Board, BoardRow, leaderboard
from app.domains.reputation.queries.experts import Expert, experts_in, experts_of_product
from app.domains.reputation.queries.invitations import Asked, InvitedTo, invitations_for, invitations_of
from app.domains.reputation.queries.reasons import AnswerLine, WhyRank, explain_rank, profile_points

__all__ = [
    "AnswerLine",
    "Asked",
    "Board",
    "BoardRow",
    "Expert",
    "InvitedTo",
    "WhyRank",
    "experts_in",
    "experts_of_product",
    "explain_rank",
    "invitations_for",
    "invitations_of",
    "leaderboard",
    "profile_points",
]
