"""The page of the bills another system issued, held against our own, line by line."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.billing import external_queries as queries
from diansuo.office.billing.models import ExternalBill
from diansuo.office.billing.opinion import queries as opinion
from diansuo.office.billing.opinion.models import CAUSE_NAMES
from diansuo.office.billing.opinion.wording import cause_of

PAGE_SIZE = 20
"""A row has eleven columns: on a phone, fifty of them are thirty screens."""


@allowed("base.see_bills")
def issued_list(request: HttpRequest) -> HttpResponse:
    """Show the issued bills of a month (the latest, until asked for all), with our own amount and the difference."""
    scope = Scope.of(request.user)
    months = queries.months(scope)
    _begin_with_latest(request, months)
    listing = lists.Listing(
        title=_("已发行电费"),
        columns=_columns(),
        key=("-period", "id"),
        empty=_(
            "还没有已发行电费。旁运行的供电所从营销2.0导出“已发行电费”后导入，这里逐户与本系统算的电费核对。"
        ),
        file_name=_("已发行电费核对"),
        search=archive.of_customers(scope, "customer"),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter(
                "period",
                _("电费年月"),
                [(str(one), wording.month(one)) for one in months],
                lambda rows, value: queries.of_month(scope, rows, int(value)),
            ),
            lists.Filter(
                "compared",
                _("核对"),
                (
                    ("differ", _("只看有差额的")),
                    ("differ_1", _("差额 1 元以上")),
                    ("differ_10", _("差额 10 元以上")),
                    ("agree", _("一致的")),
                    ("none", _("本系统没有算出的")),
                ),
                lambda rows, value: _narrow(scope, rows, value),
            ),
            lists.Filter(
                "cause",
                _("原因"),
                [(str(int(cause)), name) for cause, name in CAUSE_NAMES.items()],
                lambda rows, value: opinion.with_cause(scope, rows, int(value)),
            ),
        ),
        enrich=lambda rows: with_managers(scope, rows),
        subject=about,
        template="billing/issued.html",
        page_size=PAGE_SIZE,
    )
    chosen = request.GET.get("period", "")
    period = int(chosen) if chosen in {str(one) for one in months} else (months[0] if months else 0)
    comparison = queries.compare(scope, period=period) if period else None
    context = {
        "period": period,
        "comparison": comparison,
        "causes": opinion.causes(scope, period=period, comparable=comparison.compared)
        if comparison
        else None,
        "only_ours": opinion.without_theirs(scope, period=period) if period else 0,
        "section": "issued",
    }
    rows = queries.external_bills(scope).select_related("customer", "comparison")
    return lists.respond(request, listing, rows, context)


def _begin_with_latest(request: HttpRequest, months: list[int]) -> None:
    """Narrow a list that was asked for nothing to its latest month; all months are "period=", on demand."""
    if months and not {"period", "q"} & set(request.GET):
        request.GET = request.GET.copy()
        request.GET["period"] = str(months[0])


def _columns() -> tuple[Column, ...]:
    yuan = _("元")
    return (
        Column("customer.number", _("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)),
        Column("customer.name", _("用户名称"), url_name="customer", url_args=("customer_id",)),
        Column("period", _("电费年月"), Kind.PERIOD),
        Column("class_text", _("用电类别")),
        Column("energy_wh", _("结算电量"), Kind.KWH, unit="kWh"),
        Column("own_wh", _("本系统电量"), Kind.KWH, unit="kWh"),
        Column("amount_fen", _("应收电费"), Kind.YUAN, unit=yuan),
        Column("own_fen", _("本系统算的"), Kind.YUAN, unit=yuan, url_name="bill", url_args=("own_id",)),
        Column(
            "difference_fen",
            _("差额"),
            Kind.YUAN,
            unit=yuan,
            url_name="issued_side_by_side",
            url_args=("pk",),
        ),
        Column("cause_text", _("原因"), url_name="issued_side_by_side", url_args=("pk",)),
        Column("issued_date", _("发行日期"), Kind.DAY),
    )


def _narrow(scope: Scope, rows: QuerySet[ExternalBill], value: str) -> QuerySet[ExternalBill]:
    name, _bar, at_least_yuan = value.partition("_")
    if name == "differ":
        return queries.differing(scope, rows, at_least_fen=int(at_least_yuan or 0) * 100)
    return rows.filter(difference_fen=0) if value == "agree" else rows.filter(own_fen__isnull=True)


def with_managers(scope: Scope, rows: list[ExternalBill]) -> list[ExternalBill]:
    """Give bills the person in charge of the customer today, and their cause in words."""
    managers = archive.manager_ids(scope, [row.customer_id for row in rows], timezone.localdate())
    for row in rows:
        row.manager_id = managers.get(row.customer_id)
        row.cause_text = cause_of(row)
    return rows


def about(row: ExternalBill) -> Subject:
    """Say what a task about a bill would be about."""
    return Subject(
        _("核对电费：%(name)s %(number)s %(month)s，差额 %(gap)s 元")
        % {
            "name": row.customer.name,
            "number": row.customer.number,
            "month": wording.month(row.period),
            "gap": wording.yuan(row.difference_fen),
        },
        source="bill",
        customer_number=row.customer.number,
        url=reverse("customer", args=[row.customer_id]),
        staff_id=row.manager_id,
        station_id=row.customer.station_id,
        instruction=_("已发行 %(theirs)s 元，本系统算得 %(ours)s 元。核对示数、倍率、用电类别和年度累计。")
        % {"theirs": wording.yuan(row.amount_fen), "ours": wording.yuan(row.own_fen)},
    )
