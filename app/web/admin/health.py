"""Where an administrator lands: is everything running?"""

from datetime import timedelta
from typing import Any

from flask import current_app, render_template

from app.domains.accounts.queries import member_count
from app.domains.questions.queries import question_total
from app.kernel import jobs, schedule
from app.kernel.clock import now
from app.web.admin.blueprint import pages
from app.web.landing import is_new

# The worker claims what is due every second or so; the sweep alone runs every two.
WORKER_AWAY_AFTER = timedelta(minutes=2)


@pages.get("/")
def index() -> Any:
    rows = schedule.rows()
    last_seen = max((row.started_at for row in rows if row.started_at), default=None)
    return render_template(
        "admin/index.html",
        counts=jobs.counts(),
        waiting=jobs.waiting_count(),
        schedule=rows,
        worker_seen=last_seen,
        worker_away=last_seen is None or last_seen < now() - WORKER_AWAY_AFTER,
        config=current_app.extensions["config"],
        members=member_count(),
        questions=question_total(),
        is_new=is_new(),
    )
