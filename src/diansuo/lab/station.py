"""The station in the database: built once to the eve of the month that is tried, through the ways an office has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from diansuo.core.quantity.month import first_day, next_month
from diansuo.lab import casting, making
from diansuo.lab import sample as samples
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import AFTER, MONTHS, OPENING, TRIED, VALID_FROM, Sample
from diansuo.office.base import revision
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.imports.verdicts import Verdicts
from diansuo.office.base.models import Proposal, Station, User
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import queries as proposals
from diansuo.office.base.scope import Scope
from diansuo.office.billing.sheets import operations as sheets
from diansuo.office.billing.sheets import reading
from diansuo.office.billing.sheets.documents import Publication
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.office.billing.sheets.totals import TOTAL
from diansuo.office.desk import cycle
from diansuo.sandbox import prices

NOW = datetime(2025, 1, 6, 1, 30, tzinfo=UTC)
CLERK, HEAD = "lab-clerk", "lab-head"
Advance = Callable[[str, int, int], None]


@dataclass(slots=True)
class Bench:
    """The built station: its sound papers, and the mistakes that will be made in them."""

    papers: Sample
    cases: list[Case]
    files: int = field(default=0)

    @property
    def folder(self) -> Path:
        """Where files of a trial are written."""
        return self.papers.folder

    def file(self, name: str) -> Path:
        """Return a fresh path; the name tells the kind of list."""
        self.files += 1
        return self.folder / f"{self.files:03}_{name}.csv"


def build(folder: Path, cases: list[Case], *, customers: int, factories: int, advance: Advance) -> Bench:
    """Make the sample, choose who gets which mistake, import the past and bill it.

    Raises:
        NobodyLeft: the station is too small for so many mistakes.
    """
    advance("sample", 0, 1)
    papers = samples.write(folder, customers=customers, factories=factories)
    bench = Bench(papers, casting.cast(papers, cases))
    making.prepare(papers, cases)
    rows = [*papers.archive.values(), *papers.outside]
    bring_in("archive", samples.write_rows(bench.file("archive"), rows), valid_from=VALID_FROM)
    for name in (CLERK, HEAD):
        User.objects.get_or_create(username=name, defaults={"first_name": name})
    for at, month in enumerate(MONTHS):
        if month in (TRIED, AFTER):
            break
        advance(f"{month // 100}-{month % 100:02}", at, len(MONTHS))
        approve_sheet(samples.sheet_path(folder, month), month)
        read_month(bench, papers, month)
        if month != OPENING:
            run(month)
    return bench


def bring_in(kind: str, file: Path, *, agreed: bool = True, **options: Any) -> Verdicts:
    """Preview and apply a file; what is refused is refused row by row and the rest counts.

    Changed terms become a proposal. Where ``agreed``, the second person agrees without a look, the worst that can
    happen: what is measured is what the checks before and after still stop.
    """
    batch, plan = operations.preview(
        file, file.name, kind, options=Options(**options), scope=Scope.everything(), user=None, now=NOW
    )
    operations.apply(batch, scope=Scope.everything(), now=NOW, plan=plan)
    for proposal in proposals.of_batch(Scope.everything(), batch.pk) if agreed else ():
        blindly(proposal)
    return plan.verdicts


def blindly(proposal: Proposal) -> None:
    """Let a proposal hold as if somebody had agreed without looking at its effect."""
    proposal.undo = kinds.named(proposal.kind).apply(proposal, None, NOW)
    proposal.state, proposal.basis = Proposal.State.APPLIED, "not looked at"
    proposal.applied_at = NOW
    proposal.save()
    revision.bump([proposal.station_id])


def read_month(bench: Bench, papers: Sample, month: int) -> Verdicts:
    """Import a month's reading list."""
    rows = [row for each in papers.lists[month].values() for row in each]
    return bring_in("readings", samples.write_rows(bench.file("readings"), rows), period=month)


def freeze(bench: Bench, papers: Sample, month: int) -> None:
    """Import the daily freeze of a month and of the first days of the next."""
    file = bench.folder / f"freeze_{month}.parquet"
    days = pl.col("日期").str.slice(0, 7) == f"{month // 100}-{month % 100:02}"
    papers.freeze.filter(days).write_parquet(file)
    bring_in("freeze", file)


def approve_sheet(
    file: Path, month: int, factor: Decimal = Decimal(1), *, named: int | None = None
) -> PriceSheet:
    """Propose the price sheet of a month as one person and approve it as another; its components times a factor.

    The totals stay as published. ``named`` is the month the paper says it is of, the same one by default.
    """
    stated = reading.read_file(file, file.name).prices
    if factor != 1:
        stated = {
            name: {
                scheme: {
                    voltage: price if name == TOTAL else price * factor
                    for voltage, price in by_voltage.items()
                }
                for scheme, by_voltage in schemes.items()
            }
            for name, schemes in stated.items()
        }
    days = first_day(month), first_day(next_month(month))
    of = named or month
    title = f"{of // 100}年{of % 100}月 {prices.MARK}"
    published = Publication(prices.PLACE, *days, title, doubt=prices.DOUBT)
    clerk, head = (User.objects.get(username=name) for name in (CLERK, HEAD))
    made = sheets.propose(stated, published, user=clerk, now=NOW)
    return sheets.approve(made, user=head, now=NOW)


def run(month: int, until: str = "") -> None:
    """Run a month's cycle, to its end or to a stage."""
    day = date(month // 100, month % 100, 3)
    job = cycle.prepare(Station.objects.get(), month, issue_date=day, user=None, now=NOW, until=until)
    cycle.run(job, clock=lambda: NOW)


@contextmanager
def put_back() -> Iterator[None]:
    """Take back whatever is written inside: the station is a fresh copy for the next trial."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
