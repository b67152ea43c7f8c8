"""A supply billed up to a day outside the month's run, because it closes or was read specially: issued at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive import operations as archive
from diansuo.office.archive.models import Contract, MeteringPoint
from diansuo.office.base import jobs, revision
from diansuo.office.base.models import Job, Station, User
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.scope import Scope
from diansuo.office.billing import operations as billing
from diansuo.office.desk import cycle
from diansuo.office.desk.closing import conditions, queries
from diansuo.office.desk.closing.conditions import UnableToClose, period_of
from diansuo.office.metering import entry, issued
from diansuo.office.metering.entry import Found
from diansuo.office.metering.taking_back import applying

KIND = "off_cycle"
MANY = 5_000


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of it: the job that billed it, or, where nothing was stored, what the checks ask to confirm."""

    job: Job | None
    period: int
    findings: tuple[Found, ...] = ()


class _NotStored(Exception):
    """Rolls back what was begun, as a finding wants to be confirmed first."""

    def __init__(self, findings: tuple[Found, ...]) -> None:
        self.findings = findings


def close(
    scope: Scope,
    contract: Contract,
    *,
    day: date,
    registers: Mapping[MeteringPoint, Mapping[Register, int]],
    user: User | None,
    today: date,
    now: datetime,
    confirmed: bool = False,
) -> Closed:
    """Close a contract on a day and issue its last bill at once.

    The day and the registers are stored together or not at all. Then the contract's points alone go through the five
    stages of the cycle; what a check holds stays held with its reason, and goes out with the month's cycle once mended.

    Args:
        scope: of the person who closes.
        contract: the contract; every point that measures needs its registers.
        day: its last day, at whose 0:00 the registers were read.
        registers: what the meters showed, Wh before the multiplier.
        user: who closes.
        today: the day may not be later.
        now: when.
        confirmed: store although a check of the registers blocks.

    Raises:
        UnableToClose: outside the scope, closed before, another system bills, a bill or a register lies after the day,
            a month before it is not issued, or a register cannot be.
    """
    station = contract.customer.station
    _require_possible(scope, contract, day, today, station)
    if not registers:
        raise UnableToClose(_("没有可销户的计量点：先在档案中补上装表记录"))
    return _billed_to(
        scope, contract, day, registers, Purpose.FINAL, confirmed=confirmed, user=user, today=today, now=now
    )


def bill_to_day(
    scope: Scope,
    contract: Contract,
    *,
    day: date,
    registers: Mapping[MeteringPoint, Mapping[Register, int]],
    user: User | None,
    today: date,
    now: datetime,
    confirmed: bool = False,
) -> Closed:
    """Bill a supply that goes on up to a special reading at once (特抄出账), outside the station's month.

    The bill is that of the 电费年月 the day falls in and ends it there; the next month begins at this reading, so no
    energy is billed twice or left out, and the year's steps go on.

    Args:
        scope: of the person who bills.
        contract: the contract; every point that measures needs its registers.
        day: the day at whose 0:00 the registers were read.
        registers: what the meters showed, Wh before the multiplier.
        user: who bills.
        today: the day may not be later.
        now: when.
        confirmed: store although a check of the registers blocks.

    Raises:
        UnableToClose: as :func:`close`; or a class whose capacity and power factor are charged by the whole month.
    """
    _require_possible(scope, contract, day, today, contract.customer.station)
    if not registers:
        raise UnableToClose(_("没有装表的计量点：先在档案中补上装表记录"))
    if reason := conditions.whole_month_only(contract, day):
        raise UnableToClose(reason)
    return _billed_to(
        scope,
        contract,
        day,
        registers,
        Purpose.PERIODIC,
        confirmed=confirmed,
        user=user,
        today=today,
        now=now,
    )


def _billed_to(
    scope: Scope,
    contract: Contract,
    day: date,
    registers: Mapping[MeteringPoint, Mapping[Register, int]],
    purpose: Purpose,
    *,
    confirmed: bool,
    user: User | None,
    today: date,
    now: datetime,
) -> Closed:
    """Store the registers (and, of final ones, the closing) together or not at all, then bill."""
    if reason := conditions.refusal(registers, day):
        raise UnableToClose(reason)
    period = period_of(next(iter(registers)), day)
    try:
        with transaction.atomic():
            if purpose == Purpose.FINAL:
                archive.close_contract(contract, day)
            for point, values in registers.items():
                entered = entry.enter_reading(
                    scope, point=point, values=values, read_date=day, period=period, purpose=purpose,
                    user=user, today=today, now=now, confirmed=confirmed,
                )  # fmt: skip
                if not entered.stored:
                    raise _NotStored(entered.findings)
    except _NotStored as asked:
        return Closed(None, period, asked.findings)
    except (entry.UnableToEnter, UnableToChange) as problem:
        raise UnableToClose(str(problem)) from problem
    return Closed(bill(contract, period, user=user, today=today, now=now), period)


