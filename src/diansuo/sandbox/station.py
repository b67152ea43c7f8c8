"""A sample station as files: archive, readings, daily freeze, other exports, and the truth.

It is physically consistent: hourly power of every customer, losses by hourly phase currents, registers of masters and
gates that add up. It holds the everyday troubles of a station, each written down in truth.csv. The same arguments give
the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from diansuo.core.quantity.month import first_day, next_month
from diansuo.sandbox import curves, issued, lists, physics, registers, special
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.faults import (
    Fault,
    Rates,
    draw,
)
from diansuo.sandbox.layout import Layout, lay_out
from diansuo.sandbox.lists import ARCHIVE_COLUMNS, READING_COLUMNS
from diansuo.sandbox.writing import Advance, Writing

__all__ = ["ARCHIVE_COLUMNS", "READING_COLUMNS", "Files", "Rates", "write"]

# Above this many customers all lists are csv: a workbook would take longer than the station.
LARGEST_WORKBOOK_CUSTOMERS = 20_000
EXCHANGED_BEFORE_READING = 12


@dataclass(frozen=True, slots=True)
class Files:
    """Where the sample lies: readings and freezes by month; ``issued`` and ``arrears`` only beside another system.

    ``special`` tells again of the customers that are of rarer kinds from the first reading day on, ``market`` what
    those on the market pay by month of use; both only where the office bills. ``late`` has the readings of routes that
    came in late, by month.
    """

    archive: Path
    readings: dict[int, Path]
    freezes: dict[int, Path]
    curves: dict[int, Path]
    lines: Path
    feeder_lines: Path
    truth: Path
    failures: Path
    clocks: Path
    exchanges: Path | None
    exchange_date: date | None
    technical: Path
    feeder_technical: Path
    customers: int
    points: int
    freeze_rows: int
    issued: dict[int, Path] = field(default_factory=dict)
    arrears: Path | None = None
    special: Path | None = None
    market: dict[int, Path] = field(default_factory=dict)
    late: dict[int, Path] = field(default_factory=dict)

    @property
    def freeze(self) -> Path:
        """Return the freeze of the last month."""
        return self.freezes[max(self.freezes)]


def _silent(label: str, done: int, total: int) -> None:
    """Show nothing."""


def write(
    folder: Path,
    *,
    customers: int,
    months: int,
    last_month: int,
    seed: int,
    last_day: date | None = None,
    mode: str = "alone",
    rates: Rates | None = None,
    curve_areas: int = 3,
    factories: int | None = None,
    advance: Advance = _silent,
) -> Files:
    """Write the sample into a folder and return its files.

    Args:
        folder: made if it is not there.
        customers: how many, among them the ones with a transformer of their own.
        months: how many reading lists.
        last_month: the last of them; each carries the register of 0:00 of its 1st.
        seed: the same one gives the same files.
        last_day: the last day of the daily freeze, by default the last reading day.
        mode: ``beside`` adds the issued bills and arrears of the system the office stands beside.
        rates: how often things go wrong.
        curve_areas: of how many areas every meter has 96-point curves, of the last 31 days; with 0 no master has.
        factories: how many of the customers have a transformer of their own, by default one in 400.
        advance: is told (label, done, total).
    """
    folder.mkdir(parents=True, exist_ok=True)
    periods = [next_month(last_month, back) for back in range(1 - months, 1)]
    end = max(last_day or first_day(last_month), first_day(last_month))
    start = first_day(periods[0])
    days = [start + timedelta(days=at) for at in range((end - start).days + 1)]
    chosen = rates or Rates()
    layout = lay_out(np.random.default_rng([seed, 10]), customers, factories)
    made, energy = _simulated(folder, layout, periods, days, seed, chosen, curve_areas, mode, advance)
    return _written(made, energy, periods, seed, mode, chosen)


def _simulated(
    folder: Path,
    layout: Layout,
    periods: list[int],
    days: list[date],
    seed: int,
    rates: Rates,
    curve_areas: int,
    mode: str,
    advance: Advance,
) -> tuple[Writing, Energy]:
    """Let things go wrong, and let the station's days pass."""
    exchange_day = (first_day(periods[len(periods) // 2]) - days[0]).days - EXCHANGED_BEFORE_READING
    faults = draw(np.random.default_rng([seed, 11]), layout, len(days) - 1, rates, exchange_day)
    rows = lists.archive(np.random.default_rng([seed, 12]), layout, faults)
    keep = (*curves.kept(layout, curve_areas), max(0, len(days) - 1 - curves.DAYS))
    low_side = special.low_side(rows[: layout.customers]) if mode == "alone" else None
    behind = {} if low_side is None else {low_side - layout.public: special.plate(rows[low_side])}
    energy = physics.simulate(layout, faults, days[:-1], seed, advance, keep, behind)
    shown = registers.run_up(np.random.default_rng([seed, 13]), layout, energy, faults)
    _account(layout, faults, energy)
    large = layout.customers > LARGEST_WORKBOOK_CUSTOMERS
    own_demand = energy.own_demand_kw
    return Writing(folder, layout, faults, rows, days, shown, own_demand, large, advance, low_side), energy


def _written(made: Writing, energy: Energy, periods: list[int], seed: int, mode: str, rates: Rates) -> Files:
    """Write every file, what is wrong with the station last."""
    folder, layout, rows, days = made.folder, made.layout, made.rows, made.days
    readings, used = made.readings(periods, rates, *(np.random.default_rng([seed, at]) for at in (14, 16)))
    freezes, freeze_rows = made.freezes()
    archive = folder / f"用户档案{made.ending}"
    lists.write_archive(archive, rows)
    exchanges = made.exchanges()
    technical, feeder_technical = lists.write_losses(folder, layout, energy, days[:-1])
    failures = folder / f"采集失败清单_{days[-1]:%Y%m%d}{made.ending}"
    issued.write_failures(failures, layout, made.faults, rows, days)
    bills: dict[int, Path] = {}
    arrears = None
    if mode == "beside":
        own = rows[: layout.customers]
        bills, arrears, wrong = issued.write_issued(folder, own, used, days[-1], seed, made.ending)
        made.mistaken(wrong)
    rarer, market = made.special(periods, seed) if mode == "alone" else (None, {})
    exchange_days = [fault.from_day for fault in made.faults if fault.kind == "换表"]
    return Files(
        archive=archive,
        readings=readings,
        freezes=freezes,
        curves=curves.write_curves(folder, layout, energy, made.faults, rows, days[:-1]),
        lines=made.lines(),
        feeder_lines=made.feeder_lines(seed),
        truth=made.truth(),
        failures=failures,
        clocks=made.clocks(np.random.default_rng([seed, 15])),
        exchanges=exchanges,
        exchange_date=days[exchange_days[0]] if exchanges else None,
        technical=technical,
        feeder_technical=feeder_technical,
        customers=layout.customers,
        points=len(rows),
        freeze_rows=freeze_rows,
        issued=bills,
        arrears=arrears,
        special=rarer,
        market=market,
        late=made.late,
    )


def _account(layout: Layout, faults: list[Fault], energy: Energy) -> None:
    """Note the energy of faults that bend no power: on whose books it stands wrongly, or not at all."""
    for fault in faults:
        used = float(energy.forward[fault.customer].sum()) if fault.customer >= 0 else 0.0
        if fault.kind in ("户变关系错误", "电价类别错误"):
            fault.energy_wh = used
        elif fault.kind == "倍率错误":
            fault.energy_wh = used * (1 - fault.value / float(layout.multiplier[fault.customer]))
