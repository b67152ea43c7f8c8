"""The page of missing daily freezes: the meters of which a day's register has not come, each row a task at hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Responsibility
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering.collecting import failure_queries
from diansuo.office.metering.collecting import freeze_queries as queries
from diansuo.office.metering.collecting.failure_views import LONG, MANAGER, WHERE, asked_day, link_of, name_of


@allowed("base.see_readings")
def gap_list(request: HttpRequest) -> HttpResponse:
    """Show whose register of a day (``?day=``) is missing, of the latest day in the lake without one."""
    scope, today = Scope.of(request.user), timezone.localdate()
    day = asked_day(request) or queries.latest_freeze_day(scope, today)
    gaps = queries.freeze_missing(scope, day) if day else []
    gap_of = {gap.point_id: gap for gap in gaps}
    people = [*archive.people(scope, Responsibility.Duty.MANAGER), (0, _("无台区经理"))]
    listing = lists.Listing(
        title=_("日冻结缺失 %(day)s") % {"day": wording.short_day(day)} if day else _("日冻结缺失"),
        columns=(
            MANAGER,
            *WHERE,
            Column("days", _("连续缺"), Kind.COUNT, unit=_("天")),
            LONG,
            Column("since_date", _("自"), Kind.DAY),
        ),
        key=("-days", "id"),
        empty=_("没有缺日冻结的表。导入“日冻结电量”后，前些天有、当天没有示数的表列在这里。"),
        file_name=_("日冻结缺失"),
        search=lists.any_of(
            "contract__customer__number__startswith",
            "contract__customer__name__contains",
            "master_of__number__startswith",
            "master_of__name__contains",
        ),
        search_hint=_("用户编号、名称或台区"),
        filters=(
            lists.Filter(
                "manager",
                _("台区经理"),
                people,
                lambda rows, value: failure_queries.of_manager(
                    scope, rows, int(value), day or today, point="pk"
                ),
            ),
            lists.Filter(
                "three_days",
                _("天数"),
                (("1", _("3 天及以上")),),
                lambda rows, _value: rows.filter(days__gte=failure_queries.LONG_DAYS),
            ),
        ),
        enrich=lambda rows: [gap_of[row.pk] for row in rows],
        subject=_about,
        template="metering/freeze_gaps.html",
    )
    kept = {"day": day.isoformat()} if request.GET.get("day") and day else {}
    context = {"kept": kept, "section": "failures"}
    return lists.respond(request, listing, queries.gap_points(scope, gaps), context)


def _about(row: queries.FreezeGap) -> Subject:
    return Subject(
        _("缺日冻结 %(days)s 天：%(what)s") % {"days": row.days, "what": name_of(row)},
        source="collection",
        customer_number=row.customer_number,
        area_number=row.area_number,
        url=link_of(row),
        staff_id=row.manager_id,
        station_id=row.station_id,
        instruction=_(
            "表号 %(meter)s，自 %(day)s 起没有日冻结示数。先在采集系统召测，召不到的到现场查终端、通信模块和表计。"
        )
        % {"meter": row.meter, "day": row.since_date},
    )
