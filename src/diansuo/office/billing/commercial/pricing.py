"""Commercial months priced and stored: what cannot be is refused with its reason, and the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import NoValueInForce
from diansuo.core.tariff.classes import SETTLEMENT, Component
from diansuo.core.tariff.commercial import (
    NO_POWER_FACTOR,
    NOT_KNOWN,
    CommercialBills,
    CommercialFreeze,
    Crossed,
    cuts_of,
    price_cut,
)
from diansuo.core.tariff.commercial.price import applied_rule
from diansuo.core.tariff.resolve import day_of
from diansuo.office.base import bulk
from diansuo.office.billing import columns, keeping
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.commercial import freezing, inputs, loading
from diansuo.office.billing.commercial.changes import METHOD_CHANGE, NO_SUPPLY_TERMS, method_change_allowed
from diansuo.office.billing.commercial.loading import Terms
from diansuo.office.billing.commercial.losses import Added, Refused
from diansuo.office.billing.models import Bill, BillLine, BillPart
from diansuo.office.billing.points import grouping

Int64 = npt.NDArray[np.int64]

NO_REACTIVE: Final = "no_reactive"
LOSS_STEPS: Final = ("transformer-loss", "part-month")
DEFAULT_STEP_WH: Final = 10
LONGEST_MONTH_DAYS: Final = 45
SEVERAL_MONTHS: Final = "several_months"
UNIT_OF: Final = {
    int(Component.CAPACITY): int(BillLine.Unit.VA_DAYS),
    int(Component.DEMAND): int(BillLine.Unit.W_DAYS),
    int(Component.DEMAND_EXCESS): int(BillLine.Unit.W_DAYS),
    int(Component.POWER_FACTOR): int(BillLine.Unit.FEN),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A month that is held: its row, why, and what the sentence needs."""

    row: int
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What pricing found. ``rows`` are the rows of ``ready`` that went into the engine, in its order.

    ``warnings`` are months that are billed and should be looked at all the same.
    """

    ready: Ready
    refusals: tuple[Refusal, ...]
    rows: Int64
    settled: inputs.Settled | None
    crossed: Crossed | None
    terms: Terms | None
    warnings: tuple[Refusal, ...] = ()
    freeze: CommercialFreeze = field(default_factory=CommercialFreeze.none)

    @property
    def bills(self) -> CommercialBills | None:
        """The bills, those of divided months joined."""
        return self.crossed.bills if self.crossed else None

    @property
    def amount_fen(self) -> int:
        """The money of all priced months."""
        return int(self.bills.amount_fen[self.bills.priced].sum()) if self.bills else 0


def price_ready(ready: Ready, book: RuleBook, place: str, station_id: int) -> Answer:
    """Price settled commercial months of a station by the rules of a place."""
    if not len(ready.point):
        return Answer(ready, (), np.zeros(0, np.int64), None, None, None)
    period = int(ready.inputs.period[0])
    group = grouping.load(ready)
    terms = grouping.terms_of(group, loading.terms_of(ready.consumption, period, ready.point))
    refused = _without_terms(ready, terms)
    for row, code in grouping.refusals(group, ready, terms).items():
        refused.setdefault(row, Refusal(row, code, {}))
    rows = np.array([row for row in range(len(ready.point)) if row not in refused], dtype=np.int64)
    mine, held = ready.take(rows), terms.take(rows)
    given = inputs.Given(
        loading.later_terms(period, mine.point),
        loading.transformers_of(mine.contract),
        loading.loss_brackets_of(int(ready.point[0])),
    )
    settled = inputs.settled_inputs(
        mine, held, given, book, step_wh=_step_wh(mine, book, place), group=group.take(rows)
    )
    for one in _without_reactive(settled, held):
        settled.refused.setdefault(one.row, one)
    crossed, freeze = _priced(mine, settled, book, place, station_id)
    refusals = [*refused.values(), *(_moved(one, rows) for one in settled.refused.values())]
    refusals += [
        Refusal(int(rows[one.row]), str(one.code), dict(one.params))
        for one in crossed.bills.refusals
        if one.row not in settled.refused
    ]
    crossed.bills.priced[list(settled.refused)] = False
    warned = [*settled.warnings, *_methods_off_quarter(mine, period)]
    told = tuple(_moved(one, rows) for one in warned if crossed.bills.priced[one.row])
    return Answer(ready, tuple(refusals), rows, settled, crossed, held, told, freeze)


def _priced(
    mine: Ready, settled: inputs.Settled, book: RuleBook, place: str, station_id: int
) -> tuple[Crossed, CommercialFreeze]:
    """Price months, divided where prices or terms change: by what the lake froze on the day, else by days."""
    cuts = cuts_of(settled.inputs, book, place, settled.later)
    read = settled.read_wh, settled.read_bands_wh
    freeze = freezing.frozen(station_id, mine.point, mine.inputs.from_day, *read, *cuts.all())
    return price_cut(settled.inputs, cuts, book, place, freeze), freeze


def _without_terms(ready: Ready, terms: Terms) -> dict[int, Refusal]:
    """Return the rows that must not go into the engine, each with the first reason that applies."""
    found: dict[int, Refusal] = {}
    too_long = ready.inputs.to_day - ready.inputs.from_day > LONGEST_MONTH_DAYS
    for mask, code in ((terms.supply == 0, NO_SUPPLY_TERMS), (too_long, SEVERAL_MONTHS)):
        for row in np.flatnonzero(mask).tolist():
            found.setdefault(row, Refusal(row, code, {}))
    return found


def _without_reactive(settled: inputs.Settled, terms: Terms) -> list[Refused]:
    """Return the months that have a standard on some of their days and no reactive energy."""
    asked = terms.power_factor_standard > 0
    asked[settled.later.row[settled.later.terms.power_factor_standard > 0]] = True
    return [Refused(row, NO_REACTIVE, {}) for row in np.flatnonzero(asked & ~terms.has_reactive).tolist()]


def _methods_off_quarter(mine: Ready, period: int) -> list[Refused]:
    """Return the months with which another method of the charge begins though no quarter does."""
    changed = np.isin(mine.consumption, loading.method_changes(period, mine.point))
    return [
        Refused(row, METHOD_CHANGE, {"day": day_of(day).isoformat()})
        for row, day in enumerate(mine.inputs.from_day.tolist())
        if changed[row] and not method_change_allowed(day, day)
    ]


def _moved(one: Refused, rows: Int64) -> Refusal:
    return Refusal(int(rows[one.row]), one.code, one.params)


def _step_wh(ready: Ready, book: RuleBook, place: str) -> int:
    """Return to what whole energy losses are settled: that of the place's bills."""
    if not len(ready.point):
        return DEFAULT_STEP_WH
    try:
        entry = book.in_force(f"{place}/{SETTLEMENT}", day_of(int(ready.inputs.from_day[0])))
    except (NoSuchRule, NoValueInForce):
        return DEFAULT_STEP_WH
    return entry.energy_wh("energy_precision")


