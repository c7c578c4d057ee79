"""The commands of the contract: `flask --app wsgi ...`, each by the module that is imported when it is called."""

from importlib import import_module

from click import Command, Context
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "backup": "backup:backup",
    "db": "database:commands",
    "demo": "importing:demo",
    "digest": "digest:commands",
    "doctor": "doctor:doctor",
    "escalation": "escalation:commands",
    "experts": "experts:commands",
    "import": "importing:commands",
    "jobs": "jobs:commands",
    "prepare": "preparing:prepare",
    "products": "products:commands",
    "restore": "backup:restore",
    "search": "search:commands",
    "upgrade": "backup:upgrade",
    "users": "users:commands",
}


class Commands(AppGroup):
    """Processes that serve or work all day call few of them: what the others need stays out of their memory."""

    def list_commands(self, ctx: Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: Context, name: str) -> Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: Command = getattr(import_module(f"app.cli.{module}"), attribute)
        return command


def install(app: Flask) -> None:
    """Hang every command on the application."""
    app.cli = Commands(app.name)