def reopen(scope: Scope, contract: Contract) -> None:
    """Take a closing back whose last bill is not issued: the contract goes on as if it had not been.

    Raises:
        UnableToClose: outside the scope, not closed, its last bill is issued, or a meter hangs elsewhere by now.
    """
    _require_reach(scope, contract.customer.station)
    day = contract.closed_date
    points = list(MeteringPoint.objects.filter(contract=contract).order_by("pk"))
    if day is not None and any(
        until >= day for until in issued.billed_until([one.pk for one in points]).values()
    ):
        raise UnableToClose(_("末次账单已发行，不能撤销销户：恢复用电按新装立户，电费差错走“退补”"))
    period = queries.period_of_last(scope, contract)
    try:
        with transaction.atomic():
            archive.reopen_contract(contract)
            for point in points if day is not None else []:
                billing.drop_drafts(point.station_id, period, point.pk, point.pk)
                entry.withdraw_final(scope, point, day, period)
    except (entry.UnableToEnter, UnableToChange) as problem:
        raise UnableToClose(str(problem)) from problem


def bill_again(
    scope: Scope, contract: Contract, period: int, *, user: User | None, today: date, now: datetime
) -> Job:
    """Bill a closed contract whose last bill was held.

    Raises:
        UnableToClose: outside the scope, another system bills, or the station's cycle is running.
    """
    _require_reach(scope, contract.customer.station)
    return bill(contract, period, user=user, today=today, now=now)


def bill(contract: Contract, period: int, *, user: User | None, today: date, now: datetime) -> Job:
    """Run a contract's points through the stages of a month at once; saying it again bills what was mended."""
    points = MeteringPoint.objects.filter(contract=contract).order_by("pk").values_list("pk", flat=True)
    job = jobs.prepare(
        KIND,
        f"{KIND}:{contract.pk}:{period}",
        station=contract.customer.station,
        options={
            "period": period,
            "issue_date": today.isoformat(),
            "points": list(points),
            applying.AS_READ: True,
        },
        user=user,
        now=now,
    )
    return jobs.run(job.pk, clock=lambda: now)


def shadow(station: Station, contracts: Sequence[int], period: int, *, now: datetime, until: str) -> Job:
    """Run contracts' points through the stages of a month up to one, for a look: the caller rolls it all back.

    Raises:
        JobBusy: the points are being billed.
    """
    points: list[int] = []
    for start in range(0, len(contracts), MANY):
        some = MeteringPoint.objects.filter(contract__in=contracts[start : start + MANY], station=station)
        points += some.values_list("pk", flat=True)
    points.sort()
    job = jobs.prepare(
        KIND,
        f"{KIND}:shadow:{contracts[0]}:{len(contracts)}:{period}:{revision.locked(station.pk)}",
        station=station,
        options={"period": period, "issue_date": now.date().isoformat(), "points": points},
        user=None,
        now=now,
        until=until,
    )
    return jobs.run(job.pk, clock=lambda: now)


def register() -> None:
    """Make the kind of job known (from the app's ``ready``)."""
    jobs.register(cycle.kind_of(KIND, lambda job: [[point, point] for point in job.options["points"]]))


def _require_possible(scope: Scope, contract: Contract, day: date, today: date, station: Station) -> None:
    _require_reach(scope, station)
    if contract.closed_date is not None:
        raise UnableToClose(_("该用户已于 %(day)s 销户") % {"day": contract.closed_date})
    if day > today:
        raise UnableToClose(_("%(day)s 还没到") % {"day": day})
    if contract.opened_date is not None and day <= contract.opened_date:
        raise UnableToClose(
            _("%(day)s 不晚于送电日期 %(opened)s") % {"day": day, "opened": contract.opened_date}
        )


def _require_reach(scope: Scope, station: Station) -> None:
    if not scope.allows(station.pk):
        raise UnableToClose(_("该用户不在您的权限范围内"))
    if station.mode == Station.Mode.BESIDE:
        raise UnableToClose(_("旁运行不发行电费：销户结算在营销2.0办理"))
    busy = Job.objects.filter(station=station, kind=cycle.KIND, state=Job.State.RUNNING)
    if busy.exists():
        raise UnableToClose(_("本所的电费流程正在执行；等它结束再办销户"))
