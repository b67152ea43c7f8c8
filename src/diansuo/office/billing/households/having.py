"""What households have on top as the engine's columns: months with many persons, of heating, of free energy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.month import MONTHS, UNKNOWN_DAY
from diansuo.core.tariff import BillingInput
from diansuo.core.tariff.terms import heating_season, many_persons
from diansuo.core.tariff.year import EVERY_MONTH, Spans, months_within
from diansuo.office.billing.households.loading import Having, last_periods
from diansuo.office.billing.households.planning import STEPPED
from diansuo.office.billing.households.policies import Policies

Int64 = npt.NDArray[np.int64]


@dataclass(slots=True)
class _Spans:
    row: list[int] = field(default_factory=list)
    from_day: list[int] = field(default_factory=list)
    to_day: list[int] = field(default_factory=list)

    def add(self, row: int, one: Having) -> None:
        self.row.append(row)
        self.from_day.append(one.from_day)
        self.to_day.append(one.to_day)

    def spans(self) -> Spans:
        return Spans(*(np.array(getattr(self, name), np.int64) for name in self.__slots__))


def with_having(
    inputs: BillingInput,
    contract: Int64,
    point: Int64,
    first_day: Int64,
    end_day: Int64,
    having: dict[int, list[Having]],
    policies: Policies,
    year_start_month: int,
) -> BillingInput:
    """Return the rows with what their households have.

    A value the place does not say is asked for nevertheless, so that the engine holds the row and names it.

    Args:
        inputs: the rows, with their months in the year.
        contract: int64 (rows,).
        point: int64 (rows,).
        first_day: int64 (rows,), first day with steps; ``UNKNOWN_DAY``: long ago.
        end_day: int64 (rows,), the day after the last one with steps; ``UNKNOWN_DAY``: they go on.
        having: by contract.
        policies: the place's terms.
        year_start_month: month in which the billing year begins.
    """
    rows = [row for row, key in enumerate(contract.tolist()) if key in having] if having else []
    if not rows:
        return inputs
    many, heats, free = _Spans(), _Spans(), _Spans()
    persons = np.zeros(len(inputs), np.int16)
    for row in rows:
        day = int(inputs.to_day[row]) - 1
        from_persons = policies.known(day, many_persons)
        for one in _concerned(having[int(contract[row])], inputs, row):
            if one.persons and (from_persons is None or one.persons >= from_persons):
                many.add(row, one)
                persons[row] = max(persons[row], one.persons)
            if one.electric_heating:
                heats.add(row, one)
            if one.free_energy:
                free.add(row, one)
    year = (first_day, end_day, inputs.period, year_start_month)
    season = policies.known(int(inputs.to_day.max()) - 1, heating_season)
    limits = inputs.months_in_year
    return replace(
        inputs,
        persons=persons,
        persons_months=np.minimum(months_within(many.spans(), *year), limits),
        heating_months=np.minimum(
            months_within(heats.spans(), *year, EVERY_MONTH if season is None else season), limits
        ),
        free_months=_free_months(free, inputs, point),
    )


def _concerned(having: list[Having], inputs: BillingInput, row: int) -> list[Having]:
    """Return the terms that say something of a row: those of the year's steps, without steps those of its own days."""
    from_day, to_day = int(inputs.from_day[row]), int(inputs.to_day[row])
    if int(inputs.price_class[row]) in STEPPED:
        return having
    return [
        one
        for one in having
        if one.from_day < to_day and (one.to_day == UNKNOWN_DAY or one.to_day > from_day)
    ]


def _free_months(free: _Spans, inputs: BillingInput, point: Int64) -> npt.NDArray[np.int16]:
    """Return for how many months each bill settles free energy: those since it was settled last, as far as free."""
    months = np.zeros(len(inputs), np.int16)
    if not free.row:
        return months
    period = int(inputs.period[0])
    earlier = last_periods(sorted({int(point[row]) for row in free.row}), period)
    for row, from_day, to_day in zip(free.row, free.from_day, free.to_day, strict=True):
        first, end = int(inputs.from_day[row]), int(inputs.to_day[row])
        start, until = max(first, from_day), end if to_day == UNKNOWN_DAY else min(end, to_day)
        if start >= until:
            continue
        settled = max(_index(period) - _index(earlier.get(int(point[row]), period)), 1)
        touched = settled if (start, until) == (first, end) else _month(until - 1) - _month(start) + 1
        months[row] = min(months[row] + min(touched, settled), settled)
    return months


def _index(period: int) -> int:
    return period // 100 * MONTHS + period % 100


def _month(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[M]").astype(np.int64))
