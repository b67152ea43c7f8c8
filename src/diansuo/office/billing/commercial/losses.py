"""Losses a customer bears beside what its meter shows: of its transformers (高供低计) and of its own line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.energy import (
    Losses,
    LossMethod,
    LossTable,
    MonthPart,
    TransformerTerms,
    agreed_losses,
    formula_losses,
    line_losses,
    ratio_losses,
    table_losses,
)
from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import Entry, NoValueInForce
from diansuo.core.tariff.resolve import day_of
from diansuo.office.billing.commercial.loading import LossBrackets, Terms, Transformers
from diansuo.office.billing.commercial.units import Units, days_in_service, nameplate, shared, units_of

Int64 = npt.NDArray[np.int64]

RULE: Final = "national/transformer_loss"
MODELS: Final = "national/transformers"
SHIFTS: Final = {1: "one_shift", 2: "two_shift", 3: "three_shift"}
NO_TABLE: Final = "no_loss_table"
NO_TRANSFORMER: Final = "no_transformer"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be settled: code and numbers, put into words by the office."""

    row: int
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """Losses by row, Wh and varh; zero where the customer bears none or the row is refused.

    ``entries`` are the dated rules that had a part in the losses of a row.
    """

    transformer_wh: Int64
    transformer_varh: Int64
    line_wh: Int64
    line_varh: Int64
    refused: tuple[Refused, ...]
    entries: dict[int, tuple[Entry, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Month:
    """The settled months whose losses are asked for, (rows,); ``whole_days`` those of a month without a beginning."""

    contract: Int64
    from_day: Int64
    to_day: Int64
    whole_days: Int64
    active_wh: Int64
    reactive_varh: Int64


@dataclass(slots=True)
class _Found:
    """What the methods found so far."""

    added: Int64
    refused: dict[int, Refused] = field(default_factory=dict)
    entries: dict[int, tuple[Entry, ...]] = field(default_factory=dict)

    def take(self, rows: Int64, losses: Losses, numbers: dict[int, str] | None = None) -> None:
        """Add losses to their rows; a row of which one part is held is refused whole."""
        for one in losses.findings:
            row = int(rows[one.row])
            named = {} if numbers is None else {"number": numbers[one.row]}
            self.refused.setdefault(row, Refused(row, str(one.code), {**one.params, **named}))
        np.add.at(self.added[0], rows, losses.active_wh)
        np.add.at(self.added[1], rows, losses.reactive_varh)


@dataclass(frozen=True, slots=True)
class Settling:
    """What losses are settled with: the transformers, the station's tables, the rules, and to what precision."""

    transformers: Transformers
    brackets: LossBrackets
    book: RuleBook
    step_wh: int

    def entry(self, rule_id: str, day: int) -> Entry | None:
        """Return the rule in force on a day, if there is one."""
        try:
            return self.book.in_force(rule_id, day_of(day))
        except (NoSuchRule, NoValueInForce):
            return None


def losses_of(month: Month, terms: Terms, settling: Settling) -> Added:
    """Return the losses of each row by the method its terms name; docs/rules/transformer-loss.md."""
    found = _Found(np.zeros((2, len(month.contract)), dtype=np.int64))
    for method, work in (
        (LossMethod.FORMULA, _by_formula),
        (LossMethod.TABLE, _by_table),
        (LossMethod.AGREED_VALUE, _by_value),
        (LossMethod.AGREED_RATIO, _by_ratio),
    ):
        rows = np.flatnonzero(terms.loss_method == method)
        if len(rows):
            work(rows, month, terms, settling, found)
    found.added[:, list(found.refused)] = 0
    step_wh = settling.step_wh
    line = line_losses(month.active_wh, found.added[0], terms.line_loss_ppm, step_wh=step_wh)
    line_reactive = line_losses(month.reactive_varh, found.added[1], terms.line_loss_ppm, step_wh=step_wh)
    for one in line.findings:
        found.refused.setdefault(one.row, Refused(one.row, str(one.code), dict(one.params)))
    refused = tuple(found.refused[row] for row in sorted(found.refused))
    return Added(
        found.added[0], found.added[1], line.energy_wh, line_reactive.energy_wh, refused, found.entries
    )


def _by_ratio(rows: Int64, month: Month, terms: Terms, settling: Settling, found: _Found) -> None:
    active, reactive = terms.agreed_ratio_ppm[rows], terms.agreed_reactive_ratio_ppm[rows]
    energy = (month.active_wh[rows], month.reactive_varh[rows])
    found.take(rows, ratio_losses(*energy, active, reactive, step_wh=settling.step_wh))


def _by_value(rows: Int64, month: Month, terms: Terms, settling: Settling, found: _Found) -> None:
    transformers = settling.transformers
    days = month.to_day[rows] - month.from_day[rows]
    for place, row in enumerate(rows.tolist()):
        of = transformers.of(int(month.contract[row]))
        if len(of):
            span = int(month.from_day[row]), int(month.to_day[row])
            days[place] = days_in_service(*span, of, transformers)
    part = _part(rows, days, month, settling, found)
    agreed = terms.agreed_active_wh[rows], terms.agreed_reactive_varh[rows]
    found.take(rows, agreed_losses(*agreed, part, step_wh=settling.step_wh))


def _by_formula(rows: Int64, month: Month, terms: Terms, settling: Settling, found: _Found) -> None:
    units, active, reactive = _through(rows, month, settling, found)
    transformers, size = settling.transformers, len(units.row)
    plates = {
        name: np.empty(size, np.int64) for name in ("p0_w", "pk_w", "i0_milli_percent", "uk_milli_percent")
    }
    factor_milli, hours = np.empty(size, np.int64), np.empty(size, np.int64)
    for place, (row, at) in enumerate(zip(units.row.tolist(), units.at.tolist(), strict=True)):
        day = int(month.from_day[row])
        rule, models = settling.entry(RULE, day), settling.entry(MODELS, day)
        plate, by_model = nameplate(at, transformers, models)
        for name, value in plate.items():
            plates[name][place] = value
        factor_milli[place] = _factor(int(transformers.shifts[at]), rule)
        hours[place] = int(units.days[place]) * _whole(rule, "hours_a_day", 24)
        used = (rule, models if by_model else None)
        _used(found, row, *(entry for entry in used if entry is not None))
    formula = TransformerTerms(
        capacity_va=transformers.capacity_va[units.at], hours=hours, factor_milli=factor_milli, **plates
    )
    numbers = dict(enumerate(map(str, transformers.number[units.at])))
    found.take(units.row, formula_losses(active, reactive, formula, step_wh=settling.step_wh), numbers)


def _by_table(rows: Int64, month: Month, terms: Terms, settling: Settling, found: _Found) -> None:
    units, active, _reactive = _through(rows, month, settling, found)
    transformers, brackets = settling.transformers, settling.brackets
    part = _part(units.row, units.days, month, settling, found)
    for day in np.unique(month.from_day[units.row]).tolist():
        mine = np.flatnonzero(month.from_day[units.row] == day)
        holds = np.flatnonzero((brackets.from_day <= day) & (brackets.to_day > day))
        series, table_of_bracket = np.unique(brackets.series[holds].astype(str), return_inverse=True)
        table = np.array(
            [
                _table_of(
                    str(transformers.model[at]), int(transformers.capacity_va[at]), brackets, holds, series
                )
                for at in units.at[mine].tolist()
            ],
            dtype=np.int64,
        )
        for row in units.row[mine[table < 0]].tolist():
            found.refused.setdefault(row, Refused(row, NO_TABLE, {}))
        kept = mine[table >= 0]
        loss_table = LossTable(
            table_of_bracket.reshape(-1).astype(np.int64),
            *(
                getattr(brackets, name)[holds]
                for name in ("capacity_va", "up_to_wh", "active_wh", "reactive_varh")
            ),
        )
        losses = table_losses(
            active[kept],
            loss_table,
            table[table >= 0],
            transformers.capacity_va[units.at[kept]],
            MonthPart(part.days[kept], part.period_days[kept], part.base_days[kept]),
            step_wh=settling.step_wh,
        )
        numbers = dict(enumerate(map(str, transformers.number[units.at[kept]])))
        found.take(units.row[kept], losses, numbers)


def _table_of(
    model: str, capacity_va: int, brackets: LossBrackets, holds: Int64, series: npt.NDArray[Any]
) -> int:
    """Return the table of a transformer: the longest series its model begins with that has its capacity; else -1."""
    capacities = {
        str(brackets.series[at]) for at in holds.tolist() if int(brackets.capacity_va[at]) == capacity_va
    }
    fitting = [one for one in series.tolist() if model.upper().startswith(one)]
    known = [one for one in fitting if one in capacities] or fitting
    return -1 if not known else series.tolist().index(max(known, key=len))


def _through(rows: Int64, month: Month, settling: Settling, found: _Found) -> tuple[Units, Int64, Int64]:
    """Return the transformers of these rows and what went through each; a row without any is refused."""
    transformers = settling.transformers
    units = units_of(rows, month.contract, month.from_day, month.to_day, transformers)
    for row in np.setdiff1d(rows, units.row).tolist():
        energy = {"active_wh": int(month.active_wh[row]), "reactive_varh": int(month.reactive_varh[row])}
        if not len(transformers.of(int(month.contract[row]))):
            found.refused[row] = Refused(row, NO_TRANSFORMER, {})
        elif any(energy.values()):
            found.refused[row] = Refused(row, "energy_out_of_service", energy)
    active, reactive = (
        shared(units, np.maximum(column, 0), transformers)
        for column in (month.active_wh, month.reactive_varh)
    )
    return units, active, reactive


def _part(rows: Int64, days: Int64, month: Month, settling: Settling, found: _Found) -> MonthPart:
    """Return how much of the month counts for a month's value; the base is the rule's."""
    base = np.empty(len(rows), np.int64)
    for place, row in enumerate(rows.tolist()):
        rule = settling.entry(RULE, int(month.from_day[row]))
        base[place] = _whole(rule, "table_days", 30)
        if rule is not None:
            _used(found, row, rule)
    return MonthPart(days=days, period_days=month.whole_days[rows], base_days=base)


def _used(found: _Found, row: int, *entries: Entry) -> None:
    held = found.entries.get(row, ())
    found.entries[row] = (*held, *(one for one in entries if one not in held))


def _whole(rule: Entry | None, name: str, otherwise: int) -> int:
    return otherwise if rule is None else int(rule.number(name))


def _factor(shifts: int, rule: Entry | None) -> int:
    """Return the shift factor in thousandths; 0, which is none, where shifts or rule are not known."""
    if rule is None or shifts not in SHIFTS:
        return 0
    return int(rule.number(SHIFTS[shifts]) * 1000)
