"""What the desk's pages and the command line read across the apps: the state of a month's cycle."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Q, Sum

from diansuo.office.archive.models import PointTerm
from diansuo.office.base import registry
from diansuo.office.base.models import Job, JobStage
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit.standing import PREFIX
from diansuo.office.billing.models import Bill
from diansuo.office.billing.sums import queries as sums
from diansuo.office.desk import cycle
from diansuo.office.desk.wording import is_beside
from diansuo.office.metering.models import Consumption, Finding

MONTHS_KEPT: Final = 1024
"""Station-months."""


@dataclass(frozen=True, slots=True)
class Held:
    """A customer with findings in a month: those that hold the bill, or the warnings it goes out with."""

    customer_id: int
    number: str
    name: str
    findings: tuple[registry.Words, ...]
    station_id: int | None = None


@dataclass(frozen=True, slots=True)
class HoldUp:
    """A rule that holds bills or warns of them: how many customers, of them held; ``audited``: judged at the desk."""

    rule: str
    title: str
    customers: int
    held: int
    audited: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Where a station's month stands: energy and money of what is issued, and of what is still in drafts.

    All counts are of metering points, each of which has one bill: a customer may have several. ``due``: those the month
    settles, ``shared`` of them by an agreed share (定量定比) without being read; ``held``: those a finding holds, of
    which ``held_bills`` have a bill all the same.
    """

    job: Job
    period: int
    issued: int
    drafts: int
    issued_fen: int
    issued_wh: int
    draft_fen: int
    draft_wh: int
    due: int
    shared: int
    opened: int
    held: int
    held_bills: int
    warned: int

    @property
    def without_bill(self) -> int:
        """How many points that are due have neither a bill nor only an opening of the register."""
        return self.due - self.issued - self.drafts - self.opened


def cycle_jobs(scope: Scope) -> list[Job]:
    """Return the cycle jobs of the scope's stations, latest month first."""
    jobs = Job.objects.filter(scope.limit("station"), kind=cycle.KIND).select_related("station")
    return sorted(jobs, key=lambda job: (-int(job.options["period"]), job.station.name))


def cycle_job(scope: Scope, *, station_id: int, period: int) -> Job | None:
    """Return the job of one station's month, or None while it has not been started."""
    key = cycle.job_key(station_id, period)
    return Job.objects.filter(scope.limit("station"), key=key).select_related("station").first()


def stages(scope: Scope, *, job_id: int) -> list[JobStage]:
    """Return the stages of a job in order."""
    return list(JobStage.objects.filter(scope.limit("job__station"), job=job_id).order_by("sequence"))


def month(scope: Scope, *, job_id: int) -> Month:
    """Return where a month stands."""
    job = Job.objects.select_related("station").get(scope.limit("station"), pk=job_id)
    period = int(job.options["period"])
    kept = sums.of_station(scope, station_id=job.station_id, period=period)
    drafts = _drafts(job, period) if kept.unissued else {"drafts": 0, "draft_fen": 0, "draft_wh": 0}
    if job.state == Job.State.RUNNING:
        settled = _settled(job.station_id, period)
    else:  # nothing but a run of this month settles its readings
        state = job.round, job.state, job.finished_at, kept.version, job.station.revision
        settled = _settled_as_of(job.station_id, period, state)
    blocked = _blocking(job, period)
    # By the consumption: the month of the bill leads through everybody's, once for each finding.
    billed = Bill.objects.filter(consumption__period=period, consumption__point=OuterRef("point"))
    waiting = blocked.aggregate(
        held=Count("point", distinct=True),
        held_bills=Count("point", distinct=True, filter=Exists(billed)),
    )
    warnings = _warning(job, period).values("point").distinct().count()
    return Month(
        job=job,
        period=period,
        warned=warnings,
        **settled,
        **waiting,
        issued=kept.issued,
        issued_fen=kept.amount_fen,
        issued_wh=kept.energy_wh,
        **drafts,
    )


def _settled(station_id: int, period: int) -> dict[str, int]:
    """Count the points due in a month, and those whose first reading opened the register: a look at every point."""
    rows = Consumption.objects.filter(period=period, point__station=station_id, point__contract__isnull=False)
    return rows.aggregate(
        due=Count("id"),
        shared=Count("id", filter=Exists(PointTerm.objects.filter(point=OuterRef("point"), share__gt=0))),
        opened=Count("id", filter=Q(status=Consumption.Status.OPENING)),
    )


@lru_cache(maxsize=MONTHS_KEPT)
def _settled_as_of(station_id: int, period: int, _state: tuple[Any, ...]) -> dict[str, int]:
    return _settled(station_id, period)


