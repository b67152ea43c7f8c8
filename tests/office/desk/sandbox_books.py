"""The sample station through imports and the cycle, as the demonstration runs it: real bills for the tests to judge."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.office.base.imports import operations
from diansuo.office.base.models import Station
from diansuo.office.base.modes import operations as modes
from diansuo.office.billing.sheets import operations as sheets
from diansuo.office.billing.sheets import reading
from diansuo.office.billing.sheets.documents import Publication
from diansuo.office.desk import cycle
from diansuo.sandbox import prices
from diansuo.sandbox import station as sample
from tests.office.billing.sheets import sheet
from tests.office.metering import builder

MONTHS = (202409, 202410)  # billed; the month before opens the registers
SEED = 5


def run_months(folder: Path, *, customers: int = 600, mode: str = "alone") -> Station:
    """Import archive, price sheets and the readings of an opening and two months, and bill both."""
    files = sample.write(
        folder,
        customers=customers,
        months=3,
        last_month=MONTHS[-1],
        seed=SEED,
        last_day=date(2024, 10, 6),
        mode=mode,
    )
    _bring_in("archive", files.archive, valid_from=date(2024, 6, 1))
    if mode == "beside":
        modes.switch(Station.objects.get(), mode, user=None, now=builder.NOW)
    for month in files.readings:
        _price_sheet(folder / f"价格表_{month}.csv", month)
    for period, file in files.readings.items():
        if files.exchanges and period == next_month(month_of(files.exchange_date)):
            _bring_in("archive", files.exchanges, effective=files.exchange_date)
        _bring_in("readings", file)
        job = cycle.prepare(
            Station.objects.get(),
            period,
            issue_date=date(period // 100, period % 100, 3),
            user=None,
            now=builder.NOW,
        )
        cycle.run(job, clock=lambda: builder.NOW)
        if period in files.issued:
            _bring_in("issued", files.issued[period])
    return Station.objects.get()


def _bring_in(kind: str, file: Path, **options: Any) -> None:
    """Import a file; what the sample's faults make unreadable is refused row by row and the rest counts."""
    batch, plan = builder.preview(kind, file, **options)
    operations.apply(batch, scope=builder.ALL, now=builder.NOW, plan=plan)


def _price_sheet(file: Path, month: int) -> None:
    prices.write_sheet(file, month, SEED)
    days = first_day(month), first_day(next_month(month))
    published = Publication(prices.PLACE, *days, prices.MARK, doubt=prices.DOUBT)
    stated = reading.read_file(file, file.name)
    made = sheets.propose(
        stated.prices, published, user=sheet.person("clerk", "propose_prices"), now=sheet.NOW
    )
    sheets.approve(made, user=sheet.person("head", "approve_prices"), now=sheet.NOW)
