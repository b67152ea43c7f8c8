"""The command's frame: its sub-commands, and one place where a failure becomes one clear line."""

from __future__ import annotations

import os
import sys

import typer

from diansuo.cli import (
    audit,
    backup,
    bill,
    calc,
    cycle,
    demo,
    export,
    imports,
    lab,
    loss,
    manage,
    reading,
    rulebook,
    sandbox,
    serve,
    station,
)
from diansuo.cli.say import Failure, error, t

app = typer.Typer(
    name="diansuo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=t(
        "电所：供电所营销服务系统。数据放在 DIANSUO_HOME；DATABASE_URL 可指向 PostgreSQL；DIANSUO_LANG=en 用英文。",
        "Diansuo: marketing and customer operations of a power supply station. Data stands in DIANSUO_HOME; "
        "DATABASE_URL may name a PostgreSQL database; DIANSUO_LANG=zh for Chinese.",
    ),
)
app.command("demo")(demo.demo)
app.command("sandbox")(sandbox.sandbox)
app.command("serve")(serve.serve)
app.command("worker", hidden=True)(serve.worker)
app.add_typer(imports.app, name="import")
app.add_typer(cycle.app, name="cycle")
app.add_typer(bill.app, name="bill")
app.add_typer(reading.app, name="reading")
app.add_typer(loss.app, name="loss")
app.add_typer(calc.app, name="calc")
app.add_typer(export.app, name="export")
app.add_typer(rulebook.app, name="rulebook")
app.add_typer(audit.app, name="audit")
app.add_typer(lab.app, name="lab")
app.command("station")(station.station)
app.command("backup")(backup.backup)
app.command("manage", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    manage.manage
)


def _without_examples(of: typer.Typer) -> None:
    """Let lists of commands end before the example: cut to fit, it would be one nobody can copy."""
    for command in of.registered_commands:
        words = str(command.help or getattr(command.callback, "__doc__", None) or "")
        command.short_help = words.split("例：")[0].split("Example:")[0].strip() or None
    for group in of.registered_groups:
        if group.typer_instance is not None:
            _without_examples(group.typer_instance)


_without_examples(app)


def main() -> None:
    """Run the command; exit status 0 only on success, 1 for a refusal, 2 for wrong usage."""
    try:
        app()
    except Failure as failure:
        error(str(failure))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as unforeseen:  # noqa: BLE001  (the last resort: one line, not a page of stack)
        if os.environ.get("DIANSUO_DEBUG"):
            raise
        kind = type(unforeseen).__name__
        error(
            t(
                f"没有料到的错误 {kind}：{unforeseen}；设 DIANSUO_DEBUG=1 再执行可看到详情，请一并反馈",
                f"unforeseen {kind}: {unforeseen}; run again with DIANSUO_DEBUG=1 for details and report them",
            )
        )
        sys.exit(1)
