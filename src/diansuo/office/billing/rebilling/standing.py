"""The issued months of a metering point as they stand: the bill, what corrections already put right, and its rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from diansuo.core.quantity.band import Band
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.base.scope import Scope
from diansuo.office.billing.evidence import evidence_of
from diansuo.office.billing.models import Bill, CorrectionMonth
from diansuo.office.billing.operations import COMMERCIAL
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.billing.rebilling.uses import KEPT, OF_BILL, Held, OfficeUse, Part, group_of

STATION = "consumption__point__station"


@dataclass(frozen=True, slots=True)
class Standing:
    """One issued month: as billed, and as it stands with every correction issued so far.

    ``parts`` is what each error's corrections added, by group; ``slices`` the rules of the latest of them.
    """

    bill: Bill
    evidence: Mapping[str, Any]
    billed: OfficeUse
    now: OfficeUse
    issued_fen: int
    year_to_date_wh: int
    parts: Mapping[str, Part] = field(default_factory=dict)
    slices: tuple[Any, ...] = ()

    @property
    def lost_wh(self) -> int:
        """Losses that were added to what the meter read."""
        return self.bill.transformer_loss_wh + self.bill.line_loss_wh

    @property
    def read_wh(self) -> int:
        """What the meter read, as it was billed."""
        return self.billed.energy_wh - self.lost_wh

    @property
    def commercial(self) -> bool:
        """Whether the engine of commercial bills priced it."""
        return self.bill.price_class in COMMERCIAL


def load(scope: Scope, point_id: int, *, since: int) -> list[Standing]:
    """Return the issued months of a point from a month on, early first."""
    bills = (
        Bill.objects.filter(
            scope.limit(STATION), consumption__point=point_id, period__gte=since, state=Bill.State.ISSUED
        )
        .select_related("settlement", "facts", "contract__customer", "consumption")
        .prefetch_related("lines__rule", "parts", "rules")
        .order_by("period")
    )
    corrected: dict[int, list[CorrectionMonth]] = defaultdict(list)
    months = CorrectionMonth.objects.filter(
        bill__consumption__point=point_id, correction__state=Correction.State.ISSUED
    )
    for month in months.select_related("correction").prefetch_related("rules").order_by("correction_id"):
        corrected[month.bill_id].append(month)
    return [_standing(bill, corrected[bill.pk]) for bill in bills]


def _standing(bill: Bill, corrected: Sequence[CorrectionMonth]) -> Standing:
    evidence = evidence_of(bill)
    billed = _as_billed(bill, evidence)
    last = corrected[-1] if corrected else None
    return Standing(
        bill=bill,
        evidence=evidence,
        billed=billed,
        now=_as_corrected(last) if last else billed,
        issued_fen=bill.amount_fen + sum(month.amount_fen for month in corrected),
        year_to_date_wh=last.year_to_date_wh if last else bill.year_to_date_wh,
        parts={
            group_of(month.correction.kind): Part.from_record(month.part) for month in corrected if month.part
        },
        slices=tuple(rule.content for rule in last.rules.all()) if last else (),
    )


def _as_corrected(last: CorrectionMonth) -> OfficeUse:
    use = OfficeUse.from_record(last.use)
    return use if use.book == OF_BILL else replace(use, book=KEPT)


def _as_billed(bill: Bill, evidence: Mapping[str, Any]) -> OfficeUse:
    facts = evidence["facts"]
    if bill.price_class in COMMERCIAL:
        if facts is None:
            raise Held("no_facts", bill.period)
        return OfficeUse(
            bill.period,
            PriceClass(bill.price_class),
            facts["energy_wh"],
            tuple(facts["band_wh"]) if facts["has_bands"] else None,
            facts["reactive_varh"],
            demand_w=facts["demand_w"],
            book=OF_BILL,
        )
    parts = evidence["parts"]
    moved = evidence["lines"][0]["remainder_wh"] if evidence["lines"] and not parts else 0
    energy_wh = sum(part["energy_wh"] for part in parts) if parts else bill.energy_wh - moved
    rest_wh = energy_wh - bill.peak_wh - bill.valley_wh
    bands = [0] * len(Band)
    bands[Band.PEAK], bands[Band.FLAT], bands[Band.VALLEY] = bill.peak_wh, rest_wh, bill.valley_wh
    timed = bill.consumption.has_parts and rest_wh >= 0
    return OfficeUse(bill.period, PriceClass(bill.price_class), energy_wh, tuple(bands) if timed else None)
