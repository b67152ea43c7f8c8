"""What the shadow engine needs of the database, by plain questions of its own: bills a hundred at a time.

Nothing here is shared with the queries that feed the billing engine; where the two read different things, the bills
differ, and that is the point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Model, Q

from diansuo.office.archive.models import (
    ContractTerm,
    HouseholdTerm,
    LossTableRow,
    MarketPrice,
    MeteringPoint,
    MeterInstallation,
    PointTerm,
    SupplyTerm,
    Transformer,
    YearOpening,
)
from diansuo.office.base.models import Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import (
    Bill,
    BillLine,
    BillPart,
    BillRefund,
    Correction,
    CorrectionMonth,
    ExternalBill,
)
from diansuo.office.metering import lake
from diansuo.office.metering.models import Consumption, Finding, RegisterReading, TakenBack

BATCH: Final = 200
COUNTING: Final = (Bill.State.ISSUED, Bill.State.KEPT)


@dataclass
class Frozen:
    """What the lake froze of these points: registers by day and point, each day read once."""

    station_id: int
    points: Sequence[int]
    days: dict[date, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def at(self, point: int, day: date) -> dict[str, Any] | None:
        """Return the registers of a point at 0:00 of a day."""
        if day not in self.days:
            frame = lake.read_freeze_frame([self.station_id], day, day + timedelta(days=1), self.points)
            self.days[day] = {row["point"]: row for row in frame.to_dicts()}
        return self.days[day].get(point)


@dataclass
class Material:
    """One bill and everything in the database it can be computed from; nothing computed yet."""

    bill: Bill
    lines: list[BillLine]
    parts: list[BillPart]
    refunds: list[BillRefund]
    readings: list[RegisterReading]
    installations: list[MeterInstallation]
    points_of_contract: list[MeteringPoint]
    billed_before: list[Consumption]
    taken_back: list[TakenBack]
    not_taken_back: list[Finding]
    terms: list[ContractTerm]
    supply: list[SupplyTerm]
    transformers: list[Transformer]
    year: list[Bill]
    year_parts: list[BillPart]
    issued_elsewhere: list[ExternalBill]
    openings: list[YearOpening]
    corrected: list[CorrectionMonth]
    household_terms: list[HouseholdTerm]
    market_prices: list[MarketPrice]
    point_terms: list[PointTerm]
    loss_table: list[LossTableRow]
    settled_before: list[Consumption]
    beside: bool
    frozen: Frozen
    asked: frozenset[int] = frozenset()
    year_start_month: int = 1


def bills_of(scope: Scope, *, period: int, station: str = "", customer: str = "") -> Any:
    """Return the bills of a month, drafts as well as issued ones, by customer number."""
    chosen = Q(period=period) & scope.limit("consumption__point__station")
    if station:
        chosen &= Q(consumption__point__station__name=station) | Q(
            consumption__point__station__number=station
        )
    if customer:
        chosen &= Q(contract__customer__number=customer)
    return (
        Bill.objects.filter(chosen)
        .select_related(
            "contract__customer",
            "consumption__point__route",
            "consumption__point__station",
            "consumption__job",
        )
        .prefetch_related("consumption__point__route__terms")
        .order_by("consumption__point__station", "contract__customer__number", "pk")
    )


def materials(bills: Any) -> Iterator[Material]:
    """Yield each of the bills with what it can be computed from."""
    batch: list[Bill] = []
    for bill in bills.iterator(chunk_size=BATCH):
        if batch and (len(batch) == BATCH or _station(batch[-1]) != _station(bill)):
            yield from _gathered(batch)
            batch = []
        batch.append(bill)
    if batch:
        yield from _gathered(batch)


def _station(bill: Bill) -> Station:
    return bill.consumption.point.station


def _gathered(batch: list[Bill]) -> Iterator[Material]:
    """Ask once for everything about these bills, then hand it out one by one."""
    contracts = [bill.contract_id for bill in batch]
    points = [bill.consumption.point_id for bill in batch]
    of_bill, of_point = _of_bills(batch), _of_points(points, batch[0].period)
    of_contract = _of_contracts(contracts) | {
        "corrected": _corrected(contracts),
        "point_terms": _point_terms(batch),
    }
    station = _station(batch[0])
    asked = asked_for(station, batch[0].period)
    table = list(LossTableRow.objects.filter(station=station))
    frozen = Frozen(station.pk, points)
    for bill in batch:
        yield Material(
            bill=bill,
            **{name: rows[bill.pk] for name, rows in of_bill.items()},
            **{name: rows[bill.consumption.point_id] for name, rows in of_point.items()},
            **{name: rows[bill.contract_id] for name, rows in of_contract.items()},
            loss_table=table,
            beside=station.mode == Station.Mode.BESIDE,
            frozen=frozen,
            asked=asked,
        )


def asked_for(station: Station, period: int) -> frozenset[int]:
    """Return the points of which somebody asked for a bill of the month up to a day of their own."""
    jobs = Job.objects.filter(station=station, kind="off_cycle").values_list("options", flat=True)
    mine = [one for one in jobs if one.get("as_read") and one["period"] == period]
    return frozenset(point for one in mine for point in one["points"])


def _of_bills(batch: list[Bill]) -> dict[str, dict[int, list[Any]]]:
    """Return what hangs on the bills, by bill."""
    own = Q(bill__in=[bill.pk for bill in batch])
    return {
        "lines": _by("bill_id", BillLine.objects.filter(own).order_by("sequence")),
        "parts": _by("bill_id", BillPart.objects.filter(own).order_by("part")),
        "refunds": _by("bill_id", BillRefund.objects.filter(own).order_by("sequence")),
    }


def _of_points(points: list[int], period: int) -> dict[str, dict[int, list[Any]]]:
    """Return what hangs on the metering points up to a month, by point."""
    so_far = Q(period__isnull=True) | Q(period__lte=period)
    readings = RegisterReading.objects.filter(so_far, point__in=points).select_related("meter")
    earlier = Consumption.objects.filter(point__in=points, to_date__isnull=False, period__lt=period)
    return {
        "readings": _by("point_id", readings),
        "installations": _by("point_id", MeterInstallation.objects.filter(point__in=points)),
        "billed_before": _by("point_id", earlier.filter(bill__state__in=COUNTING)),
        "settled_before": _by("point_id", earlier),
        "taken_back": _by("point_id", taken_back(points, period)),
        "not_taken_back": _by("point_id", not_taken_back(points, period)),
    }


def taken_back(points: Iterable[int], period: int) -> Any:
    """Return what months up to one settled on where they were read on another day than the fixed one."""
    rows = TakenBack.objects.filter(point__in=points, period__lte=period)
    return rows.select_related("meter", "point").order_by("period", "register")


def not_taken_back(points: Iterable[int], period: int) -> Any:
    """Return what was said of the points whose freezes, as they then were, did not lead to the fixed day."""
    rules = ("R-BACK-NO-FREEZE", "R-BACK-CONTRADICTED")
    return Finding.objects.filter(point__in=points, period=period, rule__in=rules)


def _of_contracts(contracts: list[int]) -> dict[str, dict[int, list[Any]]]:
    """Return what hangs on the contracts, by contract."""
    kinds: dict[str, type[Model]] = {
        "points_of_contract": MeteringPoint,
        "terms": ContractTerm,
        "supply": SupplyTerm,
        "transformers": Transformer,
        "issued_elsewhere": ExternalBill,
        "openings": YearOpening,
        "household_terms": HouseholdTerm,
        "market_prices": MarketPrice,
    }
    year = Bill.objects.filter(contract__in=contracts, state__in=COUNTING)
    parts: dict[int, list[Any]] = defaultdict(list)
    for part in BillPart.objects.filter(bill__in=year).select_related("bill").order_by("bill", "part"):
        parts[part.bill.contract_id].append(part)
    return {"year": _by("contract_id", year), "year_parts": parts} | {
        name: _by("contract_id", kind._default_manager.filter(contract__in=contracts))
        for name, kind in kinds.items()
    }


def _point_terms(batch: list[Bill]) -> dict[int, list[Any]]:
    """Return by contract how its points hang together, and which points of others hang behind them."""
    owner = {bill.consumption.point_id: bill.contract_id for bill in batch}
    of_siblings = PointTerm.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=min(bill.from_date for bill in batch)),
        point__contract__in=list(owner.values()),
        valid_from__lt=max(bill.to_date for bill in batch),
    ).select_related("point")
    found: dict[int, list[Any]] = defaultdict(list)
    for term in of_siblings:
        found[term.point.contract_id or 0].append(term)
    for term in PointTerm.objects.filter(behind__in=list(owner)).select_related("point"):
        if term.point.contract_id != owner[term.behind_id]:
            found[owner[term.behind_id]].append(term)
    return found


def _corrected(contracts: list[int]) -> dict[int, list[CorrectionMonth]]:
    """Return by contract the months that issued corrections put right."""
    found: dict[int, list[CorrectionMonth]] = defaultdict(list)
    rows = CorrectionMonth.objects.filter(
        correction__contract__in=contracts, correction__state=Correction.State.ISSUED
    )
    for row in rows.select_related("correction"):
        found[row.correction.contract_id].append(row)
    return found


def _by(name: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Sort rows by the key they belong to."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
