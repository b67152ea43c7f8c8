"""The pages of checks on site: a month's list with its figures, the draw, and one check with its form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering.collecting.failure_views import link_of, name_of
from diansuo.office.metering.collecting.point_rows import point_rows
from diansuo.office.metering.models import SiteCheck
from diansuo.office.metering.routes import calendar, visiting
from diansuo.office.metering.visits import drawing, queries, recording, standing, tasking
from diansuo.office.metering.visits.forms import CorrectionForm, SightForm

STATES: Final = {
    "waiting": gettext_lazy("待核查"),
    "unsigned": gettext_lazy("待监抄人签字"),
    "good": gettext_lazy("无异常"),
    "off": gettext_lazy("有问题"),
}
TONES: Final = {"waiting": "warn", "unsigned": "warn", "good": "ok", "off": "bad"}
KINDS, GROUPS = dict(SiteCheck.Kind.choices), dict(SiteCheck.Group.choices)
COLUMNS: Final = (
    Column(
        "kind", gettext_lazy("抽取原因"), Kind.CODE, labels=KINDS, url_name="site_check", url_args=("id",)
    ),
    Column(
        "customer_number", gettext_lazy("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)
    ),
    Column("customer_name", gettext_lazy("用户名称"), url_name="customer", url_args=("customer_id",)),
    Column("area", gettext_lazy("台区"), url_name="area", url_args=("area_id",)),
    Column("group", gettext_lazy("类别"), Kind.CODE, labels=GROUPS),
    Column("state", gettext_lazy("情况"), Kind.CODE, labels=STATES, tones=TONES),
    Column("order", gettext_lazy("派工单"), url_name="work_order", url_args=("order_id",)),
    Column("seen_date", gettext_lazy("现场日期"), Kind.DAY),
    Column("found", gettext_lazy("核查结果"), Kind.CODE, labels=dict(SiteCheck.Found.choices)),
    Column("register_wh", gettext_lazy("现场示数"), Kind.KWH, unit="kWh"),
    Column("off_wh", gettext_lazy("相差"), Kind.KWH, unit="kWh"),
    Column("seen_by", gettext_lazy("核查人"), Kind.CODE),
    Column("companion", gettext_lazy("监抄人"), Kind.CODE),
    Column("follow_up", gettext_lazy("跟踪"), url_name="work_order", url_args=("follow_up_id",)),
)
ASKED: Final = (
    ("waiting", STATES["waiting"]),
    ("visited", gettext_lazy("已核查")),
    ("unsigned", STATES["unsigned"]),
    ("off", STATES["off"]),
)


@allowed("base.see_readings")
def latest(request: HttpRequest) -> HttpResponse:
    """Go to the checks of the month whose reading day has just been."""
    return redirect("site_checks", calendar.UNROUTED.period_of(timezone.localdate()))


@allowed("base.see_readings")
def check_list(request: HttpRequest, period: int) -> HttpResponse:
    """Show a month's checks on site, those that wait first."""
    scope, today = Scope.of(request.user), timezone.localdate()
    if not visiting.known_month(period, today):
        raise Http404
    listing = lists.Listing(
        title=_("现场核查 %(month)s") % {"month": wording.month(period)},
        columns=COLUMNS,
        key=("kind", "id"),
        empty=_("这个月还没有抽取。抄表结束后按“抽取本月”，按规则抽出要到现场的户并派工。"),
        file_name=_("现场核查"),
        search=lists.any_of(
            "point__contract__customer__number__startswith", "point__contract__customer__name__contains"
        ),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter("kind", _("抽取原因"), SiteCheck.Kind.choices, lists.equal("kind")),
            lists.Filter("state", _("情况"), ASKED, _of_state),
        ),
        enrich=lambda rows: queries.rows_of(scope, rows, today),
        subject=_about,
        template="metering/site_checks.html",
    )
    context = {
        "period": period,
        "earlier": previous_month(period),
        "later": next_month(period),
        "counts": [(KINDS[one.kind], GROUPS[one.group], one) for one in queries.counts(scope, period)],
        "stations": list(scope.stations()) if request.user.has_perm(drawing.RIGHT) else [],
        "section": "site_check_latest",
    }
    return lists.respond(request, listing, queries.of_month(scope, period), context)


