"""``diansuo bill``: single bills, each command in a module of its own."""

from __future__ import annotations

import typer

from diansuo.cli import bill_close_out, bill_explain, bill_pdf, bill_prove, bill_rebill, bill_temporary
from diansuo.cli.say import t

app = typer.Typer(no_args_is_help=True, help=t("单张账单。", "Single bills."))


@app.callback()
def bill() -> None:
    """Group of the commands about bills."""


app.command("explain", help=bill_explain.HELP)(bill_explain.explain)
app.command("prove", help=bill_prove.HELP)(bill_prove.prove)
app.command("pdf", help=bill_pdf.HELP)(bill_pdf.pdf)
app.command("rebill", help=bill_rebill.HELP)(bill_rebill.rebill)
app.command("close", help=bill_rebill.CLOSE_HELP)(bill_rebill.close_year)
app.command("close-out", help=bill_close_out.HELP)(bill_close_out.close_out)
app.command("one-off", help=bill_close_out.ONE_OFF_HELP)(bill_close_out.one_off)
app.add_typer(bill_temporary.app, name="temporary")
