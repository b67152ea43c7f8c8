"""A customer's own transformers in a settled month: which ran, for how long, and what went through each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.energy import spread_over_points
from diansuo.core.rules.entry import Entry
from diansuo.office.billing.commercial.loading import ABSENT, Transformers

Int64 = npt.NDArray[np.int64]

PPM: Final = 1_000_000
PLATE: Final = ("p0_w", "pk_w", "i0_milli_percent", "uk_milli_percent")


@dataclass(frozen=True, slots=True)
class Units:
    """Transformers that ran in settled months, one for each month and transformer, in the order of the rows.

    Paused and resumed it is one, with the days of both stretches; exchanged, or with another plate, it is two.

    Attributes:
        row: int64 (units,), the month.
        at: int64 (units,), its place among the transformers: that of its last stretch.
        days: int64 (units,), days under voltage within the month.
    """

    row: Int64
    at: Int64
    days: Int64


def units_of(
    rows: Int64, contract: Int64, from_day: Int64, to_day: Int64, transformers: Transformers
) -> Units:
    """Return the transformers that ran in these months; ``rows`` are places in the other columns."""
    found: dict[tuple[int, str, int, str], list[int]] = {}
    for row in rows.tolist():
        for at in transformers.of(int(contract[row])).tolist():
            first = max(int(transformers.from_day[at]), int(from_day[row]))
            last = min(int(transformers.to_day[at]), int(to_day[row]))
            if first < last:
                plate = (int(transformers.capacity_va[at]), str(transformers.model[at]))
                one = found.setdefault((row, str(transformers.number[at]), *plate), [at, 0])
                one[0], one[1] = at, one[1] + last - first
    row = np.array([key[0] for key in found], dtype=np.int64)
    at_days = np.array(list(found.values()), dtype=np.int64).reshape(-1, 2)
    return Units(row, at_days[:, 0], at_days[:, 1])


def days_in_service(row_from: int, row_to: int, of: Int64, transformers: Transformers) -> int:
    """Return on how many days of ``[row_from, row_to)`` at least one of these transformers ran."""
    ran = np.zeros(max(row_to - row_from, 0), dtype=np.bool_)
    for at in of.tolist():
        first, last = int(transformers.from_day[at]) - row_from, int(transformers.to_day[at]) - row_from
        ran[max(first, 0) : max(last, 0)] = True
    return int(ran.sum())


def shared(units: Units, energy_wh: Int64, transformers: Transformers) -> Int64:
    """Divide the energy metered together over the transformers of each month (并列运行), in whole Wh.

    By the shares the contract agrees where every one of them has one, else by capacity; times days in service
    (docs/rules/transformer-loss.md).

    Args:
        units: the transformers.
        energy_wh: int64 (rows,), read energy of each month, not negative.
        transformers: all of them.

    Returns:
        int64 (units,), summing to the energy of each month that has a transformer.
    """
    rows, group = np.unique(units.row, return_inverse=True)
    share, capacity = transformers.share_ppm[units.at], transformers.capacity_va[units.at]
    agreed = np.ones(len(rows), dtype=np.bool_)
    np.logical_and.at(agreed, group, share > 0)
    weight = np.where(agreed[group], share, capacity) * units.days
    spread = spread_over_points(
        energy_wh[rows],
        group=group.astype(np.int64),
        energy_wh=weight,
        fixed=np.zeros(len(weight), np.bool_),
        step_wh=1,
    )
    return spread.energy_wh


def nameplate(at: int, transformers: Transformers, models: Entry | None) -> tuple[dict[str, int], bool]:
    """Return what the nameplate says, filled up from the table of models, and whether the table had a part."""
    own = {name: int(getattr(transformers, name)[at]) for name in PLATE}
    if ABSENT not in own.values() or models is None:
        return own, False
    capacity_kva = Decimal(int(transformers.capacity_va[at])) / 1000
    for model, capacity, *values in models.values["rows"]:
        same_model = str(transformers.model[at]).upper().startswith(str(model).upper())
        if same_model and Decimal(capacity) == capacity_kva:
            listed = {
                name: ABSENT if text is None else int(Decimal(text) * 1000)
                for name, text in zip(PLATE, values, strict=False)
            }
            return {name: listed[name] if value == ABSENT else value for name, value in own.items()}, True
    return own, False
