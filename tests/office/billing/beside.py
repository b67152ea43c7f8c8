"""A station beside another system: what that system says of customers who are billed here, and why it differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diansuo.core.tariff.comparing import Cause
from diansuo.office.base.models import Station
from diansuo.office.base.modes import operations as modes
from diansuo.office.billing.models import Bill, Comparison
from diansuo.office.billing.opinion import operations as opinion
from tests.office.billing.sheets import sheet
from tests.office.desk.months import opened_household, read, run
from tests.office.metering.builder import ALL, NOW, bring_in, make_station, write_csv

HEADINGS = ("用户编号", "电费年月", "用电类别", "结算电量", "应收电费", "倍率", "变损电量")
LINE_HEADINGS = ("用户编号", "电费年月", "项目", "电量", "单价", "金额")


def beside() -> Station:
    """Make a station that runs beside another system."""
    station = make_station()
    modes.switch(station, "beside", user=None, now=NOW)
    return station


def months(station: Station) -> None:
    sheet.approved(202407)
    run(station, 202407)
    run(station, 202408)


def bill(number: str) -> Bill:
    return Bill.objects.get(contract__customer__number=number, period=202408)


def of(number: str, **more: Any) -> dict[str, Any]:
    """Return what another system says of a customer who is billed here."""
    ours = bill(number)
    said = {
        "电费年月": "202408",
        "结算电量": f"{ours.energy_wh / 1000:.2f}",
        "应收电费": f"{ours.amount_fen / 100:.2f}",
    }
    return said | {"用户编号": number} | more


def theirs(folder: Path, *rows: dict[str, Any], lines: list[dict[str, Any]] | None = None) -> None:
    bring_in("issued", write_csv(folder / "已发行电费.csv", HEADINGS, list(rows)))
    if lines:
        bring_in("issued_lines", write_csv(folder / "明细.csv", LINE_HEADINGS, lines))


def causes(station: Station) -> dict[str, dict[str, int]]:
    """Compare August and return by customer the causes that move the bill, fen; they sum to the difference."""
    opinion.compare_month(ALL, station.pk, 202408, now=NOW)
    found = {}
    for one in Comparison.objects.select_related("bill__customer"):
        effects = {cause.name: fen for cause, fen in zip(Cause, one.effects, strict=True) if fen}
        assert sum(effects.values()) == one.issued_fen - one.own_fen
        found[one.bill.customer.number] = effects
    return found


def household(station: Station, number: str, kwh: float = 1200, **options: Any) -> None:
    read(opened_household(station, number, **options), 202408, kwh)
