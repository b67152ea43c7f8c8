"""Which schedule prices which commercial row: rows of one kind of customer and the same days are looked up once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int32, Int64
from diansuo.core.quantity.band import BANDS
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import VoltageClass
from diansuo.core.tariff.commercial.columns import (
    CapacityMethod,
    CommercialInput,
    CommercialRefusal,
    CommercialRefusalCode,
    PurchaseMode,
)
from diansuo.core.tariff.commercial.faults import charged
from diansuo.core.tariff.commercial.in_force import WHY_NOT, InForce, refusal_of
from diansuo.core.tariff.commercial.schedules import Customer, schedule_for
from diansuo.core.tariff.commercial.tables import Schedule
from diansuo.core.tariff.resolve import day_of


@dataclass(slots=True)
class CommercialResolution:
    """What prices each row.

    Attributes:
        schedule: int32 (rows,), index into ``schedules``; -1 for a refused row.
        schedules: every one in use.
        refusals: one for each row without a price.
    """

    schedule: Int32
    schedules: list[Schedule] = field(default_factory=list)
    refusals: list[CommercialRefusal] = field(default_factory=list)


def resolve(inputs: CommercialInput, book: RuleBook, place: str, sound: Bool) -> CommercialResolution:
    """Find the schedule of every sound row.

    Args:
        inputs: the rows.
        book: the rules.
        place: whose rules, e.g. ``province/henan``.
        sound: bool (rows,), rows to look at; the others keep schedule -1.
    """
    resolution = CommercialResolution(np.full(len(inputs), -1, dtype=np.int32))
    known: dict[tuple[Any, ...], int] = {}
    for rows in _groups(inputs, np.flatnonzero(sound)):
        customer, days = _customer_and_days(inputs.take(rows[:1]))
        try:
            schedule = schedule_for(customer, InForce(book, place, *days))
        except WHY_NOT as why:
            code, params = refusal_of(why)
            resolution.refusals.extend(CommercialRefusal(row, code, params) for row in rows.tolist())
            continue
        key = (customer, schedule.identity)
        if key not in known:
            known[key] = len(resolution.schedules)
            resolution.schedules.append(schedule)
        resolution.schedule[rows] = known[key]
    for index, schedule in enumerate(resolution.schedules):
        _refuse_what_it_cannot_price(inputs, resolution, index, schedule)
    resolution.refusals.sort(key=lambda refusal: refusal.row)
    return resolution


def _groups(inputs: CommercialInput, rows: Int64) -> list[Int64]:
    """Part the rows by all that decides their schedule; each group in row order."""
    if len(rows) == 0:
        return []
    pays = charged(inputs)
    flags = (
        inputs.voltage_class,
        inputs.two_part,
        inputs.time_of_use,
        inputs.purchase_mode,
        np.where(pays, inputs.capacity_method, 0),
        np.where(pays, inputs.month_days, 0),
        inputs.power_factor_standard,
        inputs.reduced_standard,
        _zero_active(inputs),
        inputs.period,
        inputs.from_day,
        inputs.to_day,
    )
    key = np.zeros(len(rows), dtype=np.int64)
    for flag in flags:
        values, codes = _codes(flag[rows].astype(np.int64))
        # numbering the keys anew keeps them below the number of rows squared
        key = _codes(key * values + codes)[1]
    order = np.argsort(key, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(key[order])) + 1)


def _codes(values: Int64) -> tuple[int, Int64]:
    """Return how many distinct values there are, and for each row the number of its own."""
    if len(values) and (values == values[0]).all():
        return 1, np.zeros(len(values), dtype=np.int64)
    distinct, codes = np.unique(values, return_inverse=True)
    return len(distinct), codes.astype(np.int64)


def _zero_active(inputs: CommercialInput) -> Bool:
    found: Bool = (inputs.power_factor_standard > 0) & (inputs.active_wh == 0) & (inputs.reactive_varh > 0)
    return found


def _customer_and_days(one: CommercialInput) -> tuple[Customer, tuple[date, date]]:
    """Read the customer and the first and last day of use from the one row that stands for its group."""
    pays = bool(charged(one)[0])
    customer = Customer(
        voltage=VoltageClass(one.voltage_class[0]),
        two_part=bool(one.two_part[0]),
        time_of_use=bool(one.time_of_use[0]),
        mode=PurchaseMode(one.purchase_mode[0]),
        method=CapacityMethod(one.capacity_method[0] if pays else 0),
        month_days=int(one.month_days[0]) if pays else 0,
        standard=int(one.power_factor_standard[0]),
        reduced=bool(one.reduced_standard[0]),
        zero_active=bool(_zero_active(one)[0]),
        period=int(one.period[0]),
    )
    return customer, (day_of(int(one.from_day[0])), day_of(int(one.to_day[0]) - 1))


def _refuse_what_it_cannot_price(
    inputs: CommercialInput, resolution: CommercialResolution, index: int, schedule: Schedule
) -> None:
    """Refuse rows of a schedule with energy in a period without a price, or with too much of it."""
    rows = np.flatnonzero(resolution.schedule == index)
    for band in schedule.unpriced_bands:
        stray = rows[inputs.band_wh[rows, band] != 0]
        for row in stray.tolist():
            params = {"band": band, "band_wh": int(inputs.band_wh[row, band]), **_rule_params(schedule)}
            resolution.refusals.append(
                CommercialRefusal(row, CommercialRefusalCode.BAND_WITHOUT_HOURS, params)
            )
        resolution.schedule[stray] = -1
        rows = np.setdiff1d(rows, stray)
    # settling may add one step to what was read
    limit = schedule.energy_limit_wh - BANDS * schedule.energy_step_wh
    for row in rows[inputs.energy_wh[rows] > limit].tolist():
        params = {"energy_wh": int(inputs.energy_wh[row]), "limit_wh": limit}
        resolution.refusals.append(CommercialRefusal(row, CommercialRefusalCode.ENERGY_TOO_LARGE, params))
        resolution.schedule[row] = -1


def _rule_params(schedule: Schedule) -> dict[str, Any]:
    rule = schedule.ratio_rule
    return {} if rule is None else {"rule_id": rule.rule_id, "file": rule.file, "field": "without_month"}
