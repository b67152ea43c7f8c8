"""What of a year of steps was used up before a bill, from the bills before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from diansuo.office.billing.models import Bill, BillPart, ExternalBill
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.settling import first_day
from diansuo.shadow.household_years import STEPPED


def year_to_date_kwh(material: Material, start_month: int) -> Decimal:
    """Add up what the contract used in the billing year before this bill: every bill made before it counts.

    Beside another system its bills count, and ours for the months it has none of.
    """
    bill = material.bill
    year = _year(bill.period, start_month)
    before = [one for one in material.year if one.pk < bill.pk and one.period != bill.period]
    if material.beside:
        before = [one for one in material.year if one.period < bill.period]
        elsewhere = [one for one in material.issued_elsewhere if one.period < bill.period]
        theirs = {one.period for one in elsewhere}
        before = [*elsewhere, *(one for one in before if one.period not in theirs)]
    used = sum(_counted_wh(one) for one in before if _year(one.period, start_month) == year)
    used += sum(one.energy_wh for one in material.openings if one.year == year)
    used += sum(
        one.counted_wh for one in _corrected_before(material) if _year(one.counted_in, start_month) == year
    )
    return Decimal(used) / 1000


def _corrected_before(material: Material) -> list[Any]:
    """Return what corrections had put right when this bill was made: one made later names the bill itself."""
    bill = material.bill
    later = {one.correction_id for one in material.corrected if one.bill_id == bill.pk}
    return [
        one
        for one in material.corrected
        if one.correction_id not in later
        and one.bill_id < bill.pk
        and (bill.issued_date is None or one.correction.issued_date <= bill.issued_date)
    ]


def _counted_wh(one: Bill | ExternalBill) -> int:
    """Return what of a bill counts for the year: of ours what it says, of another system's all."""
    return one.counted_wh if isinstance(one, Bill) else one.energy_wh


def _year(period: int, start_month: int) -> int:
    return period // 100 - (period % 100 < start_month)


def used_since_kwh(material: Material, since: date) -> Decimal:
    """Add up what counts of a year of steps that began on a day, in the bills of months before this one."""
    year, used = _year(material.bill.period, material.year_start_month), 0
    elsewhere = [
        one
        for one in material.issued_elsewhere
        if material.beside and one.period < material.bill.period and first_day(one.period) > since
    ]
    theirs = {one.period for one in elsewhere}
    for one in (*material.year, *elsewhere):
        if one.period >= material.bill.period or _year(one.period, material.year_start_month) != year:
            continue
        if isinstance(one, ExternalBill):
            used += one.energy_wh
        elif one.period not in theirs:
            used += counted_since(one, material.year_parts, since)
    return Decimal(used) / 1000


def counted_since(bill: Bill, year_parts: Sequence[BillPart], since: date) -> int:
    """Return what of a bill counts for a year of steps that began on a day: of a divided one, the parts since."""
    if bill.to_date <= since:
        return 0
    parts = [one for one in year_parts if one.bill_id == bill.pk and one.price_class is not None]
    if all(one.from_date >= since for one in parts):
        return bill.counted_wh
    return sum(one.energy_wh for one in parts if one.price_class in STEPPED and one.from_date >= since)
