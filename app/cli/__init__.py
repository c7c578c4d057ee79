"""The commands of the contract: `flask --app wsgi ...`."""

from flask import Flask

from app.cli import database, doctor, jobs, preparing, products, users


def install(app: Flask) -> None:
    """Hang every command on the application."""
    for command in (
        database.commands,
        doctor.doctor,
        jobs.commands,
        preparing.prepare,
        products.commands,
        users.commands,
    ):
        app.cli.add_command(command)
