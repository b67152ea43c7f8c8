"""Until when a bill is to be paid: collection, an app above, says so through a hook; without it, nothing is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class Due:
    """What became of an issued bill: until when it is to be paid, and what of it is paid, in fen."""

    due_date: date
    paid_fen: int


DueSource = Callable[[Scope, Sequence[int]], dict[int, Due]]

_sources: list[DueSource] = []


def set_due_source(source: DueSource) -> None:
    """Publish where due dates come from: scope and bill ids to what is due, by bill (from an app's ``ready``)."""
    _sources[:] = [source]


def dues(scope: Scope, bill_ids: Sequence[int]) -> dict[int, Due]:
    """Return what is due, by bill; a bill nothing is due for is not in it."""
    return _sources[0](scope, bill_ids) if _sources else {}
