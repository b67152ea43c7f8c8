"""Mistakes in a monthly price sheet: they touch everybody the sheet prices, so each is a trial of its own."""

from __future__ import annotations

from decimal import Decimal

from diansuo.core.quantity.month import first_day, next_month
from diansuo.lab import sample as samples
from diansuo.lab import station, trial
from diansuo.lab.judging import Stage, Verdict
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import SEED, TRIED, Sample
from diansuo.lab.station import Bench
from diansuo.lab.trial import Month
from diansuo.office.base.models import User
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.billing.sheets import comparing, doubts, operations
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.sandbox import prices

# A month read on its first day bills the use of the month before: that month's sheet prices it.
OF_USE = next_month(TRIED, -1)
MARKED = "approval page: jump"
OTHER_MONTH = "approval page: another month"
LEAST_SHARE_PERCENT = 50


def judge(bench: Bench, papers: Sample, case: Case, sound: Month) -> Verdict:
    """Put the wrong sheet in the place of the right one, as proposal and approval, and bill the month with it."""
    given = case.given
    file, factor, named = samples.sheet_path(bench.folder, OF_USE), Decimal(1), OF_USE
    if case.kind.how == "price_month":
        file, named = bench.folder / f"price_sheet_{case.size}.csv", next_month(OF_USE, given["months"])
        prices.write_sheet(file, named, SEED)
    else:
        factor = Decimal(given["percent"]) / 100
    with station.put_back():
        head = User.objects.get(username=station.HEAD)
        before = priced_book()
        right = PriceSheet.objects.get(from_date=first_day(OF_USE))
        operations.withdraw(right, user=head, now=station.NOW)
        try:
            sheet = station.approve_sheet(file, OF_USE, factor, named=named)
        except (SheetRefused, operations.UnableToDo) as refusal:
            return _verdict(case, Stage.ENTRY, str(refusal), None)
        marked = MARKED if any(row.jump for row in comparing.rows(sheet.content, before)) else ""
        other = doubts.doubts(Scope.everything(), sheet.content, sheet.document, sheet.from_date)
        found = trial.month(bench, papers, frozen=False)
    moved = {
        number: said.amount_fen - sound[number].amount_fen  # type: ignore[operator]
        for number, said in found.items()
        if said.amount_fen is not None and sound[number].amount_fen is not None
    }
    total = sum(moved.values())
    if marked or other:
        return _verdict(case, Stage.PREVIEW, marked or OTHER_MONTH, total)
    told = {number for number, said in found.items() if set(said.held) | set(said.warned)}
    told -= {number for number, said in sound.items() if set(said.held) | set(said.warned)}
    seen = sum(abs(fen) for number, fen in moved.items() if number in told)
    if 100 * seen >= LEAST_SHARE_PERCENT * sum(map(abs, moved.values())):
        rules = sorted({rule for number in told for rule in (*found[number].held, *found[number].warned)})
        return _verdict(case, Stage.CHECK, "、".join(rules), total)
    return _verdict(case, Stage.NEVER, "", total)


def _verdict(case: Case, stage: Stage, by: str, moved_fen: int | None) -> Verdict:
    return Verdict(case.kind.name, case.kind.door, case.size, case.seed, "", stage, by, moved_fen, 0)
