"""Households' months priced: the plain ones as they are, the special ones in stretches, each with its year."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import UNKNOWN_DAY, billing_year
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import (
    BillingInput,
    Bills,
    Component,
    Freeze,
    Parts,
    months_with_steps,
    price_across_changes,
    settle_year_anew,
)
from diansuo.core.tariff.joining import Piece
from diansuo.core.tariff.resolve import changes_within
from diansuo.core.tariff.stretches import as_parts, join_stretches
from diansuo.office.billing import crossing
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.households import earlier
from diansuo.office.billing.households.dividing import divided
from diansuo.office.billing.households.earlier import YearBills
from diansuo.office.billing.households.having import with_having
from diansuo.office.billing.households.kept import Kept
from diansuo.office.billing.households.loading import Facts
from diansuo.office.billing.households.planning import STEPPED, Plan, Planner, Stretch
from diansuo.office.billing.households.policies import Policies
from diansuo.office.billing.households.storing import PartFacts


@dataclass(frozen=True, slots=True)
class Answer:
    """Priced months. ``ready`` holds the rows as their bills carry them: the class of the last day, their last year.

    ``kept`` is what rows in stretches were priced with.
    """

    ready: Ready
    bills: Bills
    parts: PartFacts
    kept: Kept = field(default_factory=Kept)


@dataclass(slots=True)
class _Pricer:
    station_id: int
    ready: Ready
    book: RuleBook
    year_start_month: int
    beside: bool
    facts: Facts
    policies: Policies

    def having(self, inputs: BillingInput, rows: Int64, first_day: Int64, end_day: Int64) -> BillingInput:
        """Return some rows' inputs with what their households have."""
        return with_having(
            inputs, self.ready.contract[rows], self.ready.point[rows], first_day, end_day,
            self.facts.having, self.policies, self.year_start_month,
        )  # fmt: skip

    def freeze(self, inputs: BillingInput, rows: Int64) -> Freeze | None:
        """Return the frozen registers of the days on which prices change within some rows."""
        row, day = changes_within(inputs, self.book, self.book.default_place)
        return (
            crossing.frozen(self.station_id, self.ready.point[rows], inputs, row, day) if len(row) else None
        )

    def plain(self, rows: Int64) -> tuple[BillingInput, Bills]:
        """Price rows whose year is a whole one, or goes on from the day of connection."""
        inputs = self.ready.inputs.take(rows)
        first_day = self.ready.open_day[rows]
        inputs = self.having(inputs, rows, first_day, np.full(len(rows), UNKNOWN_DAY))
        return inputs, price_across_changes(inputs, self.book, freeze=self.freeze(inputs, rows))


def price_ready(
    station_id: int,
    ready: Ready,
    book: RuleBook,
    facts: Facts,
    *,
    year_start_month: int,
    beside: bool = False,
) -> Answer:
    """Price settled months of households, farms and all others that are no commercial customers.

    Args:
        station_id: whose lake and bills.
        ready: the rows.
        book: the rules.
        facts: what the archive has of their contracts.
        year_start_month: month in which the billing year begins.
        beside: another system issues the bills.
    """
    policies = Policies(book)
    plan = Planner(ready, facts, policies, year_start_month).plan()
    pricer = _Pricer(station_id, ready, book, year_start_month, beside, facts, policies)
    if not plan.stretches and not plan.refused:
        inputs, bills = pricer.plain(np.arange(len(ready.point)))
        bills = _counted(bills, inputs.price_class)
        return Answer(replace(ready, inputs=inputs), bills, _facts_of_parts(bills, inputs, {}))
    return _Special(pricer, plan).price()