def store(job_id: int, answer: Answer) -> int:
    """Write priced months as draft bills with their lines and the rules that had a part; return how many."""
    crossed, settled, terms = answer.crossed, answer.settled, answer.terms
    if crossed is None or settled is None or terms is None or not crossed.bills.priced.any():
        return 0
    bills = crossed.bills
    rows = np.flatnonzero(bills.priced)
    at, ready, given = answer.rows[rows], answer.ready, settled.inputs
    slices = np.array([columns.slice_id(rule, bills.rulebook_hash) for rule in bills.rules], dtype=np.int64)
    ids = bulk.reserve_ids(Bill, len(rows))
    demand, factor = given.demand_w[rows], bills.power_factor[rows]
    bulk.insert_columns(
        Bill,
        {
            "id": ids,
            "contract": ready.contract[at],
            "consumption": ready.consumption[at],
            "job": [job_id] * len(rows),
            "period": given.period[rows],
            "state": [int(Bill.State.DRAFT)] * len(rows),
            "from_date": bulk.iso_days(given.from_day[rows]),
            "to_date": bulk.iso_days(given.to_day[rows]),
            "price_class": ready.inputs.price_class[at],
            "voltage_class": given.voltage_class[rows],
            "energy_wh": bills.energy_wh[rows],
            "peak_wh": terms.peak_wh[rows],
            "valley_wh": terms.valley_wh[rows],
            "year_to_date_wh": np.zeros(len(rows), np.int64),
            "year_opening_known": np.ones(len(rows), np.bool_),
            "months_in_year": np.full(len(rows), 12),
            "amount_fen": bills.amount_fen[rows],
            "settlement": slices[_settlements(bills)[rows]],
            "transformer_loss_wh": settled.added.transformer_wh[rows],
            "line_loss_wh": settled.added.line_wh[rows],
            "demand_w": [None if watts == NOT_KNOWN else watts for watts in demand.tolist()],
            "power_factor": [None if one == NO_POWER_FACTOR else one for one in factor.tolist()],
            "adjustment_rate": bills.adjustment_rate[rows],
            "reactive_varh": given.reactive_varh[rows],
            "unverified": _unverified(bills)[rows] | _doubtful_losses(settled.added, rows),
        },
    )
    bill_of_row = np.zeros(len(bills.priced), dtype=np.int64)
    bill_of_row[rows] = ids
    _store_lines(crossed, bill_of_row, slices)
    _store_parts(crossed, bill_of_row)
    _store_rules(bills, rows, ids, slices, _loss_rules(settled.added, bills))
    keeping.keep_facts(given, settled.later, answer.freeze, rows, ids)
    return len(rows)


