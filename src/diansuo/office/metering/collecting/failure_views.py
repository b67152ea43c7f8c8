"""The page of failed collections: a day's list, the long ones marked, each row a task at hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Responsibility
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering.collecting import causes
from diansuo.office.metering.collecting import failure_queries as queries
from diansuo.office.metering.collecting.point_rows import PointRow

MANAGER = Column("manager", gettext_lazy("台区经理"), Kind.CODE)
WHERE = (
    Column(
        "customer_number", gettext_lazy("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)
    ),
    Column("customer_name", gettext_lazy("用户名称"), url_name="customer", url_args=("customer_id",)),
    Column("area", gettext_lazy("台区"), url_name="area", url_args=("area_id",)),
    Column("meter", gettext_lazy("电能表编号"), Kind.CODE),
)
LONG = Column(
    "long",
    gettext_lazy("情况"),
    Kind.CODE,
    labels={True: gettext_lazy("3 天及以上"), False: gettext_lazy("3 天以内")},
    tones={True: "bad", False: "warn"},
)


MENDED = {True: gettext_lazy("已补到"), False: gettext_lazy("未补到")}


@allowed("base.see_readings")
def failure_list(request: HttpRequest) -> HttpResponse:
    """Show the failures of a day (``?day=``), of the latest list without one; the longest first."""
    scope, today = Scope.of(request.user), timezone.localdate()
    day = asked_day(request) or queries.latest_failure_day(scope, today)
    shown = wording.short_day(day) if day else ""
    people = [*archive.people(scope, Responsibility.Duty.MANAGER), (0, _("无台区经理"))]
    listing = lists.Listing(
        title=_("采集失败 %(day)s") % {"day": shown} if day else _("采集失败"),
        columns=(
            MANAGER,
            *WHERE,
            Column("days", _("连续失败"), Kind.COUNT, unit=_("天")),
            LONG,
            Column("cause", _("原因类别"), Kind.CODE, labels=causes.NAMES),
            Column("reason", _("失败原因")),
            Column("task", _("派工单"), url_name="work_order", url_args=("task_id",)),
            Column("mended", _("补到"), Kind.CODE, labels=MENDED, tones={True: "ok", False: "warn"}),
            Column("fail_date", _("失败日期"), Kind.DAY),
        ),
        key=("-days", "id"),
        empty=_("没有采集失败。导入采集系统的“采集失败清单”，失败的表列在这里，连续 3 天及以上的标红。"),
        file_name=_("采集失败"),
        search=lists.any_of(
            "point__contract__customer__number__startswith",
            "point__contract__customer__name__contains",
            "meter__asset_number__endswith",
        ),
        search_hint=_("用户编号、名称或表号"),
        filters=(
            lists.Filter(
                "manager",
                _("台区经理"),
                people,
                lambda rows, value: queries.of_manager(scope, rows, int(value), day or today),
            ),
            lists.Filter(
                "three_days",
                _("天数"),
                (("1", _("3 天及以上")),),
                lambda rows, _value: rows.filter(days__gte=queries.LONG_DAYS),
            ),
            lists.Filter("cause", _("原因类别"), list(causes.NAMES.items()), causes.of_cause),
            lists.Filter(
                "mended",
                _("补到"),
                (("1", MENDED[True]), ("0", MENDED[False])),
                lambda rows, value: _mended(scope, rows, day, yes=value == "1"),
            ),
        ),
        enrich=lambda rows: queries.failure_rows(scope, rows, day or today),
        subject=_about,
        template="metering/failures.html",
    )
    kept = {"day": day.isoformat()} if request.GET.get("day") and day else {}
    return lists.respond(request, listing, queries.failures_on(scope, day), {"kept": kept})


def _mended(scope: Scope, rows: QuerySet[Any], day: date | None, *, yes: bool) -> QuerySet[Any]:
    points = queries.mended_points(scope, day) if day else set()
    return rows.filter(point__in=points) if yes else rows.exclude(point__in=points)


def asked_day(request: HttpRequest) -> date | None:
    """Return the day an address asks for, None where it names none."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def name_of(row: PointRow) -> str:
    """Return what a task calls a point: its customer, else the area or feeder it measures."""
    if row.customer_number:
        return f"{row.customer_name} {row.customer_number}"
    return f"{row.area} {_('总表')}"


def link_of(row: PointRow) -> str:
    """Return the page about a point: its customer's, else its area's, else none."""
    if row.customer_id:
        return reverse("customer", args=[row.customer_id])
    return reverse("area", args=[row.area_id]) if row.area_id else ""


def _about(row: queries.FailureRow) -> Subject:
    return Subject(
        _("采集失败 %(days)s 天：%(what)s") % {"days": row.days, "what": name_of(row)},
        source="collection",
        customer_number=row.customer_number,
        area_number=row.area_number,
        url=link_of(row),
        staff_id=row.manager_id,
        station_id=row.station_id,
        instruction=_(
            "表号 %(meter)s，原因：%(reason)s。到现场查电源、天线、通信模块和表计，必要时抄回示数。"
        )
        % {"meter": row.meter, "reason": row.reason or _("未注明")},
    )
