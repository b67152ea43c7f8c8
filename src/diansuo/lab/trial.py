"""One month tried: the papers go in through the office's own doors, and what it says about every customer is read off.

Everything is taken back afterwards, so that the next trial finds the same station.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from diansuo.lab import sample as samples
from diansuo.lab import station
from diansuo.lab.sample import AFTER, MONTHS, TRIED, Sample
from diansuo.lab.station import Bench
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import changes_of
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects import queries as effects
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Consumption, Finding

# A preview names the twenty customers it moves most.
EDITS_A_FILE = 15
INFO, WARNING, BLOCKING = (int(each) for each in Finding.Severity)


@dataclass(slots=True)
class Said:
    """What the office says about one customer in the month, and what it would bill."""

    refused: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    amount_fen: int | None = None
    energy_wh: int | None = None


Month = dict[str, Said]


def month(bench: Bench, papers: Sample, *, frozen: bool, after: bool = False) -> Month:
    """Try the month with these papers, taken back at the end.

    Args:
        bench: the station on the eve of the month.
        papers: what is brought in.
        frozen: the daily freeze is collected too.
        after: what nothing held is issued, and the next month, read soundly, is looked at as well.
    """
    with station.put_back():
        found: Month = defaultdict(Said)
        for day, every in sorted(papers.extra.items()):
            for rows in batched(every, EDITS_A_FILE):
                file = samples.write_rows(bench.file("archive"), rows)
                _entered(found, station.bring_in("archive", file, agreed=False, effective=day))
                _seconded(found)
        if frozen:
            for each in MONTHS[MONTHS.index(TRIED) - 1 : MONTHS.index(AFTER) + 1]:
                station.freeze(bench, papers, each)
        _entered(found, station.read_month(bench, papers, TRIED))
        if papers.again:
            file = samples.write_rows(bench.file("readings"), _flat(papers.again))
            _entered(found, station.bring_in("readings", file, period=TRIED))
        station.run(TRIED, until="audit")
        _audited(found)
        if after:
            _afterwards(bench, papers, found)
        return found


def _seconded(found: Month) -> None:
    """Note what the previews of waiting proposals show of whom; agree to them unseen, so that the month goes on.

    Shown are the customers the preview names with their difference, and of the day: that bills issued already stand
    on later days, that it lies months ahead, that it lies before the order.
    """
    for proposal in Proposal.objects.filter(state=Proposal.State.DRAFT).order_by("id"):
        seen = proposals.preview(proposal, now=station.NOW)
        for mover in seen.preview["movers"]:
            if mover["difference_fen"]:
                found[mover["number"]].shown.append("preview of the bills")
        for number, _name, _ordered in (seen.preview["before_order"] or {}).get("customers", ()):
            found[number].shown.append("preview: before the order")
        touched = MeteringPoint.objects.filter(
            pk__in=standing.points_of(changes_of(proposal.terms)).every_point, contract__isnull=False
        )
        for point, number in touched.values_list("pk", "contract__customer__number"):
            if effects.final_bills(Scope.everything(), [point], proposal.effective_date):
                found[number].shown.append("preview: bills issued on later days")
            if seen.preview["months_ahead"]:
                found[number].shown.append("preview: months ahead")
        station.blindly(seen)


def batched(rows: list[samples.Row], size: int) -> Iterable[list[samples.Row]]:
    """Yield rows in files so small that a preview names everybody in it."""
    return (rows[at : at + size] for at in range(0, len(rows), size))


def _afterwards(bench: Bench, papers: Sample, found: Month) -> None:
    station.run(TRIED)
    station.approve_sheet(samples.sheet_path(bench.folder, TRIED), TRIED)
    station.read_month(bench, _without_before(papers), AFTER)
    station.run(AFTER, until="audit")
    for customer, rule, severity in _findings(AFTER):
        if severity >= WARNING:
            found[customer].later.append(rule)


def _without_before(papers: Sample) -> Sample:
    """A list of the next month bears as 上次示数 whatever stands; what the meter really showed would be a hint."""
    made = papers.copy()
    for rows in made.lists[AFTER].values():
        for row in rows:
            row["上次示数"] = row["抄见电量"] = ""
    return made


def _flat(rows: dict[str, list[samples.Row]]) -> Iterable[samples.Row]:
    return (row for each in rows.values() for row in each)


def _entered(found: Month, verdicts: Verdicts) -> None:
    """Note what the import's preview said: refused rows, and rows marked as not to be billed."""
    mark = _("待处理 ").strip()
    for outcome, subject, reason in zip(verdicts.outcome, verdicts.subject, verdicts.reason, strict=True):
        customer = subject.partition(" ")[0]
        if outcome == Outcome.REFUSED:
            found[customer].refused.append(reason)
        elif mark in reason:
            found[customer].noted.append(reason)


def _audited(found: Month) -> None:
    for customer, rule, severity in _findings(TRIED):
        if severity >= WARNING:
            (found[customer].held if severity == BLOCKING else found[customer].warned).append(rule)
    bills = Bill.objects.filter(period=TRIED).values_list("contract__customer__number", "amount_fen")
    for customer, amount in bills:
        found[customer].amount_fen = (found[customer].amount_fen or 0) + amount
    settled = Consumption.objects.filter(period=TRIED, status=Consumption.Status.OK)
    for customer, energy in settled.values_list("point__contract__customer__number", "total_wh"):
        found[customer].energy_wh = (found[customer].energy_wh or 0) + energy


def _findings(period: int) -> Iterable[tuple[str, str, int]]:
    """Yield (customer, rule or rule:kind, severity) of a month's findings."""
    rows = Finding.objects.filter(period=period, point__contract__isnull=False).order_by("rule")
    names = ("point__contract__customer__number", "rule", "severity", "detail")
    for customer, rule, severity, detail in rows.values_list(*names):
        kind = detail.get("kind", "")
        yield customer, f"{rule}:{kind}" if kind else rule, severity


def mean_month_fen() -> dict[str, int]:
    """Return each customer's mean month of those billed before."""
    sums: dict[str, list[int]] = defaultdict(list)
    rows = Bill.objects.filter(period__lt=TRIED).values_list("contract__customer__number", "amount_fen")
    for customer, amount in rows:
        sums[customer].append(amount)
    return {customer: sum(amounts) // len(amounts) for customer, amounts in sums.items()}
