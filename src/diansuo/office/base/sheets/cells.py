"""A raw cell of a file as text: numbers exact, and visibly scientific where Excel has already lost digits."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

# Excel keeps 15 significant digits; what stands behind them is noise of the binary fraction.
_DIGITS = 15


def text_of(cell: Any) -> str:
    """Return a cell as a person sees it: 8 not 8.0, a day without midnight, TRUE; empty for an empty one."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _number(number: float) -> str:
    if not math.isfinite(number) or abs(number) >= 10**_DIGITS:
        return f"{number:.14e}"
    if number == int(number):
        return str(int(number))
    shown = repr(number)
    if len(shown) > _DIGITS or "e" in shown:
        shown = format(Decimal(f"{number:.{_DIGITS}g}"), "f")
    return shown