class _Special:
    """Prices a month some rows of which are special, and puts everything together again."""

    def __init__(self, pricer: _Pricer, plan: Plan) -> None:
        self.pricer, self.plan = pricer, plan
        self.count = len(pricer.ready.point)
        self.columns = {
            name: getattr(pricer.ready.inputs, name).copy() for name in BillingInput.__dataclass_fields__
        }
        self.part_facts: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        self.pieces: list[Piece] = []
        self.kept = Kept()
        period = int(pricer.ready.inputs.period[0])
        year = billing_year(period, pricer.year_start_month)
        contracts = sorted({int(pricer.ready.contract[row]) for row in plan.stretches})
        months = earlier.year_months(year, pricer.year_start_month)
        self.bills_of_year: YearBills = earlier.year_bills(contracts, period, months, beside=pricer.beside)

    def price(self) -> Answer:
        """Return every row priced or refused."""
        special = {*self.plan.stretches, *self.plan.refused}
        plain = np.array([row for row in range(self.count) if row not in special], np.int64)
        if len(plain):
            inputs, bills = self.pricer.plain(plain)
            self.pieces.append(Piece(_counted(bills, inputs.price_class), plain))
            self._keep(plain, inputs)
        self._price_stretches()
        ready, book = self.pricer.ready, self.pricer.book
        bills = join_stretches(self.pieces, self.count, self.plan.refused, book.hash)
        kept = replace(
            ready,
            inputs=BillingInput(**self.columns),
            year_opening_known=ready.year_opening_known | self._begins_within_year(),
        )
        return Answer(kept, bills, _facts_of_parts(bills, kept.inputs, self.part_facts), self.kept)

    def _begins_within_year(self) -> Bool:
        known = np.zeros(self.count, np.bool_)
        known[[row for row, found in self.plan.stretches.items() if found[-1].since != UNKNOWN_DAY]] = True
        return known

    def _keep(self, rows: Int64, inputs: BillingInput) -> None:
        """Note what a bill carries of its rows' inputs; energy and days stay those of the whole bill."""
        for name in (
            "price_class", "voltage_class", "year_to_date_wh", "months_in_year",
            "persons", "persons_months", "heating_months", "free_months",
        ):  # fmt: skip
            self.columns[name][rows] = getattr(inputs, name)

    def _price_stretches(self) -> None:
        """Price first stretches, then second ones, and so on, each with what those before it used of the year."""
        energy, by_days = self._divided()
        counted = np.zeros(self.count, np.int64)
        taken = np.zeros(self.count, np.int64)
        numbered = np.zeros(self.count, np.int64)
        alive = [row for row in self.plan.stretches if row not in self.plan.refused]
        for number in range(max((len(found) for found in self.plan.stretches.values()), default=0)):
            some = [found[number] for row in alive if len(found := self.plan.stretches[row]) > number]
            if not some:
                return
            rows = np.array([one.row for one in some], np.int64)
            goes_on = np.array([one.goes_on for one in some], np.bool_)
            counted[rows[~goes_on]] = 0
            inputs = self._inputs(some, rows, energy[number], counted, taken)
            bills = _counted(self._price_group(some, rows, inputs), inputs.price_class)
            several = np.array([len(self.plan.stretches[row]) > 1 for row in rows.tolist()], np.bool_)
            bills = as_parts(bills, inputs, several, numbered[rows], by_days[rows])
            self._note_parts(bills, inputs, rows)
            self.pieces.append(Piece(bills, rows))
            self._keep_stepped(rows, inputs)
            counted[rows] += bills.counted_wh
            np.add.at(numbered, rows[bills.parts.row], 1)
            for lines in (bills.lines, bills.refunds):
                free = lines.component == Component.FREE_ENERGY
                np.add.at(taken, rows[lines.row[free]], lines.quantity_wh[free])

    def _keep_stepped(self, rows: Int64, inputs: BillingInput) -> None:
        """Let the bill carry the class of its last stretch, and the year of its last one with steps."""
        stepped = np.isin(inputs.price_class, list(STEPPED))
        first = np.array(
            [not any(one.stepped for one in self.plan.stretches[row]) for row in rows.tolist()], np.bool_
        )
        at = np.flatnonzero(stepped | first)
        self._keep(rows[at], inputs.take(at))
        for name in ("price_class", "voltage_class"):
            self.columns[name][rows] = getattr(inputs, name)

    def _divided(self) -> tuple[list[dict[int, tuple[int, int, int]]], Bool]:
        """Return by number of the stretch what each row used in it, and which rows days divided."""
        ready = self.pricer.ready
        most = max((len(found) for found in self.plan.stretches.values()), default=0)
        energy: list[dict[int, tuple[int, int, int]]] = [{} for _ in range(most)]
        by_days = np.zeros(self.count, np.bool_)
        inputs = ready.inputs
        changes = [
            (row, one.from_day) for row, found in sorted(self.plan.stretches.items()) for one in found[1:]
        ]
        for row, found in self.plan.stretches.items():
            if len(found) == 1:
                energy[0][row] = (
                    int(inputs.energy_wh[row]),
                    int(inputs.peak_wh[row]),
                    int(inputs.valley_wh[row]),
                )
        if not changes:
            return energy, by_days
        row, day = (np.array(column, np.int64) for column in zip(*changes, strict=True))
        cut, at = np.unique(row, return_inverse=True)
        parts = divided(
            self.pricer.station_id,
            ready.point[cut],
            inputs.take(cut),
            at.astype(np.int64),
            day,
            self.pricer.book,
        )
        for place, refusal in parts.refusals.items():
            self.plan.refused[int(cut[place])] = replace(refusal, row=int(cut[place]))
        _spread(parts.parts, cut, energy, by_days)
        return energy, by_days

    def _inputs(
        self,
        some: list[Stretch],
        rows: Int64,
        energy: dict[int, tuple[int, int, int]],
        counted: Int64,
        taken: Int64,
    ) -> BillingInput:
        """Make the engine's columns of some stretches."""
        pricer, whole = self.pricer, self.pricer.ready.inputs.take(rows)
        used = np.array([energy[row] for row in rows.tolist()], np.int64).reshape(-1, 3)
        first_day, end_day = (
            np.array([getattr(one, name) for one in some], np.int64) for name in ("first_day", "end_day")
        )
        stepped = np.array([one.stepped for one in some], np.bool_)
        inputs = replace(
            whole,
            price_class=np.array([one.price_class for one in some], np.int16),
            voltage_class=np.array([one.voltage_class for one in some], np.int16),
            from_day=np.array([one.from_day for one in some], np.int64),
            to_day=np.array([one.to_day for one in some], np.int64),
            energy_wh=used[:, 0],
            peak_wh=used[:, 1],
            valley_wh=used[:, 2],
            months_in_year=months_with_steps(first_day, end_day, whole.period, pricer.year_start_month),
            year_to_date_wh=np.where(stepped, self._before(some, whole) + counted[rows], 0),
        )
        inputs = pricer.having(inputs, rows, first_day, end_day)
        # What a household has belongs to its days with steps, where the month has any.
        bare = ~stepped & np.array(
            [any(one.stepped for one in self.plan.stretches[row]) for row in rows.tolist()], np.bool_
        )
        none = np.where(bare, 0, 1).astype(np.int16)
        return replace(
            inputs,
            persons_months=inputs.persons_months * none,
            heating_months=inputs.heating_months * none,
            free_months=inputs.free_months * none,
            free_taken_wh=np.where(inputs.free_months * none > 0, taken[rows], 0),
        )

    def _before(self, some: list[Stretch], whole: BillingInput) -> Int64:
        """Return the energy of each stretch's year in the bills before this one."""
        contract = self.pricer.ready.contract
        first = Planner(
            self.pricer.ready, self.pricer.facts, self.pricer.policies, self.pricer.year_start_month
        ).year_first_day
        return np.array(
            [
                self.bills_of_year.counted_wh(int(contract[one.row]), one.since)
                if one.since > first(one.row)
                else int(used)
                for one, used in zip(some, whole.year_to_date_wh, strict=True)
            ],
            np.int64,
        )

    def _price_group(self, some: list[Stretch], rows: Int64, inputs: BillingInput) -> Bills:
        """Price stretches; the last ones of a year settle it anew."""
        pricer = self.pricer
        ends = np.array([one.ends for one in some], np.bool_)
        last, rest = np.flatnonzero(ends), np.flatnonzero(~ends)
        pieces = []
        if len(rest):
            others = inputs.take(rest)
            freeze = pricer.freeze(others, rows[rest])
            bills = price_across_changes(others, pricer.book, freeze=freeze)
            self.kept.note(rows[rest], others, bills, freeze)
            pieces.append(Piece(bills, rest))
        if len(last):
            closing = inputs.take(last)
            first_day = np.array([some[at].first_day for at in last.tolist()], np.int64)
            since = np.array([some[at].since for at in last.tolist()], np.int64)
            whole_year = months_with_steps(
                first_day, np.full(len(last), UNKNOWN_DAY), closing.period, pricer.year_start_month
            )
            before = self.bills_of_year.before(closing, pricer.ready.contract[rows[last]], since, whole_year)
            freeze = pricer.freeze(closing, rows[last])
            bills = settle_year_anew(closing, before, pricer.book, freeze=freeze)
            self.kept.note(rows[last], closing, bills, freeze, before)
            pieces.append(Piece(bills, last))
        return join_stretches(pieces, len(some), {}, pricer.book.hash)

    def _note_parts(self, bills: Bills, inputs: BillingInput, rows: Int64) -> None:
        """Keep what each part was priced with; a part goes on where the one before it stands."""
        facts = _facts_of_parts(bills, inputs, {})
        for at, (row, part) in enumerate(
            zip(bills.parts.row.tolist(), bills.parts.part.tolist(), strict=True)
        ):
            self.part_facts[int(rows[row]), int(part)] = (
                int(facts.price_class[at]), int(facts.voltage_class[at]),
                int(facts.months_in_year[at]), int(facts.year_to_date_wh[at]),
            )  # fmt: skip


