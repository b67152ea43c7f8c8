"""The page of trials, and the choices of one customer: views translate, the engine computes, nothing is written."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diansuo.core.quantity.month import first_day
from diansuo.core.rules import RuleBookRefused
from diansuo.office.archive import page_queries as archive
from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing import choices, queries, wording
from diansuo.office.billing.repricing.answers import Answer
from diansuo.office.billing.sums import queries as sums
from diansuo.office.desk.whatif import listing
from diansuo.office.desk.whatif.forms import WhatIfForm

AREAS_SHOWN = 20
MOST_BILLS = 500_000
"""A page answers at once; more than this takes longer than anybody waits, and the command does it."""


@allowed("base.see_prices")
def what_if(request: HttpRequest) -> HttpResponse:
    """Show what a change would bring: the spread, the biggest movers, by class and by area."""
    scope = Scope.of(request.user)
    months = sums.periods(scope)
    context: dict[str, Any] = {"months": months, "section": "whatif"}
    if not months:
        return render(request, "desk/whatif.html", context)
    asked = request.GET if "kind" in request.GET else None
    form = WhatIfForm(scope, months, asked, initial={"first": months[0], "last": months[0]})
    context["form"] = form
    if asked is not None and form.is_valid():
        if queries.bills(scope, form.population) > MOST_BILLS:
            form.add_error(None, _("账单太多，页面等不及：缩小范围，或用命令 diansuo calc whatif"))
            return render(request, "desk/whatif.html", context)
        try:
            answer = queries.what_if(scope, form.population, form.change, form.prices)
        except RuleBookRefused as refused:
            form.add_error(None, str(refused.problems[0]))
            return render(request, "desk/whatif.html", context)
        if request.GET.get("export") == "xlsx":
            return _file(scope, answer)
        context |= _shown(scope, answer)
    return render(request, "desk/whatif.html", context)


def _file(scope: Scope, answer: Answer) -> HttpResponse:
    """Answer with every customer whose money changes, the largest change first."""
    difference = np.abs(answer.customers.difference_fen)
    order = np.argsort(-difference, kind="stable")
    rows = order[difference[order] > 0]
    return workbook(_("试算"), listing.mover_columns(), listing.movers(scope, answer, rows))


def _shown(scope: Scope, answer: Answer) -> dict[str, Any]:
    columns = listing.mover_columns()
    by_class = listing.groups(answer.by_class, listing.CLASSES)
    areas = answer.by_area[:AREAS_SHOWN]
    by_area = listing.groups(areas, listing.area_names(scope, areas))
    class_columns, area_columns = listing.group_columns(_("用电类别")), listing.group_columns(_("台区"))
    return {
        "answer": answer,
        "difference_fen": answer.after_fen - answer.before_fen,
        "less_fen": -answer.spread.cheaper_fen,
        "bins": listing.histogram(answer.spread),
        "columns": columns,
        "movers": [cells(columns, row) for row in listing.movers(scope, answer, answer.movers)],
        "turned": [cells(columns, row) for row in listing.movers(scope, answer, answer.turned[:AREAS_SHOWN])],
        "turned_count": len(answer.turned),
        "class_columns": class_columns,
        "by_class": [cells(class_columns, row) for row in by_class],
        "area_columns": area_columns,
        "by_area": [cells(area_columns, row) for row in by_area],
        "more_areas": max(len(answer.by_area) - AREAS_SHOWN, 0),
        "refused": [(wording.reason_title(code), count) for code, count in answer.refused],
        "refused_count": len(answer.compared.refused),
    }


@allowed("base.see_bills")
def customer_choices(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show which of the choices the rules leave one customer would have been cheapest over the last twelve months."""
    scope = Scope.of(request.user)
    customer = archive.customer(scope, customer_id)
    if customer is None:
        raise Http404
    months = queries.months_of_customer(scope, customer_id)
    period = _month(request.GET.get("period", "")) or (months[0] if months else None)
    found = choices.choices(scope, customer.number, period) if period else []
    context = {
        "customer": customer,
        "months": months,
        "period": period,
        "contracts": [_contract(one) for one in found],
        "section": "customers",
    }
    return render(request, "desk/choices.html", context)


def _contract(one: choices.Choices) -> dict[str, Any]:
    best = one.cheapest
    columns = [
        {
            "title": wording.option(option.option, option.contract_demand_w),
            "total_fen": option.total_fen,
            "current": option.option == one.current,
            "best": option is best,
            "refused": wording.reason(*option.refused) if option.refused else "",
        }
        for option in one.options
    ]
    rows = [
        (
            month,
            billed,
            [(column, option.month_fen[at]) for column, option in zip(columns, one.options, strict=True)],
        )
        for at, (month, billed) in enumerate(zip(one.months, one.billed_fen, strict=True))
    ]
    return {
        "of": one,
        "kind": listing.CLASSES[one.price_class],
        "best": wording.option(best.option, best.contract_demand_w) if best else "",
        "is_current": best is not None and best.option == one.current,
        "columns": columns,
        "rows": rows,
        "conditions": [wording.condition(each) for each in one.conditions],
        "files": sorted({each.file for each in one.conditions}),
    }


def _month(text: str) -> int | None:
    if not text:
        return None
    try:
        period = int(text) if text.isdecimal() and len(text) == 6 else 0
        first_day(period)
    except ValueError as problem:
        raise BadRequest("period") from problem
    return period
