"""Small areas for the loss tests: points given by their registers in kWh, and the thresholds the rulebook ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from diansuo.core.network import (
    Balance,
    Exchanges,
    Freezes,
    Losses,
    LossThresholds,
    Members,
    RegisterEnds,
    Side,
    balance,
    classify,
)
from diansuo.core.quantity.arrays import Int64

PARAMETERS = {
    "high_percent": "6",
    "negative_percent": "-1",
    "economic_from_percent": "0",
    "economic_to_percent": "4",
    "small_supply": "20",
    "sudden_points": "3",
    "sudden_days": "7",
    "sudden_least_days": "3",
    "sudden_look_back_days": "14",
    "area_collection_percent": "95",
    "feeder_collection_percent": "100",
    "station_collection_percent": "95",
}
THRESHOLDS = LossThresholds.from_parameters(PARAMETERS)
ENDS = RegisterEnds(np.array([], dtype=np.int64), np.array([], dtype=np.int64))
Shown = str | None


@dataclass(frozen=True)
class P:
    """A point: forward (and reverse) registers in kWh of day 0, 1, …; None where there is no freeze."""

    forward: Sequence[Shown]
    reverse: Sequence[Shown] = ()
    inlet: bool = False
    group: int = 0
    multiplier: int = 1
    multipliers: Sequence[int] = ()
    meters: Sequence[int] = ()
    from_day: int = 0
    to_day: int = 10_000
    feeds: bool = False
    number: int = 0


def master(*forward: Shown, **more: object) -> P:
    """Return a master meter by its registers."""
    return replace(P(forward, inlet=True), **more)  # type: ignore[arg-type]


def customer(*forward: Shown, **more: object) -> P:
    """Return a customer by their registers."""
    return replace(P(forward), **more)  # type: ignore[arg-type]


def freezes(points: Sequence[P]) -> Freezes:
    """Return the registers of points as the columns of the lake."""
    rows = []
    for at, point in enumerate(points):
        for day, shown in enumerate(point.forward):
            back = point.reverse[day] if day < len(point.reverse) else None
            if shown is None and back is None:
                continue
            meter = point.meters[day] if day < len(point.meters) else 1000 + at
            multiplier = point.multipliers[day] if day < len(point.multipliers) else point.multiplier
            rows.append((point.number or at + 1, day, meter, multiplier, _wh(shown), _wh(back)))
    return Freezes(*(column(values) for values in (zip(*rows, strict=True) if rows else [()] * 6)))


def members(points: Sequence[P]) -> Members:
    """Return who belongs where."""
    return Members(
        point=column(point.number or at + 1 for at, point in enumerate(points)),
        group=column(point.group for point in points),
        side=column(Side.INLET if point.inlet else Side.OUTLET for point in points),
        from_day=column(point.from_day for point in points),
        to_day=column(point.to_day for point in points),
        feeds=np.array([point.feeds for point in points], dtype=np.bool_),
    )


def balanced(
    points: Sequence[P],
    bounds: Sequence[int],
    groups: int = 1,
    exchanges: Exchanges | None = None,
    exact: Sequence[int] | None = None,
) -> Balance:
    """Return supply and sold of points between days; see `balance`."""
    but = None if exact is None else column(exact)
    return balance(freezes(points), members(points), column(bounds), groups, ENDS, exchanges, but)


def losses(points: Sequence[P], days: int, groups: int = 1) -> Losses:
    """Return the classified losses of days 0, 1, … of points."""
    of = balanced(points, range(days + 1), groups)
    return classify(of, THRESHOLDS, THRESHOLDS.area_collection_bp)


def exchanged(*rows: tuple[int, str, str], point: int = 1) -> Exchanges:
    """Return exchanges of a point by day, final and initial register in kWh."""
    table = [(point, day, _wh(final), _wh(initial), -1, -1) for day, final, initial in rows]
    return Exchanges(*(column(values) for values in zip(*table, strict=True)))


def column(values: object) -> Int64:
    """Return whole numbers as a column."""
    return np.array([int(value) for value in values], dtype=np.int64)  # type: ignore[attr-defined]


def _wh(shown: Shown) -> int:
    return -1 if shown is None else int(Decimal(shown) * 1000)
