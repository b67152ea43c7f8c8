"""``diansuo manage``: Django's own commands on this home."""

from __future__ import annotations

import os

import typer

from diansuo.cli.say import t


def manage(context: typer.Context) -> None:
    """Run one of Django's commands."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diansuo.office.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["diansuo manage", *context.args])


manage.__doc__ = t(
    "Django 管理命令。例：diansuo manage createsuperuser",
    "Django's own commands. Example: diansuo manage createsuperuser",
)
