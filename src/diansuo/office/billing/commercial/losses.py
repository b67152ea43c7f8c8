"""Losses a customer bears beside what its meter shows: of its transformer (高供低计) and of its own line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.energy import (
    Losses,
    LossMethod,
    MonthPart,
    TransformerTerms,
    agreed_losses,
    formula_losses,
    line_losses,
    ratio_losses,
)
from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import Entry, NoValueInForce
from diansuo.core.tariff.resolve import day_of
from diansuo.office.billing.commercial.loading import ABSENT, Terms, Transformers

Int64 = npt.NDArray[np.int64]

RULE: Final = "national/transformer_loss"
MODELS: Final = "national/transformers"
SHIFTS: Final = {1: "one_shift", 2: "two_shift", 3: "three_shift"}
HOURS_PER_DAY: Final = 24

NO_TABLE: Final = "no_loss_table"
SEVERAL: Final = "several_transformers"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be settled: code and numbers, put into words by the office."""

    row: int
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """Losses by row, Wh and varh; zero where the customer bears none or the row is refused."""

    transformer_wh: Int64
    transformer_varh: Int64
    line_wh: Int64
    line_varh: Int64
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """The settled months whose losses are asked for, (rows,)."""

    contract: Int64
    from_day: Int64
    to_day: Int64
    active_wh: Int64
    reactive_varh: Int64


def losses_of(
    month: Month, terms: Terms, transformers: Transformers, book: RuleBook, *, step_wh: int
) -> Added:
    """Return the losses of each row by the method its terms name; docs/rules/transformer-loss.md."""
    size = len(month.contract)
    added = np.zeros((2, size), dtype=np.int64)
    refused: list[Refused] = []
    for row in np.flatnonzero(terms.loss_method != LossMethod.NONE).tolist():
        found = _transformer_loss(row, month, terms, transformers, book, step_wh)
        if isinstance(found, Refused):
            refused.append(found)
        elif found.held[0]:
            finding = found.findings[0]
            refused.append(Refused(row, str(finding.code), dict(finding.params)))
        else:
            added[:, row] = found.active_wh[0], found.reactive_varh[0]
    line = line_losses(month.active_wh, added[0], terms.line_loss_ppm, step_wh=step_wh)
    line_reactive = line_losses(month.reactive_varh, added[1], terms.line_loss_ppm, step_wh=step_wh)
    refused += [Refused(one.row, str(one.code), dict(one.params)) for one in line.findings]
    return Added(added[0], added[1], line.energy_wh, line_reactive.energy_wh, tuple(refused))


def _transformer_loss(
    row: int, month: Month, terms: Terms, transformers: Transformers, book: RuleBook, step_wh: int
) -> Losses | Refused:
    def one(column: Int64) -> Int64:
        return column[row : row + 1]

    method = LossMethod(int(terms.loss_method[row]))
    active, reactive = one(month.active_wh), one(month.reactive_varh)
    if method is LossMethod.TABLE:
        return Refused(row, NO_TABLE, {})
    if method is LossMethod.AGREED_RATIO:
        ratio = one(terms.agreed_ratio_ppm)
        return ratio_losses(active, reactive, ratio, np.maximum(ratio, 0), step_wh=step_wh)
    days = one(month.to_day) - one(month.from_day)
    if method is LossMethod.AGREED_VALUE:
        part = MonthPart(days=days, period_days=days, base_days=days)
        return agreed_losses(
            one(terms.agreed_active_wh), one(terms.agreed_reactive_varh), part, step_wh=step_wh
        )
    mine = _in_service(row, month, transformers)
    if len(mine) != 1:
        return Refused(row, SEVERAL, {"count": len(mine)})
    plate = _nameplate(int(mine[0]), transformers, _entry(book, MODELS, month, row))
    factor = _factor(int(transformers.shifts[mine[0]]), _entry(book, RULE, month, row))
    served = np.minimum(one(month.to_day), transformers.to_day[mine]) - np.maximum(
        one(month.from_day), transformers.from_day[mine]
    )
    columns = {name: np.array([value], dtype=np.int64) for name, value in plate.items()}
    formula = TransformerTerms(
        capacity_va=transformers.capacity_va[mine],
        hours=served * HOURS_PER_DAY,
        factor_milli=np.array([factor], dtype=np.int64),
        **columns,
    )
    return formula_losses(active, reactive, formula, step_wh=step_wh)


def _in_service(row: int, month: Month, transformers: Transformers) -> Int64:
    """Return which transformers served the contract in its month."""
    mine = transformers.contract == month.contract[row]
    mine &= (transformers.from_day < month.to_day[row]) & (transformers.to_day > month.from_day[row])
    return np.flatnonzero(mine)


def _entry(book: RuleBook, rule_id: str, month: Month, row: int) -> Entry | None:
    try:
        return book.in_force(rule_id, day_of(int(month.from_day[row])))
    except (NoSuchRule, NoValueInForce):
        return None


def _nameplate(at: int, transformers: Transformers, models: Entry | None) -> dict[str, int]:
    """Return what the nameplate says, filled up from the table of models where the archive lacks a value."""
    own = {
        "p0_w": int(transformers.p0_w[at]),
        "pk_w": int(transformers.pk_w[at]),
        "i0_milli_percent": int(transformers.i0_milli_percent[at]),
        "uk_milli_percent": int(transformers.uk_milli_percent[at]),
    }
    if ABSENT not in own.values() or models is None:
        return own
    capacity_kva = Decimal(int(transformers.capacity_va[at])) / 1000
    columns = list(own)
    for model, capacity, *values in models.values["rows"]:
        same_model = str(transformers.model[at]).upper().startswith(str(model).upper())
        if same_model and Decimal(capacity) == capacity_kva:
            listed = {
                name: ABSENT if text is None else int(Decimal(text) * 1000)
                for name, text in zip(columns, values, strict=False)
            }
            return {name: listed[name] if value == ABSENT else value for name, value in own.items()}
    return own


def _factor(shifts: int, rule: Entry | None) -> int:
    """Return the shift factor in thousandths; 0, which is none, where shifts or rule are not known."""
    if rule is None or shifts not in SHIFTS:
        return 0
    return int(rule.number(SHIFTS[shifts]) * 1000)