def _drafts(job: Job, period: int) -> dict[str, int]:
    """Count what waits to be issued, or is a second opinion: no index knows them, so only where there are any."""
    bounds = sums.within(Scope(frozenset({job.station_id})), job.station_id, period)
    mine = Bill.objects.filter(bounds, period=period, consumption__point__station=job.station_id)
    rows = mine.exclude(state=Bill.State.ISSUED) if is_beside(job) else mine.filter(state=Bill.State.DRAFT)
    return rows.aggregate(
        drafts=Count("id"), draft_fen=Sum("amount_fen", default=0), draft_wh=Sum("energy_wh", default=0)
    )


def held(scope: Scope, *, job_id: int, limit: int | None = None) -> list[Held]:
    """Return who is held in a month and why, by customer number."""
    return _by_customer(blocking(scope, job_id=job_id), limit)


def warned(scope: Scope, *, job_id: int, limit: int | None = None) -> list[Held]:
    """Return who goes out with a warning in a month (held by nothing), and of what, by customer number."""
    return _by_customer(warning(scope, job_id=job_id), limit)


def blocking(scope: Scope, *, job_id: int) -> Any:
    """Return the findings that hold bills of a month."""
    job = Job.objects.get(scope.limit("station"), pk=job_id)
    return _blocking(job, int(job.options["period"]))


def warning(scope: Scope, *, job_id: int) -> Any:
    """Return the warnings of a month about points that nothing holds."""
    job = Job.objects.get(scope.limit("station"), pk=job_id)
    return _warning(job, int(job.options["period"]))


def hold_ups(scope: Scope, *, job_id: int) -> list[HoldUp]:
    """Return what holds bills of a month or warns of them, by rule, most held first."""
    job = Job.objects.get(scope.limit("station"), pk=job_id)
    rows = Finding.objects.filter(
        period=int(job.options["period"]),
        point__station=job.station_id,
        severity__gte=Finding.Severity.WARNING,
        point__contract__isnull=False,
    )
    blocking = Q(severity=Finding.Severity.BLOCKING)
    counts = list(
        rows.values("rule").annotate(
            sample=Min("id"),
            customers=Count("point__contract__customer", distinct=True),
            held=Count("point__contract__customer", filter=blocking, distinct=True),
        )
    )
    samples = Finding.objects.in_bulk([one["sample"] for one in counts])
    found = [
        HoldUp(
            rule=one["rule"],
            title=str(registry.words_of(samples[one["sample"]]).title),
            customers=one["customers"],
            held=one["held"],
            audited=one["rule"].startswith(PREFIX),
        )
        for one in counts
    ]
    return sorted(found, key=lambda one: (-one.held, -one.customers, one.rule))


def _by_customer(findings: Any, limit: int | None) -> list[Held]:
    rows = findings.select_related("point__contract__customer").order_by(
        "point__contract__customer__number", "rule"
    )
    by_customer: dict[int, list[Finding]] = {}
    for finding in rows if limit is None else rows[:limit]:
        by_customer.setdefault(finding.point.contract.customer_id, []).append(finding)
    return [_held(rows) for rows in by_customer.values()]


def _held(findings: list[Finding]) -> Held:
    customer = findings[0].point.contract.customer
    words = {registry.words_of(finding): None for finding in findings}
    return Held(customer.pk, customer.number, customer.name, tuple(words), customer.station_id)


def _blocking(job: Job, period: int) -> Any:
    return Finding.objects.filter(
        period=period, point__station=job.station_id, severity=Finding.Severity.BLOCKING
    )


def _warning(job: Job, period: int) -> Any:
    """Return the warnings of points that nothing holds."""
    return Finding.objects.filter(
        period=period, point__station=job.station_id, severity=Finding.Severity.WARNING
    ).exclude(point__in=_blocking(job, period).values("point"))


def cycle_report(scope: Scope, *, job_id: int) -> dict[str, Any]:
    """Return a month as plain data, for the command line."""
    state = month(scope, job_id=job_id)
    return {
        "station": state.job.station.name,
        "mode": state.job.station.mode,
        "period": f"{state.period // 100}-{state.period % 100:02d}",
        "state": str(Job.objects.get(pk=job_id).state),
        "issued": state.issued,
        "drafts": state.drafts,
        "opened": state.opened,
        "amount_yuan": str(Decimal(state.issued_fen).scaleb(-2)),
        "draft_yuan": str(Decimal(state.draft_fen).scaleb(-2)),
        "energy_kwh": str(Decimal(state.issued_wh).scaleb(-3)),
        "held": [
            {"customer": row.number, "name": row.name, "reasons": [words.reason for words in row.findings]}
            for row in held(scope, job_id=job_id)
        ],
        "warned": [
            {"customer": row.number, "name": row.name, "reasons": [words.reason for words in row.findings]}
            for row in warned(scope, job_id=job_id)
        ],
        "stages": {
            stage.name: {"state": str(stage.state), **stage.summary} for stage in stages(scope, job_id=job_id)
        },
    }


REMEMBERED: Final = (_settled_as_of,)
"""What this process keeps; another database behind the same stations, as in tests, has to clear it."""
