"""Months and days as they are typed on a command line."""

from __future__ import annotations

from datetime import date

import typer

from diansuo.cli.say import t
from diansuo.core.quantity.month import first_day


def parse_period(text: str) -> int:
    """Return a month as YYYYMM from ``2024-08`` or ``202408``."""
    digits = text.replace("-", "").replace("/", "")
    if len(digits) == 6 and digits.isdigit():
        month = int(digits)
        try:
            first_day(month)
        except ValueError:
            pass
        else:
            return month
    raise typer.BadParameter(t(f"{text} 不是年月；写成 2024-08", f"{text} is not a month; write 2024-08"))


def parse_day(text: str) -> date:
    """Return a day from ``2024-08-01``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            t(f"{text} 不是日期；写成 2024-08-01", f"{text} is not a day; write 2024-08-01")
        ) from None
