"""Pages of the average price: what moved it, the customers behind a figure, whose stands apart, execution rates."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.quantity.arrays import Int64
from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import PRICE_CLASS_NAMES
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject, signed
from diansuo.office.billing.average import listing, queries, rules
from diansuo.office.billing.average.asked import Asked, asked
from diansuo.office.billing.average.figures import sums
from diansuo.office.billing.average.wording import EFFECTS, RATES
from diansuo.office.billing.sums import queries as kept
from diansuo.office.billing.waterfall import Waterfall, between

ROWS = 100


@allowed("base.see_prices")
def change(request: HttpRequest) -> HttpResponse:
    """Show what moved revenue and average price between two months, by class or by area."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    found = queries.change(scope, of.period, of.against) if of.period and of.against else None
    context = _frame(of, "average")
    if found:
        by = "area" if request.GET.get("by") == "area" else "kind"
        rows = listing.groups(scope, found, by)
        total = sums(found, np.ones(len(found.point), np.bool_))
        tables = listing.group_columns(by, total)
        if request.GET.get("export") == "xlsx":
            columns = (*tables[0], *tables[1][1:])
            return workbook(_("平均单价") + f"_{of.period}", columns, [*rows, listing.row(_("合计"), total)])
        context |= {
            "total": listing.row(_("合计"), total),
            "chart": _chart(of, total),
            "causes": _causes(of, total),
            "tables": [_table(of, by, columns, rows, total) for columns in tables if len(columns) > 1],
            "by": by,
            "corrections": _corrections(scope, of),
        }
    return render(request, "billing/average/change.html", context)


def _table(
    of: Asked, by: str, columns: tuple[Column, ...], rows: list[dict[str, Any]], total: dict[str, int]
) -> dict[str, Any]:
    return {
        "columns": columns,
        "rows": [(listing.link(of, by, row["key"]), cells(columns, row)) for row in rows],
        "foot": cells(columns, listing.row(_("合计"), total)),
    }


def _corrections(scope: Scope, of: Asked) -> list[tuple[int, int]]:
    """Return what issued corrections changed of the two months; their bills, and so the averages, do not have it."""
    found = kept.corrected(scope)
    return [(month, found[month][1]) for month in (of.against, of.period) if month in found]


def _chart(of: Asked, total: dict[str, int]) -> Waterfall:
    parts = [(str(title), total[code]) for code, (title, _note) in EFFECTS.items() if total[code]]
    return between(
        (wording.month(of.against), total["before_fen"]), parts, (wording.month(of.period), total["now_fen"])
    )


def _causes(of: Asked, total: dict[str, int]) -> list[dict[str, Any]]:
    """Return each effect with what it means and where its customers are."""
    address = f"{reverse('average_customers')}?{of.query}&effect="
    return [
        {"title": title, "note": note, "amount_fen": total[code], "url": f"{address}{code}"}
        for code, (title, note) in EFFECTS.items()
        if total[code]
    ]


