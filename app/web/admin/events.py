"""What has happened, as it was stored."""

from typing import Any

from flask import render_template, request

from app.domains.accounts.queries import people_by_id
from app.kernel.events import Event, rows_page
from app.kernel.pagination import cursor_of, key_of
from app.web.admin.blueprint import pages
from app.web.pager import next_url

PER_PAGE = 100


@pages.get("/events")
def events() -> Any:
    kind = request.args.get("kind", "")
    key = key_of(request.args.get("after"), int)
    rows = rows_page(kind if kind in Event.KINDS else None, key[0] if key else None, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    return render_template(
        "admin/events.html",
        events=shown,
        people=people_by_id(row.actor_id for row in shown),
        kind=kind,
        kinds=sorted(Event.KINDS),
        next_url=next_url(cursor_of(shown[-1].id) if len(rows) > PER_PAGE else None),
    )
