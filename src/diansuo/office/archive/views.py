"""Pages of the archive: customers and transformer areas as lists, and the page of one area."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diansuo.office.archive import page_queries as queries
from diansuo.office.archive import search_queries
from diansuo.office.archive.models import PRICE_CLASSES, Responsibility
from diansuo.office.base import lists, personal, registry
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.masks import Part
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject


@allowed("base.see_archive")
def customer_list(request: HttpRequest) -> HttpResponse:
    """Show the customers of the viewer's stations."""
    scope, today = Scope.of(request.user), timezone.localdate()
    whole = not personal.may_see(request)
    listing = lists.Listing(
        title=pgettext("list", "用户"),
        columns=_customer_columns(),
        key=("company_id", "number"),
        empty=_("还没有用户。在“导入”里导入用户档案，这里就有了。"),
        file_name=_("用户"),
        search=lambda rows, words: search_queries.matching(scope, rows, words, whole=whole),
        search_hint=_("用户编号、名称、地址、电话或表号"),
        filters=_customer_filters(scope, today),
        enrich=lambda rows: queries.customer_rows(scope, rows, today),
        subject=_about_customer,
    )
    return lists.respond(request, listing, queries.customers(scope))


def _customer_filters(scope: Scope, today: date) -> tuple[lists.Filter, ...]:
    """What narrows the customers: their station where the viewer sees several, price class, route, who is on duty."""
    stations = queries.stations(scope)
    station = lists.Filter("station", _("供电所"), stations, lists.equal("station"))
    price_class = lists.Filter(
        "price_class",
        _("用电类别"),
        PRICE_CLASSES,
        lambda rows, value: queries.with_price_class(scope, rows, int(value), today),
    )
    route = lists.Filter(
        "route",
        _("抄表段"),
        queries.routes(scope),
        lambda rows, value: queries.on_route(scope, rows, int(value)),
    )
    duties = (
        _duty_filter(scope, "reader", Responsibility.Duty.READER, today),
        _duty_filter(scope, "manager", Responsibility.Duty.MANAGER, today),
    )
    return (*((station,) if len(stations) > 1 else ()), price_class, route, *duties)


def _duty_filter(scope: Scope, name: str, duty: Responsibility.Duty, today: date) -> lists.Filter:
    return lists.Filter(
        name,
        duty.label,
        queries.people(scope, duty),
        lambda rows, value: queries.on_duty(scope, rows, int(value), duty, today),
    )


def _about_customer(row: queries.CustomerRow) -> Subject:
    return Subject(
        f"{row.name} {row.number}",
        customer_number=row.number,
        url=reverse("customer", args=[row.id]),
        staff_id=row.manager_id,
        station_id=row.station_id,
    )


def _about_area(row: queries.AreaRow) -> Subject:
    return Subject(
        f"{row.name} {row.number}",
        area_number=row.number,
        url=reverse("area", args=[row.id]),
        staff_id=row.manager_id,
        station_id=row.station_id,
    )


def _customer_columns() -> tuple[Column, ...]:
    return (
        Column("number", _("用户编号"), Kind.CODE, url_name="customer", url_args=("id",)),
        Column("name", _("用户名称"), url_name="customer", url_args=("id",)),
        Column("address", _("用电地址"), part=Part.ADDRESS),
        Column("price_class", _("用电类别"), labels=dict(PRICE_CLASSES)),
        Column("meter", _("电能表编号"), Kind.CODE),
        Column("area", _("台区"), url_name="area", url_args=("area_id",)),
        Column("manager", _("台区经理"), Kind.CODE),
    )


@allowed("base.see_archive")
def area_list(request: HttpRequest) -> HttpResponse:
    """Show the transformer areas of the viewer's stations."""
    scope, today = Scope.of(request.user), timezone.localdate()
    listing = lists.Listing(
        title=pgettext("list", "台区"),
        columns=(
            Column("number", _("台区编号"), Kind.CODE, url_name="area", url_args=("id",)),
            Column("name", _("台区名称"), url_name="area", url_args=("id",)),
            Column("feeder", _("线路")),
            Column("capacity_va", _("配变容量"), Kind.KVA, unit="kVA"),
            Column("customers", _("用户数"), Kind.COUNT, url_name="area", url_args=("id",)),
            Column("manager", _("台区经理"), Kind.CODE),
            Column(
                "master",
                _("考核总表"),
                Kind.CODE,
                labels={"there": _("有"), "own": _("专变，不需要"), "missing": _("无，线损算不出")},
                tones={"there": "ok", "missing": "warn"},
            ),
        ),
        key=("company_id", "number"),
        empty=_("还没有台区。用户档案里带台区编号一列，导入后这里就有了。"),
        file_name=_("台区"),
        search=lists.any_of("number__startswith", "name__contains"),
        search_hint=_("台区编号或名称"),
        filters=(
            lists.Filter(
                "master",
                _("考核总表"),
                [("missing", _("没有（专变除外）"))],
                lambda rows, _value: rows.filter(pk__in=queries.without_master(scope)),
            ),
        ),
        enrich=lambda rows: queries.area_rows(scope, rows, today),
        subject=_about_area,
    )
    return lists.respond(request, listing, queries.areas(scope))


@allowed("base.see_archive")
def area_page(request: HttpRequest, area_id: int) -> HttpResponse:
    """Show an area: its transformer over time, its master meter, and its customers."""
    scope, today = Scope.of(request.user), timezone.localdate()
    area = queries.area(scope, area_id)
    if area is None:
        raise Http404
    terms = queries.area_terms(scope, area_id)
    listing = lists.Listing(
        title=area.name,
        columns=_customer_columns(),
        key=("company_id", "number"),
        empty=_("今天没有用户挂在这个台区上。"),
        file_name=area.name,
        search=lists.any_of("number__startswith", "name__contains"),
        search_hint=_("用户编号或名称"),
        enrich=lambda rows: queries.customer_rows(scope, rows, today),
        subject=_about_customer,
        template="archive/area.html",
    )
    context = {
        "area": area,
        "terms": terms,
        "own": bool(terms) and terms[-1].dedicated,
        "masters": queries.master_points(scope, area_id),
        "links": registry.area_links(request.user),
        "section": "areas",
    }
    return lists.respond(
        request, listing, queries.in_area(scope, queries.customers(scope), area_id, today), context
    )