@allowed("base.see_prices")
def customer_list(request: HttpRequest) -> HttpResponse:
    """Show the customers behind a figure, those that moved it most first."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    found = queries.change(scope, of.period, of.against) if of.period and of.against else None
    context = _frame(of, "average_customers")
    if found:
        effect = request.GET.get("effect", "")
        chosen = listing.chosen(found, request.GET)
        order = chosen[np.argsort(-np.abs(listing.effect(found, effect)[chosen]), kind="stable")]
        columns = listing.customer_columns()
        if request.GET.get("export") == "xlsx":
            return workbook(
                _("均价变动用户") + f"_{of.period}", columns, listing.customers(scope, found, order, effect)
            )
        start = lists.first_row(request)
        shown = listing.customers(scope, found, order[start : start + ROWS], effect)
        context |= {
            "effects": [(code, title) for code, (title, _note) in EFFECTS.items()],
            "effect": effect,
            "kinds": [(int(kind), name) for kind, name in PRICE_CLASS_NAMES.items()],
            "kind": request.GET.get("kind", ""),
            "area": request.GET.get("area", ""),
            "columns": columns,
            "rows": [cells(columns, row) for row in shown],
            **_pages(start, len(order)),
        }
    return render(request, "billing/average/customers.html", context)


@allowed("base.see_prices")
def outlier_list(request: HttpRequest) -> HttpResponse:
    """Show whose average price stands apart from its class and its neighbours, worth most first."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    context = _frame(of, "average_outliers")
    if of.period:
        book, found = queries.outliers(scope, of.period)
        columns = listing.outlier_columns()
        if request.GET.get("export") == "xlsx":
            every = listing.outliers(scope, book, found, 0, len(found.row))
            return workbook(_("均价离群") + f"_{of.period}", columns, every)
        start = lists.first_row(request)
        may = request.user.has_perm("base.dispatch_work")
        shown = listing.outliers(scope, book, found, start, start + ROWS)
        managers = archive.manager_ids(scope, [row["customer_id"] for row in shown], timezone.localdate())
        context |= {
            "columns": columns,
            "page": {
                "rows": [
                    _row(columns, row | {"staff_id": managers.get(row["customer_id"])}, of, may)
                    for row in shown
                ]
            },
            "dispatchable": may,
            "limits": rules.limits(of.period),
            **_pages(start, len(found.row)),
        }
    return render(request, "billing/average/outliers.html", context)


def _row(columns: tuple[Column, ...], row: dict[str, Any], of: Asked, may: bool) -> lists.Row:
    subject = Subject(
        _("核对电价：%(name)s %(number)s %(month)s 均价 %(price)s，同类 %(middle)s")
        % {
            "name": row["name"],
            "number": row["number"],
            "month": wording.month(of.period),
            "price": wording.yuan_per_kilowatt_hour(row["price_nano"]),
            "middle": wording.yuan_per_kilowatt_hour(row["middle_nano"]),
        },
        source="bill",
        customer_number=row["number"],
        url=reverse("customer", args=[row["customer_id"]]),
        staff_id=row["staff_id"],
        station_id=row["station_id"],
        instruction=_("核对用电类别、行业、容量、倍率和现场用途；类别不符的按退补办理。"),
    )
    return lists.Row(cells(columns, row), signed(subject) if may else "")


@allowed("base.see_prices")
def execution(request: HttpRequest) -> HttpResponse:
    """Show how far time of use, power factor and two-part prices are carried out, and what a point is worth."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    context = _frame(of, "average_execution")
    if of.period:
        book, rates = queries.rates(scope, of.period)
        code = request.GET.get("rate", "")
        if request.GET.get("export") == "xlsx" and code in RATES:
            rows = next(one.open_rows for one in rates if one.code == code)
            return workbook(
                str(RATES[code][0]) + f"_{of.period}",
                listing.open_columns(),
                listing.open_rows(scope, book, rows),
            )
        context |= {
            "rates": [
                {
                    "words": RATES[one.code],
                    "code": one.code,
                    "of": one.of,
                    "rows": [
                        cells(listing.open_columns(), row)
                        for row in listing.open_rows(scope, book, _largest(one.open_rows, book.energy_wh))
                    ],
                    "more": max(len(one.open_rows) - listing.OPEN_SHOWN, 0),
                }
                for one in rates
            ],
            "columns": listing.open_columns(),
        }
    return render(request, "billing/average/execution.html", context)


def _largest(rows: Int64, energy_wh: Int64) -> Int64:
    return rows[np.argsort(-energy_wh[rows], kind="stable")][: listing.OPEN_SHOWN]


def _frame(of: Asked, here: str) -> dict[str, Any]:
    pages = (
        ("average", _("变动原因")),
        ("average_customers", _("用户明细")),
        ("average_outliers", _("均价离群")),
        ("average_execution", _("执行率")),
    )
    return {
        "of": of,
        "tabs": [(f"{reverse(name)}?{of.query}", title, name == here) for name, title in pages],
        "compares": here in ("average", "average_customers"),
        "section": "average",
    }


def _pages(start: int, total: int) -> dict[str, Any]:
    return {
        "first": start + 1,
        "last": min(start + ROWS, total),
        "total_rows": total,
        "before": max(start - ROWS, 0) if start else None,
        "after": start + ROWS if start + ROWS < total else None,
    }