def _loss_rules(added: Added, bills: CommercialBills) -> dict[int, list[int]]:
    """Return the stored slices of the rules that had a part in the losses of each row."""
    known: dict[str, int] = {}
    found: dict[int, list[int]] = {}
    for row, entries in added.entries.items():
        for entry in entries:
            if entry.slice_hash not in known:
                rule = applied_rule(entry, LOSS_STEPS)
                known[entry.slice_hash] = columns.slice_id(rule, bills.rulebook_hash)
            found.setdefault(row, []).append(known[entry.slice_hash])
    return found


def _doubtful_losses(added: Added, rows: Int64) -> npt.NDArray[np.bool_]:
    doubtful = {row for row, entries in added.entries.items() if any(one.unverified_used for one in entries)}
    return np.array([row in doubtful for row in rows.tolist()], dtype=np.bool_)


def _settlements(bills: CommercialBills) -> Int64:
    """Return which rule holds the settlement parameters of each bill; 0 where it is not priced."""
    of_schedule = [
        next(at for at in rules if bills.rules[at].rule_id.endswith(f"/{SETTLEMENT}"))
        for rules in bills.schedule_rules
    ]
    known = np.array([*of_schedule, 0], dtype=np.int64)
    return known[bills.schedule]


def _unverified(bills: CommercialBills) -> npt.NDArray[np.bool_]:
    doubtful = [any(bills.rules[at].unverified for at in rules) for rules in bills.schedule_rules]
    return np.array([*doubtful, False], dtype=np.bool_)[bills.schedule]


def _store_parts(crossed: Crossed, bill_of_row: Int64) -> None:
    """Write the parts of divided months; a month in one piece has none."""
    split = crossed.split
    several = np.bincount(split.row, minlength=len(bill_of_row)) > 1
    kept = np.flatnonzero(several[split.row] & (bill_of_row[split.row] > 0))
    none = np.zeros(len(kept), np.int64)
    if len(kept):
        bulk.insert_columns(
            BillPart,
            {
                "bill": bill_of_row[split.row[kept]],
                "part": split.part[kept],
                "from_date": bulk.iso_days(split.from_day[kept]),
                "to_date": bulk.iso_days(split.to_day[kept]),
                "energy_wh": crossed.energy_wh[kept],
                "peak_wh": none,
                "valley_wh": none,
                "by_days": crossed.by_days[kept],
            },
        )


def _store_lines(crossed: Crossed, bill_of_row: Int64, slices: Int64) -> None:
    lines = crossed.bills.lines
    kept = np.flatnonzero(bill_of_row[lines.row] > 0)
    unit = np.array([UNIT_OF.get(one, int(BillLine.Unit.WH)) for one in lines.component[kept].tolist()])
    bulk.insert_columns(
        BillLine,
        {
            "bill": bill_of_row[lines.row[kept]],
            "sequence": lines.sequence[kept],
            "component": lines.component[kept],
            "step": np.zeros(len(kept), np.int64),
            "part": crossed.line_part[kept],
            "band": [None if band < 0 else band for band in lines.band[kept].tolist()],
            "quantity": lines.quantity[kept],
            "unit": unit,
            "days": lines.days[kept],
            "price_nano": lines.price_nano[kept],
            "amount_fen": lines.amount_fen[kept],
            "remainder_wh": lines.remainder_wh[kept],
            "rule": slices[lines.rule[kept]],
        },
    )


def _store_rules(
    bills: CommercialBills, rows: Int64, ids: Int64, slices: Int64, more: dict[int, list[int]]
) -> None:
    pairs = [
        (bill, slices[at])
        for bill, schedule in zip(ids.tolist(), bills.schedule[rows].tolist(), strict=True)
        for at in bills.schedule_rules[schedule]
    ]
    pairs += [
        (bill, each)
        for bill, row in zip(ids.tolist(), rows.tolist(), strict=True)
        for each in more.get(row, ())
    ]
    through = Bill.rules.through
    bulk.insert_columns(
        through, {"bill": [bill for bill, _rule in pairs], "ruleslice": [int(rule) for _bill, rule in pairs]}
    )
