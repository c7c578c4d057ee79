"""What the worker does, did and could not do."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions.administering import retry_jobs
from app.kernel import jobs as kernel_jobs
from app.kernel.i18n import _, ngettext
from app.kernel.jobs import JobState
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.admin.blueprint import pages


@pages.get("/jobs")
def jobs() -> Any:
    wanted = request.args.get("state", "")
    state = JobState(wanted) if wanted in set(JobState) else None
    rows = kernel_jobs.jobs_page(state)
    return render_template("admin/jobs.html", jobs=rows, state=state, counts=kernel_jobs.counts())


@pages.post("/jobs/retry")
def retry_all() -> Response:
    return _retried(None)


@pages.post("/jobs/<int:job_id>/retry")
def retry(job_id: int) -> Response:
    return _retried([job_id])


def _retried(job_ids: list[int] | None) -> Response:
    with transaction():
        count = retry_jobs(current_actor(), job_ids)
    sentence = ngettext("%(num)s job is tried again.", "%(num)s jobs are tried again.", count)
    flash(sentence if count else _("Nothing had failed."), "success" if count else "info")
    return redirect(url_for("admin.jobs"), 303)
