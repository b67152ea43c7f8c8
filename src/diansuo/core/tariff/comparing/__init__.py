"""A bill issued elsewhere beside our own (第二意见核对): the difference cause by cause, exact to the fen."""

from diansuo.core.tariff.comparing.columns import (
    NOT_STATED,
    Cause,
    LineKind,
    Ours,
    Priced,
    Split,
    StatedLines,
    Theirs,
)
from diansuo.core.tariff.comparing.lines import lines_in_their_kinds
from diansuo.core.tariff.comparing.splitting import split

__all__ = [
    "NOT_STATED",
    "Cause",
    "LineKind",
    "Ours",
    "Priced",
    "Split",
    "StatedLines",
    "Theirs",
    "lines_in_their_kinds",
    "split",
]
