"""The daily or weekly mail: everything that is still unread of what was to come by it, thread by thread."""

from collections.abc import Sequence
from typing import Any

from app.domains.notifications.addresses import address_of
from app.domains.notifications.channels.email import Addressee, News, mute_url, quoted, shortened, still_told, unread_of
from app.domains.notifications.kinds import ROUND_UP
from app.domains.notifications.unsubscribing import ways_out
from app.kernel.jobs import outbound
from app.kernel.mail import Mail, send
from app.kernel.rendering import absolute_url, mail_from_template

MOST_TOLD = 60  # the newest; of more the mail says how many
EXCERPT = 200


@outbound
def deliver_round(notification_ids: list[int]) -> None:
    """Send one mail of what one person was told; what was read or hidden meanwhile is left out, and nothing is sent
    where nothing is left. Told under the first one's key, so that a repeat is known for one."""
    unread = unread_of(notification_ids)
    told = still_told(unread[-MOST_TOLD:])
    if told:
        more = max(0, len(unread) - MOST_TOLD)
        send(_mail(told[0][0], [news for _addressee, news in told], more, notification_ids[0]))


def _mail(addressee: Addressee, told_of: Sequence[News], more: int, first_id: int) -> Mail:
    actor = addressee.actor
    assert actor.id is not None
    return mail_from_template(
        "notifications/round_up",
        key=f"notification:{first_id}",
        recipient=addressee.address,
        language=actor.language,
        **ways_out(actor.id, ROUND_UP),
        reader=actor,
        threads=_threads(actor.id, told_of),
        lines=len(told_of) + more,
        more=more,
        inbox_url=absolute_url("notifications.inbox"),
    )


def _threads(user_id: int, told_of: Sequence[News]) -> list[dict[str, Any]]:
    """The thread with the newest line first; in it the oldest first."""
    threads: dict[int, list[News]] = {}
    for news in reversed(told_of):
        threads.setdefault(news.notice.question_id or -news.notice.id, []).append(news)
    return [_thread(user_id, lines[::-1]) for lines in threads.values()]


def _thread(user_id: int, lines: list[News]) -> dict[str, Any]:
    newest = lines[-1].notice
    told = [
        {"notice": each.notice, "url": address_of(each.notice), "text": shortened(_text(each), EXCERPT)}
        for each in lines
    ]
    return {"notice": newest, "lines": told, "mute_url": mute_url(user_id, newest.question_id)}


def _text(news: News) -> str:
    return str(quoted(news.notice, news.post)["text"] or "")