def _spread(parts: Parts, cut: Int64, energy: list[dict[int, tuple[int, int, int]]], by_days: Bool) -> None:
    columns = (parts.row, parts.part, parts.energy_wh, parts.peak_wh, parts.valley_wh, parts.by_days)
    for row, part, *used, days in zip(*(column.tolist() for column in columns), strict=True):
        total, peak, valley = used
        energy[part - 1][int(cut[row])] = (total, peak, valley)
        by_days[cut[row]] |= days


def _counted(bills: Bills, price_class: npt.NDArray[np.int16]) -> Bills:
    """Let only energy with steps count for the year."""
    return replace(bills, counted_wh=np.where(np.isin(price_class, list(STEPPED)), bills.counted_wh, 0))


def _facts_of_parts(
    bills: Bills, inputs: BillingInput, known: dict[tuple[int, int], tuple[Any, ...]]
) -> PartFacts:
    """Return what each part was priced with: what is known of it, else its row's, each after the parts before it."""
    parts = bills.parts
    settled = np.zeros(len(parts), np.int64)
    at = {key: place for place, key in enumerate(zip(parts.row.tolist(), parts.part.tolist(), strict=True))}
    lines = bills.lines
    base = np.flatnonzero((lines.component == Component.BASE) & (lines.part > 0))
    for row, part, quantity in zip(
        lines.row[base].tolist(), lines.part[base].tolist(), lines.quantity_wh[base].tolist(), strict=True
    ):
        settled[at[row, part]] += quantity
    columns = [inputs.price_class, inputs.voltage_class, inputs.months_in_year]
    facts = np.zeros((len(parts), 4), np.int64)
    before: dict[int, int] = {}
    for place, (row, part) in enumerate(zip(parts.row.tolist(), parts.part.tolist(), strict=True)):
        start = before.get(row, int(inputs.year_to_date_wh[row]))
        facts[place] = known.get((row, part)) or (*(int(column[row]) for column in columns), start)
        before[row] = start + int(settled[place])
    return PartFacts(*facts.T.copy())
