"""``diansuo manage``: Django's own commands on this home."""

from __future__ import annotations

import typer

from diansuo.cli import office
from diansuo.cli.say import t

WITHOUT_DATABASE = {"migrate", "makemigrations", "check", "help", "--help"}


def manage(context: typer.Context) -> None:
    """Run one of Django's commands, on a database that is up to date."""
    office.wake(migrate=not set(context.args) & WITHOUT_DATABASE)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["diansuo manage", *context.args])


manage.__doc__ = t(
    "Django 管理命令。例：diansuo manage createsuperuser",
    "Django's own commands. Example: diansuo manage createsuperuser",
)
