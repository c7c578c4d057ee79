"""`flask jobs ...`: what waits, what failed, and the worker."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.cli.saying import plainly
from app.kernel import jobs
from app.kernel.jobs import JobState
from app.kernel.transaction import transaction
from app.kernel.worker import Worker

commands = AppGroup("jobs", help="Work that was promised.")


@commands.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), default="waiting")
@plainly
def list_jobs(state: str) -> None:
    """Print jobs of one state, newest first."""
    for job in jobs.jobs_page(JobState(state)):
        click.echo(f"{job.id}\t{job.name}\t{job.due_at:%Y-%m-%d %H:%M:%S}\t{job.attempts}\t{job.last_error or ''}")


@commands.command()
@click.argument("job_ids", nargs=-1, type=int)
@plainly
def retry(job_ids: tuple[int, ...]) -> None:
    """Give failed jobs another life: those named, or all."""
    with transaction():
        click.echo(jobs.retry(list(job_ids) or None))


@commands.command()
@click.option("--once", is_flag=True, help="Stop when nothing is due.")
@plainly
def work(once: bool) -> None:
    """Run the worker: jobs, sweep, schedules, index."""
    worker = Worker(current_app._get_current_object())  # type: ignore[attr-defined]
    if once:
        worker.tick()
        worker.drain()
    else:
        worker.run()
