"""What is stored with some bills: lines, parts, values of rules, multipliers and the estimates before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import Q

from diansuo.core.quantity.month import next_month
from diansuo.core.tariff import Component
from diansuo.core.tariff.classes import SETTLEMENT
from diansuo.core.tariff.explaining import trued_up_wh
from diansuo.office.archive.models import ContractTerm, MeterInstallation, SupplyTerm
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, BillLine, BillPart, RuleSlice
from diansuo.office.billing.operations import COMMERCIAL
from diansuo.office.billing.queries import STATION
from diansuo.office.metering.models import Consumption

ESTIMATED_MONTHS_LOOKED_BACK: Final = 12
LARGEST_ROUNDING_WH: Final = 1000
"""Up to a whole kWh the settled energy differs from what was read; beyond it other points are in it too."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One bill and all that is stored with it.

    ``multiplier`` is 0 where several meters measured. ``estimate_wh`` and ``estimate_days`` are what was settled by
    estimate directly before it; both 0 where the reading it begins with is a true one. ``supply`` and ``capacity_va``
    are the terms of a commercial contract on its first day.
    """

    bill: Bill
    lines: tuple[BillLine, ...]
    parts: tuple[BillPart, ...]
    slices: tuple[RuleSlice, ...]
    multiplier: int
    estimate_wh: int
    estimate_days: int
    supply: SupplyTerm | None
    capacity_va: int

    @property
    def commercial(self) -> bool:
        """Whether the engine of commercial bills priced it."""
        return self.bill.price_class in COMMERCIAL

    @property
    def place(self) -> str:
        """Whose prices they are: the place of its settlement parameters."""
        return self.bill.settlement.rule_id.removesuffix(f"/{SETTLEMENT}")

    @property
    def days(self) -> int:
        """The days of use."""
        return (self.bill.to_date - self.bill.from_date).days

    @property
    def read_wh(self) -> int:
        """The energy read for it, before it was rounded; of several points together what was settled."""
        read = self.bill.consumption.total_wh
        alone = self.commercial or abs(read - self.bill.energy_wh) <= LARGEST_ROUNDING_WH
        return read if alone else self.bill.energy_wh

    @property
    def trued_up_wh(self) -> int:
        """The energy that makes up for an estimate before it; below 0 where that was too much."""
        columns = (self.read_wh, self.days, self.estimate_wh, self.estimate_days)
        return int(trued_up_wh(*(np.array([each], dtype=np.int64) for each in columns))[0])

    @property
    def adjustment_fen(self) -> int:
        """What correction lines come to."""
        return sum(line.amount_fen for line in self.lines if line.component == Component.CORRECTION)


def load(scope: Scope, bill_ids: Sequence[int]) -> dict[int, Stored]:
    """Return what is stored with these bills, by bill; the number of queries does not grow with them."""
    bills = list(
        Bill.objects.filter(scope.limit(STATION), pk__in=bill_ids).select_related(
            "settlement", "facts", "consumption__point", "contract__customer__station"
        )
    )
    ids = [bill.pk for bill in bills]
    lines = list(BillLine.objects.filter(bill__in=ids).order_by("bill", "sequence"))
    parts = list(BillPart.objects.filter(bill__in=ids).order_by("bill", "part"))
    used = list(Bill.rules.through.objects.filter(bill__in=ids).values_list("bill", "ruleslice"))
    of_lines = [(line.bill_id, line.rule_id) for line in lines]
    slices = RuleSlice.objects.in_bulk({rule for _bill, rule in (*used, *of_lines)})
    for line in lines:
        line.rule = slices[line.rule_id]
    installed = _installations(bills)
    estimates = _estimates(bills)
    supply, terms = (_terms(kind, bills) for kind in (SupplyTerm, ContractTerm))
    found = {}
    for bill in bills:
        keys = dict.fromkeys(rule for owner, rule in (*of_lines, *used) if owner == bill.pk)
        found[bill.pk] = Stored(
            bill=bill,
            lines=tuple(line for line in lines if line.bill_id == bill.pk),
            parts=tuple(part for part in parts if part.bill_id == bill.pk),
            slices=(bill.settlement, *(slices[key] for key in keys if key != bill.settlement_id)),
            multiplier=_multiplier(bill, installed),
            **_estimated_before(bill, estimates),
            supply=_on_first_day(bill, supply),
            capacity_va=getattr(_on_first_day(bill, terms), "capacity_va", None) or 0,
        )
    return found


def _installations(bills: Sequence[Bill]) -> list[MeterInstallation]:
    return list(MeterInstallation.objects.filter(point__in={bill.consumption.point_id for bill in bills}))


def _terms(kind: Any, bills: Sequence[Bill]) -> list[Any]:
    """Return the terms of the contracts of commercial bills, whatever their days."""
    contracts = {bill.contract_id for bill in bills if bill.price_class in COMMERCIAL}
    return list(kind.objects.filter(contract__in=contracts)) if contracts else []


def _on_first_day(bill: Bill, terms: Sequence[Any]) -> Any:
    """Return the terms of a bill's contract that hold on its first day; None where none do."""
    day = bill.from_date
    held = (
        each
        for each in terms
        if each.contract_id == bill.contract_id
        and each.valid_from <= day
        and (each.valid_to is None or each.valid_to > day)
    )
    return next(held, None)


def _multiplier(bill: Bill, installed: Sequence[MeterInstallation]) -> int:
    """Return the one multiplier of all meters that measured within the days of a bill, 0 for several or none."""
    point = bill.consumption.point_id
    held = {
        each.multiplier
        for each in installed
        if each.point_id == point
        and each.valid_from < bill.to_date
        and (each.valid_to is None or each.valid_to > bill.from_date)
    }
    return held.pop() if len(held) == 1 else 0


def _estimates(bills: Sequence[Bill]) -> dict[tuple[int, date | None], Consumption]:
    """Return settled months that end with an estimate, by point and last day."""
    near = Q(pk__in=())
    for bill in bills:
        first = next_month(bill.period, -ESTIMATED_MONTHS_LOOKED_BACK)
        near |= Q(point=bill.consumption.point_id, period__range=(first, bill.period))
    rows = Consumption.objects.filter(near, estimated=True, status=Consumption.Status.OK)
    return {(row.point_id, row.to_date): row for row in rows}


def _estimated_before(bill: Bill, estimates: dict[tuple[int, date | None], Consumption]) -> dict[str, int]:
    """Return energy and days settled by estimate up to the day a truly read bill begins."""
    energy_wh, days, day = 0, 0, bill.from_date
    while not bill.consumption.estimated and (row := estimates.pop((bill.consumption.point_id, day), None)):
        if row.from_date is None:
            break
        energy_wh += row.total_wh
        days += (day - row.from_date).days
        day = row.from_date
    return {"estimate_wh": energy_wh, "estimate_days": days}
