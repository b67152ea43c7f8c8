"""A set of customers rebilled as one job: proposed point by point, approved by a second person, issued one by one.

Killed anywhere it goes on where it stood; run again it proposes nothing twice. What cannot be rebilled is kept with
its reason (`RebillRefusal`), and the rest of the set goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import jobs, progress, revision
from diansuo.office.base.models import Job, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, CorrectionMonth, RebillRefusal
from diansuo.office.billing.operations import is_beside
from diansuo.office.billing.rebilling import operations, wording
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.billing.rebilling.operations import UnableToDo
from diansuo.office.billing.rebilling.preview import Asked, Preview, preview
from diansuo.office.billing.rebilling.uses import Held
from diansuo.office.billing.sheets.book import priced_book

KIND: Final = "rebill"
STAGE: Final = "propose"
POINTS_A_CHUNK: Final = 50
State = Correction.State


@dataclass(frozen=True, slots=True)
class Wanted:
    """A set: whose months (``customers``: numbers; none: all of the station), which error, why."""

    from_period: int
    to_period: int
    kind: str
    facts: dict[str, Any]
    reason: str
    customers: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """Return it as the job keeps it."""
        return {
            "from": self.from_period,
            "to": self.to_period,
            "kind": self.kind,
            "facts": self.facts,
            "reason": self.reason,
            "customers": sorted(set(self.customers)),
        }


@dataclass(slots=True)
class Report:
    """What a set comes to: one row a customer's point, sums, and what was refused."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    looked_at: int = 0

    @property
    def totals(self) -> dict[str, int]:
        """Return the sums of the rows."""
        names = ("months", "before_fen", "after_fen", "difference_fen", "energy_wh")
        return {
            "looked_at": self.looked_at,
            "customers": len({row["customer"] for row in self.rows}),
            "refused": len(self.refused),
            **{name: sum(row[name] for row in self.rows) for name in names},
        }

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"totals": self.totals, "rows": self.rows, "refused": self.refused}


def job_key(station_id: int, wanted: Wanted) -> str:
    """Return the key of a set: the same set asked for again is the same job."""
    said = json.dumps(wanted.options(), ensure_ascii=False, sort_keys=True)
    return f"{KIND}:{station_id}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def prepare(station: Station, wanted: Wanted, *, user: User | None, now: datetime) -> Job:
    """Make the job of a set ready to run (for this process, or for the worker).

    Raises:
        UnableToDo: no reason, no month, a customer nobody knows, or another system issues the bills.
        JobBusy: see :mod:`diansuo.office.base.jobs`.
    """
    if is_beside(station.pk):
        raise UnableToDo(_("旁运行不发行电费，退补由营销2.0办理"))
    if not wanted.reason.strip():
        raise UnableToDo(_("写明退补原因"))
    if wanted.from_period > wanted.to_period:
        raise UnableToDo(_("起月晚于止月，请更正"))
    _require_known(station, wanted.customers)
    return jobs.prepare(
        KIND, job_key(station.pk, wanted), station=station, options=wanted.options(), user=user, now=now
    )


def _require_known(station: Station, customers: Sequence[str]) -> None:
    points = MeteringPoint.objects.filter(station=station, contract__customer__number__in=customers)
    known = set(points.values_list("contract__customer__number", flat=True))
    missing = [number for number in customers if number not in known]
    if missing:
        raise UnableToDo(_("没有这些用户：%(numbers)s") % {"numbers": "、".join(missing[:10])})


def run(
    job: Job, *, clock: jobs.Clock, on_progress: Callable[[progress.Progress], None] | None = None
) -> Job:
    """Run the job of a set in this process to its end."""
    return jobs.run(job.pk, clock=clock, on_progress=on_progress)


