"""Households with terms of their place and of their own, for tests of the cycle: laid down, read, billed, closed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.metering import Purpose
from diansuo.office.archive.models import (
    Contract,
    HouseholdTerm,
    Meter,
    MeteringPoint,
    YearOpening,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.config import rulebook_files
from diansuo.office.metering.models import RegisterReading
from tests.office.desk.months import read, run

TERMS = {
    "min_persons": ("5", "count"),
    "add_kwh_per_month": ("100", "kWh/month"),
    "free_energy": ("10", "kWh/month"),
    "free_energy_counts_in_steps": ("counted", "counted, not_counted"),
    "free_energy_form": ("bill", "bill, refund_later"),
    "closing_tier_year": ("settled_anew", "settled_anew, as_billed"),
    "transfer_of_ownership": ("restart", "continue, restart"),
    "rebill_tier_year": ("original", "original, current"),
    "shared_time_of_use": ("allowed", "allowed, not_allowed"),
    "time_of_use_lock_months": ("12", "months"),
    "heating_season_add": ("50", "kWh/month"),
    "heating_season_first_month": ("11", "month_of_year"),
    "heating_season_last_month": ("3", "month_of_year"),
}
HEAD = """
id: province/henan/residential_terms
kind: parameters
title: {zh: 占位, en: placeholder}
values:
  "2023-01-01":
    source: {document: PLACEHOLDER of this test, clause: "1", published: "2023-01-01", url: null}
    checked: "2023-01-01"
    parameters:
"""


def lay_down(monkeypatch: pytest.MonkeyPatch, folder: Path, **changed: str | None) -> None:
    """Give the place terms of its own, those of this file or as changed."""
    lines = []
    for name, (value, unit) in TERMS.items():
        said = changed.get(name, value)
        words = f", choices: [{unit}]" if value.isalpha() or "_" in value else ""
        unit_word = "choice" if words else unit
        text = "null" if said is None else f'"{said}"'
        lines.append(f"      {name}: {{value: {text}, unit: {unit_word}{words}}}\n")
    target = folder / "rulebook" / "province" / "henan"
    target.mkdir(parents=True, exist_ok=True)
    (target / "residential_terms.yaml").write_text(HEAD + "".join(lines), encoding="utf-8")
    book = rulebook_files.load(folder / "rulebook")
    monkeypatch.setattr("diansuo.office.billing.sheets.book.book", lambda: book)


def has(point: MeteringPoint, since: date = date(2024, 1, 1), **what: Any) -> HouseholdTerm:
    return HouseholdTerm.objects.create(contract=point.contract, valid_from=since, **what)


def month(station: Station, point: MeteringPoint, period: int, kwh: float) -> Any:
    read(point, period, kwh)
    return run(station, period)


def bill(period: int) -> Bill:
    return Bill.objects.get(period=period)


def lines(of: Bill) -> list[tuple[int, int, int, int]]:
    return list(of.lines.order_by("sequence").values_list("component", "step", "quantity", "amount_fen"))


def known_year(point: MeteringPoint, kwh: int = 0) -> None:
    YearOpening.objects.create(contract=point.contract, year=2024, energy_wh=kwh * 1000)


def closes(point: MeteringPoint, day: date, kwh: float, period: int) -> None:
    """Close the contract on a day, with the last register of its meter."""
    Contract.objects.filter(pk=point.contract_id).update(closed_date=day)
    RegisterReading.objects.create(
        point=point, meter=Meter.objects.get(installations__point=point), register=0, read_date=day,
        register_wh=round(kwh * 1000), period=period, purpose=Purpose.FINAL,
    )  # fmt: skip
