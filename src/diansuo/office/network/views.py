"""Pages of line loss: calendar of areas × days, trend, areas by class, feeders."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.network import LossKind
from diansuo.office.base import lists
from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import signed
from diansuo.office.network import charts, listing, page_exporting, page_queries, queries
from diansuo.office.network.asked import asked
from diansuo.office.network.feeder import wholes
from diansuo.office.network.framing import chosen_manager, filters, frame, pages
from diansuo.office.network.wording import KIND_CODES, KIND_NAMES, KIND_SIGNS

CALENDAR_ROWS = 60
LIST_ROWS = 200
ABNORMAL = "abnormal"


@allowed("base.see_losses")
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the class of every area on every day of a month, the worst areas first."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    manager, words = chosen_manager(request, scope), request.GET.get("q", "").strip()
    whole, found = request.GET.get("export") == "xlsx", None
    start = 0 if whole else lists.first_row(request)
    if of.period:
        found = page_queries.calendar(
            scope,
            of.period,
            manager_id=manager,
            words=words,
            start=start,
            size=None if whole else CALENDAR_ROWS,
        )
    if found and of.period and whole:
        return page_exporting.of_calendar(found, of.period)
    context = {
        **frame(of, "loss"),
        **filters(request, scope, words, {"period": of.period}),
        "calendar": found,
        "rows": found.rows if found else [],
        **pages(start, CALENDAR_ROWS, found.total if found else 0),
        "legend": [(KIND_CODES[kind], KIND_SIGNS[kind], KIND_NAMES[kind]) for kind in KIND_NAMES],
        "codes": KIND_CODES,
        "signs": KIND_SIGNS,
        "names": KIND_NAMES,
        "footers": [
            (KIND_NAMES[kind], [count.get(int(kind), 0) for count in found.counts])
            for kind in (LossKind.HIGH, LossKind.NEGATIVE, LossKind.UNCOMPUTABLE)
        ]
        if found
        else [],
    }
    return render(request, "network/calendar.html", context)


@allowed("base.see_losses")
def trend(request: HttpRequest) -> HttpResponse:
    """Show how the rates of station, areas and feeders went in a month."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    found = page_queries.trend(scope, of.period) if of.period else None
    if found and of.period and request.GET.get("export") == "xlsx":
        return page_exporting.of_trend(found, of.period)
    context = {
        **frame(of, "loss_trend"),
        "trend": found,
        "chart": charts.rates(found) if found else None,
        "columns": listing.station_columns(),
        "rows": [cells(listing.station_columns(), listing.row(one)) for one in found.station_days]
        if found
        else [],
    }
    return render(request, "network/trend.html", context)


@allowed("base.see_losses")
def area_list(request: HttpRequest) -> HttpResponse:
    """Show the areas of a day by class, with what they lost; dispatch and export."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    manager, words = chosen_manager(request, scope), request.GET.get("q", "").strip()
    every = queries.loss_on(scope, of.day, managed_on=timezone.localdate()) if of.day else []
    kind = request.GET.get("kind", ABNORMAL)
    mine = [
        one
        for one in every
        if (manager is None or one.manager_id == manager)
        and (words in one.name or one.number.startswith(words))
    ]
    rows = sorted((one for one in mine if listing.fits(one, kind)), key=listing.worst_first)
    columns = listing.area_columns()
    if request.GET.get("export") == "xlsx":
        name = _("台区线损") + f"_{of.day or ''}"
        return workbook(name, listing.exported_columns(), map(listing.row, rows))
    start = lists.first_row(request)
    may = request.user.has_perm("base.dispatch_work")
    shown = [
        lists.Row(cells(columns, listing.row(one)), signed(listing.about(one)) if may else "")
        for one in rows[start : start + LIST_ROWS]
    ]
    context = {
        **frame(of, "loss_list"),
        **filters(request, scope, words, {"day": of.day and of.day.isoformat(), "kind": kind}),
        "columns": columns,
        "page": {"rows": shown},
        "dispatchable": may,
        "kind": kind,
        "figures": listing.figures(mine),
        "any": bool(every),
        **pages(start, LIST_ROWS, len(rows)),
    }
    return render(request, "network/areas.html", context)


@allowed("base.see_losses")
def feeder_list(request: HttpRequest) -> HttpResponse:
    """Show the feeders and the station on a day and in the month so far."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    rows = wholes.whole_rows(scope, of.day, of.period) if of.day and of.period else []
    levels = wholes.level_rows(scope, of.day, of.period) if of.day and of.period else []
    columns = wholes.feeder_columns()
    if request.GET.get("export") == "xlsx":
        name, every = _("线路线损") + f"_{of.day or ''}", wholes.feeder_columns(exported=True)
        return workbook(name, every, [*rows, *levels])
    may = request.user.has_perm("base.dispatch_work")
    shown = [
        lists.Row(cells(columns, row), signed(listing.about_whole(row["of"])) if may else "") for row in rows
    ]
    context = {
        **frame(of, "loss_feeders"),
        "columns": columns,
        "page": {"rows": shown},
        "levels": [cells(columns, row) for row in levels],
        "dispatchable": may,
    }
    return render(request, "network/feeders.html", context)