def register() -> None:
    """Make the job known (from the app's ``ready``)."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(STAGE, _plan, _propose),), _basis))


def _basis(job: Job) -> str:
    return f"{revision.locked(job.station_id)}:{priced_book().hash[:16]}"


def points_of(station_id: int, options: dict[str, Any]) -> list[int]:
    """Return the metering points of a set, customer by customer."""
    bills = Bill.objects.filter(
        consumption__point__station=station_id,
        state=Bill.State.ISSUED,
        period__range=(options["from"], options["to"]),
    )
    if options["customers"]:
        bills = bills.filter(contract__customer__number__in=options["customers"])
    rows = bills.values_list("contract__customer__number", "consumption__point").distinct()
    return [point for _number, point in sorted(rows)]


def _plan(job: Job) -> list[list[int]]:
    points = points_of(job.station_id, job.options)
    return [points[start : start + POINTS_A_CHUNK] for start in range(0, len(points), POINTS_A_CHUNK)]


def _asked(point: int, options: dict[str, Any]) -> Asked:
    return Asked(point, options["kind"], options["from"], options["to"], options["facts"])


def _looked_at(points: Sequence[int], options: dict[str, Any], day: date) -> dict[int, Preview | Held]:
    """Work out every point; one that cannot be done does not keep the others."""
    book, found = priced_book(), {}
    for point in points:
        try:
            found[point] = preview(Scope.everything(), _asked(point, options), day=day, book=book)
        except Held as problem:
            found[point] = problem
    return found


def _propose(job: Job, chunk: list[int]) -> jobs.Write:
    now = timezone.now()
    found = _looked_at(chunk, job.options, timezone.localdate(now))

    def write() -> jobs.Summary:
        counts = {"looked_at": len(chunk), "proposed": 0, "unchanged": 0, "refused": 0}
        RebillRefusal.objects.filter(job=job, point__in=chunk).delete()
        for point, one in found.items():
            counts[_write_one(job, point, one, now)] += 1
        return counts

    return write


def _write_one(job: Job, point: int, found: Preview | Held, now: datetime) -> str:
    waiting = Correction.objects.filter(point=point, state__in=operations.WAITING).first()
    if waiting is not None and waiting.job_id != job.pk:
        if isinstance(found, Preview) and not found.months:
            return "unchanged"
        found = Held("waiting", number=waiting.pk)
    elif waiting is not None:
        if isinstance(found, Preview) and found.digest == waiting.digest:
            return "proposed"
        operations.withdraw(waiting, user=job.created_by, now=now)
    if isinstance(found, Held):
        RebillRefusal.objects.create(job=job, point_id=point, period=found.period, reason=found.record())
        return "refused"
    if not found.months:
        return "unchanged"
    operations.propose(
        Scope.everything(),
        found.asked,
        reason=job.options["reason"],
        user=job.created_by,
        now=now,
        job=job,
        found=found,
    )
    return "proposed"


def dry_run(station: Station, wanted: Wanted, *, now: datetime) -> Report:
    """Work a set out without storing anything."""
    options = wanted.options()
    points = points_of(station.pk, options)
    names = dict(MeteringPoint.objects.filter(pk__in=points).values_list("pk", "contract__customer__number"))
    report = Report(looked_at=len(points))
    for point, one in _looked_at(points, options, timezone.localdate(now)).items():
        if isinstance(one, Held):
            report.refused.append(_refusal(names[point], one.record()))
        elif one.months:
            report.rows.append(
                _row(names[point], "", len(one.months), one.before_fen, one.right_fen, one.energy_wh)
            )
    return report


def report_of(job: Job) -> Report:
    """Return what a set came to."""
    report = Report()
    stage = job.stages.filter(name=STAGE).first()
    report.looked_at = int(stage.summary.get("looked_at", 0)) if stage else 0
    kept = Correction.objects.filter(job=job).exclude(state=State.WITHDRAWN)
    sums = CorrectionMonth.objects.filter(correction__in=kept).values("correction")
    by = {
        row["correction"]: row
        for row in sums.annotate(before=Sum("issued_fen"), after=Sum("right_fen"), energy=Sum("energy_wh"))
    }
    counts = dict.fromkeys(by, 0)
    for correction in CorrectionMonth.objects.filter(correction__in=kept).values_list(
        "correction", flat=True
    ):
        counts[correction] += 1
    for one in kept.select_related("contract__customer").order_by("contract__customer__number", "pk"):
        sum_of = by[one.pk]
        row = _row(
            one.contract.customer.number,
            one.state,
            counts[one.pk],
            sum_of["before"],
            sum_of["after"],
            sum_of["energy"],
        )
        report.rows.append(row | {"correction": one.pk, "state_words": one.get_state_display()})
    refusals = RebillRefusal.objects.filter(job=job).select_related("point__contract__customer")
    for one in refusals.order_by("point__contract__customer__number"):
        report.refused.append(_refusal(one.point.contract.customer.number, one.reason))
    return report


def _row(customer: str, state: str, months: int, before: int, after: int, energy_wh: int) -> dict[str, Any]:
    return {
        "customer": customer,
        "state": state,
        "months": months,
        "before_fen": before,
        "after_fen": after,
        "difference_fen": after - before,
        "energy_wh": energy_wh,
    }


def _refusal(customer: str, record: dict[str, Any]) -> dict[str, Any]:
    return {"customer": customer, "period": record["period"], "reason": wording.held(record)}


def approve_all(job: Job, *, user: User, now: datetime) -> tuple[int, int]:
    """Approve every proposal of a set, all or none; return how many are approved, and how many wait for another.

    Raises:
        UnableToDo: as :func:`.operations.approve`.
    """
    with transaction.atomic():
        waiting = list(Correction.objects.filter(job=job, state=State.PROPOSED).order_by("pk"))
        two = bool(waiting) and operations.needs_two(waiting[0], now)
        done = [operations.approve(one, user=user, now=now, two=two).state for one in waiting]
    return done.count(State.APPROVED), done.count(State.PROPOSED)


def issue_all(job: Job, *, user: User | None, now: datetime) -> int:
    """Issue every approved correction of a set, each for itself, in order; return how many.

    Killed meanwhile, the next call goes on. One that can no longer be issued stays, with the reason in the report.
    """
    done = 0
    approved = Correction.objects.filter(job=job, state=State.APPROVED)
    for one in approved.select_related("point").order_by("contract__customer__number", "pk"):
        try:
            operations.issue(one, user=user, now=now)
        except UnableToDo as problem:
            RebillRefusal.objects.update_or_create(
                job=job,
                point=one.point,
                defaults={"reason": Held("cannot", detail=str(problem)).record(), "period": None},
            )
        else:
            done += 1
    return done
