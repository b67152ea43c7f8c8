"""The pages of exceptions of reading: the lists by days and by month, one matter, and what is done about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from diansuo.core.metering import Severity
from diansuo.core.quantity.month import first_day, next_month, previous_month
from diansuo.office.archive import page_queries as archive
from diansuo.office.base import jobs, lists, progress, tasks, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.models import Job
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject, signed, unsigned
from diansuo.office.metering.day_models import SEVERITIES
from diansuo.office.metering.days import running
from diansuo.office.metering.exceptions import findings, operations, queries
from diansuo.office.metering.exceptions.findings import OPEN, Sort
from diansuo.office.metering.models import ReadingDecision
from diansuo.office.metering.wording import wording as words_of_rule

TONES: Final = {int(Severity.INFO): "info", int(Severity.WARNING): "warn", int(Severity.BLOCKING): "bad"}
STATES: Final = {
    OPEN: gettext_lazy("待处理"),
    **dict(ReadingDecision.Decision.choices),
}
STATE_TONES: Final = {
    OPEN: "warn",
    "reopened": "warn",
    "good": "ok",
    "reread": "info",
    "override": "info",
    "estimate": "info",
}
PLACE: Final = {Sort.DAYS: "exception_days", Sort.MONTH: "exception_month"}
COLUMNS: Final = (
    Column("severity", gettext_lazy("级别"), Kind.CODE, labels=dict(SEVERITIES), tones=TONES),
    Column(
        "title",
        gettext_lazy("发现"),
        Kind.TEXT,
        url_name="exception",
        url_args=("key.month", "point_id", "rule"),
    ),
    Column(
        "customer_number", gettext_lazy("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)
    ),
    Column("customer_name", gettext_lazy("用户名称"), url_name="customer", url_args=("customer_id",)),
    Column("area", gettext_lazy("台区"), url_name="area", url_args=("area_id",)),
    Column("days", gettext_lazy("日期"), Kind.CODE),
    Column("reason", gettext_lazy("说明"), Kind.WORDS),
    Column("owner", gettext_lazy("责任人"), Kind.CODE),
    Column("remedy", gettext_lazy("下一步"), Kind.WORDS),
    Column("decided", gettext_lazy("处理"), Kind.CODE, labels=STATES, tones=STATE_TONES),
)


@allowed("base.see_readings")
def latest(request: HttpRequest) -> HttpResponse:
    """Go to the days of the latest month that was looked at."""
    today = timezone.localdate()
    return redirect("exception_days", queries.latest_month(Scope.of(request.user), Sort.DAYS, today))


@allowed("base.see_readings")
def days_list(request: HttpRequest, period: int) -> HttpResponse:
    """Show what the freezes and curves of a month have against them, the open ones first."""
    scope = Scope.of(request.user)
    return _listed(request, scope, Sort.DAYS, period, findings.of_days(scope, period))


@allowed("base.see_readings")
def month_list(request: HttpRequest, period: int) -> HttpResponse:
    """Show what the registers of a month of bills have against them, the open ones first."""
    scope = Scope.of(request.user)
    return _listed(request, scope, Sort.MONTH, period, findings.of_month(scope, period))


def _listed(request: HttpRequest, scope: Scope, sort: Sort, period: int, rows: Any) -> HttpResponse:
    today = timezone.localdate()
    day = min(first_day(next_month(period)) - timedelta(days=1), today)
    by_day = sort == Sort.DAYS
    listing = lists.Listing(
        title=_("抄表异常 %(month)s") % {"month": wording.month(period)},
        columns=COLUMNS,
        key=("done", "-severity", "rule", "id"),
        empty=_(
            "这个月没有发现。先导入日冻结、曲线，再按“核查本月”，缺冻结、倒走、飞走、停走、失压列在这里。"
        )
        if by_day
        else _("这个月没有发现。导入或录入示数、执行电费流程的核查后，示数的问题列在这里。"),
        file_name=_("抄表异常"),
        search=lists.any_of(
            "point__contract__customer__number__startswith", "point__contract__customer__name__contains"
        ),
        search_hint=_("用户编号或名称"),
        filters=_filters(scope, sort, period, day),
        enrich=lambda found: queries.rows_of(scope, found, day),
        subject=_subject,
        template="metering/exceptions.html",
    )
    context = {
        "sort": sort.value,
        "by_day": by_day,
        "period": period,
        "earlier": previous_month(period),
        "later": next_month(period),
        "jobs": [_job(scope, station, period) for station in scope.stations()] if by_day else [],
        "section": "exceptions",
        "here": request.get_full_path(),
        "may_override": request.user.has_perm(operations.OVERRIDE_RIGHT) and not by_day,
    }
    return lists.respond(request, listing, rows, context)


def _filters(scope: Scope, sort: Sort, period: int, day: date) -> tuple[lists.Filter, ...]:
    people = [*archive.staff(scope), (0, _("无责任人"))]
    known = queries.known_rules(scope, sort, period)
    made = [
        lists.Filter("state", _("处理"), list(STATES.items()), lists.equal("decided")),
        lists.Filter("severity", _("级别"), SEVERITIES, lists.equal("severity")),
        lists.Filter(
            "rule", _("发现"), [(one, words_of_rule(one).name) for one in known], lists.equal("rule")
        ),
        lists.Filter(
            "owner",
            _("责任人"),
            people,
            lambda rows, value: queries.of_owner(scope, rows, int(value), day),
        ),
    ]
    if sort == Sort.DAYS:
        first = first_day(period)
        days = [first + timedelta(days=at) for at in range((first_day(next_month(period)) - first).days)]
        made.append(
            lists.Filter(
                "day",
                _("日期"),
                [(one.isoformat(), f"{one:%m-%d}") for one in days],
                lambda rows, value: rows.filter(from_date__lte=value, to_date__gt=value),
            )
        )
    return tuple(made)


def _subject(row: queries.ExceptionRow) -> Subject:
    return Subject(
        row.title, url=f"{row.url}#{'d' if row.key.from_date else 'm'}{row.id}", station_id=row.station_id
    )


def _job(scope: Scope, station: Any, period: int) -> dict[str, Any]:
    job = queries.job_of(scope, station.pk, period)
    working = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    return {
        "station": station,
        "job": job,
        "working": working,
        "progress": progress.load(job.pk) if job is not None and working else None,
    }


@allowed("base.see_readings")
def job_progress(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Answer with how far the check of a station's month is."""
    scope = Scope.of(request.user)
    station = scope.stations().filter(pk=station_id).first()
    if station is None:
        raise Http404
    return render(
        request, "metering/exceptions_job.html", {"one": _job(scope, station, period), "period": period}
    )