def _of_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(queries.STATES[value]) if value in queries.STATES else rows.none()


def _about(row: queries.CheckRow) -> Subject | None:
    """Return the task a row would make; one that was sent, or is written already, makes none."""
    if row.order_id is not None or row.state != "waiting":
        return None
    return Subject(
        f"{KINDS[row.kind]}：{name_of(row)}",
        customer_number=row.customer_number,
        area_number=row.area_number,
        url=link_of(row),
        staff_id=row.manager_id,
        station_id=row.station_id,
        instruction=str(tasking.WHAT_TO_DO[row.kind]),
    )


@require_POST
@allowed(drawing.RIGHT)
def draw(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Draw a station's checks of a month and make their tasks."""
    now = timezone.now()
    station = get_object_or_404(Scope.of(request.user).stations(), pk=station_id)
    if not visiting.known_month(period, timezone.localdate(now)):
        raise Http404
    drawn = drawing.draw(station, period, user=request.user, now=now)
    new = sum(one.new for one in drawn)
    if new:
        messages.success(request, _("新抽取 %(count)d 户，已派工") % {"count": new})
    else:
        messages.info(request, _("没有新的要抽：已抽的不重复"))
    return redirect("site_checks", period)


@allowed("base.see_readings")
def check_page(request: HttpRequest, check_id: int) -> HttpResponse:
    """Show one check, and take what was found or the companion's signature."""
    scope, now = Scope.of(request.user), timezone.now()
    may = request.user.has_perm(recording.RIGHT)
    if request.method == "POST" and not may:
        raise PermissionDenied(recording.RIGHT)
    check = queries.one_of(scope, check_id)
    if check is None:
        raise Http404
    where = point_rows(scope, {check.point_id}, timezone.localdate(now)).get(check.point_id)
    if where is None:
        raise Http404
    form = _form(check, request)
    if request.method == "POST":
        try:
            said = _written(request, check, form)
            if said:
                messages.success(request, said)
                return redirect("site_check", check.pk)
        except recording.UnableToRecord as problem:
            messages.error(request, str(problem))
    state, versions = standing.state_of(check), queries.versions_of(scope, check)
    context = {
        "check": check,
        "where": where,
        "name": name_of(where),
        "kind": KINDS[check.kind],
        "group": GROUPS[check.group],
        "todo": tasking.WHAT_TO_DO[check.kind],
        "state": state,
        "state_words": STATES[state],
        "tone": TONES[state],
        "form": form if may else None,
        "versions": [
            (one, standing.name_of(one.seen_by), standing.name_of(one.replaced_by)) for one in versions
        ],
        "may_sign": may and state == "unsigned" and check.seen_by_id != request.user.pk,
        "seen_by": standing.name_of(check.seen_by),
        "companion": standing.name_of(check.companion),
        "section": "site_check_latest",
    }
    return render(request, "metering/site_check.html", context)


def _form(check: SiteCheck, request: HttpRequest) -> SightForm:
    """Return the form of a check: what was found, or its correction, filled with what stands."""
    data = request.POST if request.method == "POST" and "sign" not in request.POST else None
    if check.seen_date is None:
        return SightForm(data, initial={"day": timezone.localdate()})
    shown = None if check.register_wh is None else Decimal(check.register_wh) / 1000
    held = {"day": check.seen_date, "found": check.found, "note": check.note, "register": shown}
    return CorrectionForm(data, initial=held)


def _written(request: HttpRequest, check: SiteCheck, form: SightForm) -> str:
    """Do what was posted; return what to say, nothing where the form has mistakes.

    Raises:
        UnableToRecord: it cannot be done; the message says why.
    """
    now = timezone.now()
    if "sign" in request.POST:
        recording.sign(check, user=request.user, now=now)
        return _("已签字")
    if not form.is_valid():
        return ""
    if isinstance(form, CorrectionForm):
        recording.correct(check, form.sight(), form.cleaned_data["why"], user=request.user, now=now)
        return _("已更正，原记录留存")
    recording.record(check, form.sight(), user=request.user, now=now)
    return _("已录入核查结果")
