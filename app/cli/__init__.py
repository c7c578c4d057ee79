"""The commands of the contract: `flask --app wsgi ...`."""

from flask import Flask

from app.cli import (
    backup,
    database,
    digest,
    doctor,
    escalation,
    experts,
    importing,
    jobs,
    preparing,
    products,
    search,
    users,
)


def install(app: Flask) -> None:
    """Hang every command on the application."""
    for command in (
        backup.backup,
        backup.restore,
        backup.upgrade,
        database.commands,
        digest.commands,
        doctor.doctor,
        escalation.commands,
        experts.commands,
        importing.commands,
        importing.demo,
        jobs.commands,
        preparing.prepare,
        products.commands,
        search.commands,
        users.commands,
    ):
        app.cli.add_command(command)