@require_POST
@allowed(operations.RIGHT)
def run_checks(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Have the days of a station's month checked by the worker."""
    station = Scope.of(request.user).stations().filter(pk=station_id).first()
    if station is None:
        raise Http404
    try:
        tasks.enqueue(running.prepare(station, period, user=request.user, now=timezone.now()))
    except jobs.JobBusy:
        messages.warning(request, _("这个月正在核查，等它完成"))
    return redirect("exception_days", period)


@allowed("base.see_readings")
def matter_page(request: HttpRequest, period: int, point_id: int, rule: str) -> HttpResponse:
    """Show one matter: what was found, what was decided, every value behind it, and what may be done."""
    scope, today = Scope.of(request.user), timezone.localdate()
    found = queries.matter(scope, period, point_id, rule, today)
    if found is None:
        raise Http404
    by_day = any(row.key.from_date for row in found.rows)
    context = {
        "matter": found,
        "title": words_of_rule(rule).name,
        "remedy": words_of_rule(rule).remedy,
        "rows": [
            (row, signed(_subject(row)), TONES[row.severity], STATES[row.decided]) for row in found.rows
        ],
        "decisions": findings.decisions_of(scope, point_id, period, rule),
        "period": period,
        "by_day": by_day,
        "place": PLACE[Sort.DAYS if by_day else Sort.MONTH],
        "section": "exceptions",
        "here": request.get_full_path(),
        "may_act": request.user.has_perm(operations.RIGHT),
        "may_override": request.user.has_perm(operations.OVERRIDE_RIGHT) and rule in findings.REPLACEABLE,
        "walk": _walk(scope, found, period) if request.user.has_perm("base.enter_readings") else "",
    }
    return render(request, "metering/exception.html", context)


def _walk(scope: Scope, found: queries.Matter, period: int) -> str:
    if not found.row.customer_id:
        return ""
    return (
        f"{reverse('walk', args=[queries.route_of(scope, found.row.point_id), period])}#p{found.row.point_id}"
    )


@require_POST
@allowed(operations.RIGHT, operations.OVERRIDE_RIGHT)
def act(request: HttpRequest) -> HttpResponse:
    """Do what was asked about the findings ticked, all or none, and go back to where they stood."""
    scope, now = Scope.of(request.user), timezone.now()
    chosen = _chosen(request, scope)
    reason = request.POST.get("reason", "").strip()
    given = {"reason": reason, "user": request.user, "now": now}
    wanted = request.POST.get("act", "reread")
    try:
        said = _ACTS[wanted](scope, chosen, given)
    except KeyError as problem:
        raise BadRequest("act") from problem
    except operations.UnableToAct as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, said)
    return redirect(_back(request))


def _chosen(request: HttpRequest, scope: Scope) -> list[Any]:
    only = request.POST.get("only")
    try:
        subjects = unsigned([only] if only else request.POST.getlist("subject"))
    except (signing.BadSignature, TypeError) as problem:
        raise BadRequest("subject") from problem
    return queries.chosen(scope, [subject.url.rpartition("#")[2] for subject in subjects])


def _back(request: HttpRequest) -> str:
    here = request.POST.get("here", "")
    return here if url_has_allowed_host_and_scheme(here, allowed_hosts=None) else reverse("exceptions")


def _good(scope: Scope, chosen: Sequence[Any], given: dict[str, Any]) -> str:
    count = operations.take_as_good(scope, chosen, **given)
    return _("已认可 %(count)d 条") % {"count": count}


def _reopened(scope: Scope, chosen: Sequence[Any], given: dict[str, Any]) -> str:
    count = operations.reopen(scope, chosen, **given)
    return _("已退回待办 %(count)d 条") % {"count": count}


def _reread(scope: Scope, chosen: Sequence[Any], given: dict[str, Any]) -> str:
    count = len(operations.have_read_again(scope, chosen, **given))
    return _("已派补抄 %(count)d 张") % {"count": count}


def _override(scope: Scope, chosen: Sequence[Any], given: dict[str, Any]) -> str:
    count = len(operations.propose_values(scope, chosen, **given))
    return _("已提交改值提议 %(count)d 件，等另一人复核") % {"count": count}


def _estimate(scope: Scope, chosen: Sequence[Any], given: dict[str, Any]) -> str:
    count = operations.estimate(scope, chosen, **given)
    return _("已估算 %(count)d 天，仅用于线损") % {"count": count}


_ACTS: Final[dict[str, Callable[[Scope, Sequence[Any], dict[str, Any]], str]]] = {
    "good": _good,
    "reopen": _reopened,
    "reread": _reread,
    "override": _override,
    "estimate": _estimate,
}
