"""What the help pages show: constants where they are defined, settings as they stand, products as they promise.

Modules are imported instead of their numbers, so that nothing here is a copy.
"""

from datetime import timedelta
from typing import Any

from app.domains.accounts import mails, privileges
from app.domains.accounts.actions import sessions
from app.domains.escalation import deadlines
from app.domains.escalation.queries import promises_by_product
from app.domains.escalation.queries.terms import terms_of
from app.domains.feedback import demand, names, settings, states
from app.domains.feedback.wording import Wording
from app.domains.moderation import actions as moderating
from app.domains.moderation import reactions as reviewing
from app.domains.notifications.holding import mail_is_held_for
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.rounds import AT
from app.domains.notifications.settings import AWAY_DAYS
from app.domains.products.queries import all_products
from app.domains.questions import writing as lengths
from app.domains.questions.actions import drafting, pending
from app.domains.reputation import boards, credits, models, points
from app.domains.reputation import levels as gates
from app.domains.reputation import ranking as rule
from app.domains.reputation.queries import experts
from app.kernel import markup
from app.kernel.i18n import _, speaking
from app.web.context import content_language, number

SHOWN_VOTES = (1, 2, 5, 10, 50)


def promises() -> dict[str, Any]:
    return promises_by_product(language=content_language())


def length_of(time: timedelta | float) -> str:
    """In the two largest units of the reader's language: "2 hr 10 min"."""
    return Wording(speaking(), "UTC").duration(time.total_seconds() if isinstance(time, timedelta) else time)


def percent(share: float) -> str:
    return f"{number(round(share * 100))} %"


def asking() -> dict[str, Any]:
    def least(weight: float) -> dict[str, int]:
        return {"latin": int(weight), "han": int(-(-weight // lengths.HAN_WEIGHT))}

    return {
        "title": least(lengths.TITLE_WEIGHT),
        "body": least(lengths.BODY_WEIGHT),
        "most_body": markup.MAX_SOURCE_CHARACTERS,
        "most_title": lengths.LONGEST_TITLE,
        "most_tags": lengths.MAX_TAGS,
        "drafts": length_of(drafting.KEPT_FOR),
        "pending": length_of(pending.KEPT_FOR),
    }


def promise() -> dict[str, Any]:
    """`terms`: [(product, its terms for a question of the reader's language)]; a product without a policy has none."""
    language = content_language()
    products = [product for product in all_products() if not product.archived]
    return {
        "terms": [(product, terms_of(product.id, language=language)) for product in products],
        "promises": promises(),
        "length_of": length_of,
        "grace": length_of(deadlines.PEER_GRACE),
        "remind": length_of(deadlines.REMIND_ASKER_AFTER),
        "give_up": length_of(deadlines.GIVE_UP_AFTER),
        "not_solved": length_of(deadlines.NOT_SOLVED_WITHIN),
        "told_again": length_of(deadlines.TOLD_AGAIN_AFTER),
        "least": length_of(deadlines.LEAST_REMAINING_SECONDS),
    }


def levels() -> dict[str, Any]:
    return {
        "levels": privileges.LEVELS,
        "staff": privileges.STAFF,
        "gates": gates.GATES,
        "age": length_of(gates.GATES.age),
        "largest_share": percent(gates.GATES.largest_share),
        "win_rate": percent(gates.GATES.win_rate),
        "points": round(gates.GATES.points * points.POINTS_PER_CREDIT),
        "expert_points": round(gates.GATES.expert_points * points.POINTS_PER_CREDIT),
        "grace": length_of(gates.GRACE_BEFORE_DEMOTION),
        "weights": [number(weight) for weight in gates.WEIGHT_BY_LEVEL],
    }


def ranking() -> dict[str, Any]:
    def shown(credit: float) -> int:
        return round(credit * points.POINTS_PER_CREDIT)

    return {
        "votes": [(votes, shown(rule.log_votes(votes))) for votes in SHOWN_VOTES],
        "accepted": shown(rule.ACCEPTED_AT_ONCE),
        "corroborated": shown(rule.ACCEPTED_WHEN_CORROBORATED),
        "verified": shown(rule.VERIFIED_CREDIT),
        "downvote": shown(rule.DOWNVOTE_EXTRA),
        "day_cap": shown(rule.DAY_CAP),
        "half_life": round(points.BOARD_HALF_LIFE_DAYS),
        "expert_half_life": round(points.EXPERT_HALF_LIFE_DAYS),
        "pair_half_life": length_of(credits.PAIR_HALF_LIFE),
        "second_time": percent(rule.damped(1.0, 1.0, 0.0)),
        "mutual": percent(rule.damped(1.0, 0.0, 1.0)),
        "top": boards.TOP,
        "per_week": models.PER_WEEK,
        "seen_within": length_of(experts.SEEN_WITHIN),
        "weights": [number(weight) for weight in gates.WEIGHT_BY_LEVEL],
    }


def feedback() -> dict[str, Any]:
    return {
        "acknowledge": settings.ACKNOWLEDGE_DAYS.value(),
        "decide": settings.DECIDE_DAYS.value(),
        "quiet": settings.QUIET_DAYS.value(),
        "separable": settings.SEPARABLE_DAYS.value(),
        "least_reason": states.LEAST_REASON,
        "half_life": length_of(demand.HALF_LIFE),
        "states": names.STATE_NAMES,
        "types": names.TYPE_NAMES,
    }


def notices() -> dict[str, Any]:
    return {
        "kinds": [kind for kind in KINDS.values() if not kind.roles],
        "held": length_of(mail_is_held_for()),
        "away_days": AWAY_DAYS.value(),
        "at": f"{AT:%H:%M}",
    }


def privacy() -> dict[str, Any]:
    return {
        "hides_at": moderating.HIDES_AT.value(),
        "first_posts": reviewing.FIRST_POSTS,
        "stays": length_of(sessions.STAYS_FOR),
        "staff_stays": length_of(sessions.STAFF_STAYS_FOR),
        "confirm": length_of(mails.CONFIRM_WITHIN),
        "reset": length_of(mails.RESET_WITHIN),
        "drafts": length_of(drafting.KEPT_FOR),
        "pending": length_of(pending.KEPT_FOR),
    }


def writing() -> dict[str, Any]:
    """[(what it is, what to type, how it looks)]: rendered by the forum itself, as a post would be."""
    samples = [
        (_("Emphasis"), _("**important**, *a little*, ~~not any more~~")),
        (_("List"), _("- first\n- second")),
        (_("Steps"), _("1. unplug it\n2. wait")),
        (_("Code in a line"), _("Open `settings.ini`.")),
        (_("Code and logs"), "```python\nprint(\"hello\")\n```"),
        (_("Quotation"), _("> It said: no connection.")),
        (_("Link"), _("[the manual](https://example.com/)")),
        (_("Table"), _("| Step | Result |\n| --- | --- |\n| Restart | no change |")),
    ]
    rendered = [(name, source, markup.render(source, links=True)) for name, source in samples]
    return {"samples": rendered, "most": markup.MAX_SOURCE_CHARACTERS}
