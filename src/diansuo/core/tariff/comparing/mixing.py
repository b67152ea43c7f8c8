"""Rows and lines of some bills from here and of the others from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from diansuo.core.quantity.arrays import Bool
from diansuo.core.tariff.comparing.columns import StatedLines
from diansuo.core.tariff.what_if import Rows


def mixed(first: Rows, second: Rows, bills: Bool) -> Rows:
    """Return the second rows for the marked bills, the first ones for all others."""
    out: dict[str, Any] = {"year_wh": first.year_wh}
    for name, of in (("households", "of_household"), ("commercial", "of_commercial")):
        old, new = ~bills[getattr(first, of)], bills[getattr(second, of)]
        out[name] = _joined(
            getattr(first, name), np.flatnonzero(old), getattr(second, name), np.flatnonzero(new)
        )
        out[of] = np.concatenate([getattr(first, of)[old], getattr(second, of)[new]])
        if name == "commercial":
            out["demand_w"] = np.concatenate([first.demand_w[old], second.demand_w[new]])
    return Rows(**out)


def only(rows: Rows, bills: Bool) -> Rows:
    """Return the rows of the marked bills; their numbers stay."""
    mine, other = np.flatnonzero(bills[rows.of_household]), np.flatnonzero(bills[rows.of_commercial])
    return Rows(
        households=rows.households.take(mine),
        of_household=rows.of_household[mine],
        commercial=rows.commercial.take(other),
        of_commercial=rows.of_commercial[other],
        demand_w=rows.demand_w[other],
        year_wh=rows.year_wh,
    )


def chained(parts: Sequence[StatedLines]) -> StatedLines:
    """Return lines one after the other."""
    names = [each.name for each in fields(StatedLines)]
    return StatedLines(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in names})


def _joined(first: Any, old: Any, second: Any, new: Any) -> Any:
    return type(first)(
        **{
            each.name: np.concatenate([getattr(first, each.name)[old], getattr(second, each.name)[new]])
            for each in fields(first)
        }
    )
