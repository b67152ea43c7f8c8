"""Pages of the daily lists: loads, low voltage, balance of the phases; a day each, for the viewer's areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Responsibility
from diansuo.office.base import lists
from diansuo.office.base.cells import Column, cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject, signed
from diansuo.office.network.summer import listing, queries, rules

LIST_ROWS = 200
LISTED = ("over", "is", "open")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list: its values, whose it is, and the task it would make."""

    row: dict[str, Any]
    manager_id: int | None
    subject: Subject


@allowed("base.see_losses")
def loads(request: HttpRequest) -> HttpResponse:
    """Show the transformers that were heavily loaded or overloaded on a day."""
    scope, day, latest = _asked(request)
    entries = []
    if day is not None:
        limits = rules.thresholds(day)
        found = [(one, listing.load_row(one, limits)) for one in queries.areas_on(scope, day)]
        entries = [Entry(row, one.manager_id, listing.about_load(one, row)) for one, row in found]
    page = _Page("daily_loads", _("重过载"), listing.load_columns(), listing.LOAD_NAMES, day, latest)
    return _shown(request, scope, page, entries)


@allowed("base.see_losses")
def balance(request: HttpRequest) -> HttpResponse:
    """Show the transformers whose phases were out of balance on a day."""
    scope, day, latest = _asked(request)
    found = queries.areas_on(scope, day) if day is not None else []
    rows = [(one, listing.balance_row(one)) for one in found]
    entries = [Entry(row, one.manager_id, listing.about_balance(one, row)) for one, row in rows]
    page = _Page(
        "daily_balance", _("三相不平衡"), listing.balance_columns(), listing.BALANCE_NAMES, day, latest
    )
    return _shown(request, scope, page, entries)


@allowed("base.see_losses")
def voltages(request: HttpRequest) -> HttpResponse:
    """Show the customers' meters whose voltage was low on a day."""
    scope, day, latest = _asked(request)
    found = queries.voltages_on(scope, day) if day is not None else None
    rows = [(one, listing.voltage_row(one)) for one in found.rows] if found else []
    entries = [Entry(row, one.manager_id, listing.about_voltage(one, row)) for one, row in rows]
    page = _Page("daily_voltages", _("低电压"), listing.voltage_columns(), listing.VOLTAGE_NAMES, day, latest)
    others = {listing.CODES[verdict]: count for verdict, count in found.counts.items()} if found else {}
    return _shown(request, scope, page, entries, others)


@dataclass(frozen=True, slots=True)
class _Page:
    """What differs between the lists."""

    url_name: str
    title: str
    columns: Sequence[Column]
    names: dict[str, Any]
    day: date | None
    latest: date | None


def _asked(request: HttpRequest) -> tuple[Scope, date | None, date | None]:
    """Read ``?day=2024-10-28``; by default the latest day with curves.

    Raises:
        BadRequest: no day.
    """
    scope = Scope.of(request.user)
    latest = queries.latest_day(scope, timezone.localdate())
    text = request.GET.get("day", "")
    try:
        return scope, date.fromisoformat(text) if text else latest, latest
    except ValueError as problem:
        raise BadRequest("day") from problem


def _shown(
    request: HttpRequest,
    scope: Scope,
    page: _Page,
    entries: list[Entry],
    others: dict[str, int] | None = None,
) -> HttpResponse:
    """Show a list, narrowed to a manager, words, and a verdict; ``others`` counts what has no rows of its own."""
    managers = archive.people(scope, Responsibility.Duty.MANAGER)
    manager, words = request.GET.get("manager", ""), request.GET.get("q", "").strip()
    mine = [one for one in entries if _fits(one, manager, words, {str(key) for key, _name in managers})]
    kind = request.GET.get("kind", "")
    wanted = [
        one for one in mine if (one.row["code"] == kind if kind in page.names else one.row["code"] in LISTED)
    ]
    order = list(page.names)
    wanted.sort(key=lambda one: order.index(one.row["code"]))
    if request.GET.get("export") == "xlsx" and page.day:
        columns = listing.exported_columns(page.columns)
        return workbook(listing.file_name(page.title, page.day), columns, (one.row for one in wanted))
    start, may = lists.first_row(request), request.user.has_perm("base.dispatch_work")
    shown = [
        lists.Row(cells(page.columns, one.row), signed(one.subject) if may else "")
        for one in wanted[start : start + LIST_ROWS]
    ]
    counts = Counter(one.row["code"] for one in mine)
    if others is not None and not (manager or words):
        counts = Counter(others)
    context = {
        "of": {"day": page.day, "latest": page.latest},
        "tabs": [(reverse(name), title, name == page.url_name) for name, title in _tabs()],
        "title": page.title,
        "columns": page.columns,
        "page": {"rows": shown},
        "dispatchable": may,
        "kind": kind,
        "figures": listing.figures(counts, page.names),
        "listable": {"over", "is", "open"} if others is not None else set(page.names),
        "judged": counts.total() - counts["none"] - counts["open"],
        "all_of": counts.total(),
        "meters": others is not None,
        "section": "daily_loads",
        "searchable": True,
        "words": words,
        "listing": {
            "search_hint": _("台区编号、名称，或用户") if others is not None else _("台区编号或名称")
        },
        "kept": {"day": page.day.isoformat() if page.day else "", "kind": kind},
        "filters": [
            {"name": "manager", "title": _("台区经理"), "choices": managers, "value": manager},
        ],
        "narrowed": bool(words or manager),
        "first": start + 1,
        "last": min(start + LIST_ROWS, len(wanted)),
        "total": len(wanted),
        "before": max(0, start - LIST_ROWS) if start else None,
        "after": start + LIST_ROWS if start + LIST_ROWS < len(wanted) else None,
    }
    return render(request, "network/daily_list.html", context)


def _tabs() -> tuple[tuple[str, str], ...]:
    return (
        ("daily_loads", _("重过载")),
        ("daily_voltages", _("低电压")),
        ("daily_balance", _("三相不平衡")),
    )


def _fits(one: Entry, manager: str, words: str, known: set[str]) -> bool:
    """Tell whether a row belongs to the manager and the words asked for."""
    if manager in known and str(one.manager_id) != manager:
        return False
    texts = (one.row["area"], one.row.get("customer_name", ""))
    numbers = (one.row["number"], one.row.get("customer_number", ""))
    return any(words in text for text in texts) or any(
        number.startswith(words) for number in numbers if number
    )
