"""The map of areas × days of up to a year."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.network import page_exporting
from diansuo.office.network.asked import asked
from diansuo.office.network.framing import chosen_manager, filters, frame
from diansuo.office.network.heat import drawing, queries
from diansuo.office.network.heat.codes import NOTHING
from diansuo.office.network.heat.queries import HeatMap
from diansuo.office.network.wording import KIND_CODES, KIND_NAMES, KIND_SIGNS

SPANS = (365, 90, 30)


@allowed("base.see_losses")
def heat_map(request: HttpRequest) -> HttpResponse:
    """Show the class of every area on every day of a year, a quarter or a month."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    given = request.GET.get("days", "")
    span = next((each for each in SPANS if str(each) == given), SPANS[0])
    words = request.GET.get("q", "").strip()
    found = None
    if of.day is not None:
        first = of.day - timedelta(days=span - 1)
        manager = chosen_manager(request, scope)
        found = queries.heat_map(scope, first, of.day, manager_id=manager, words=words)
    if found and request.GET.get("export") == "xlsx":
        return page_exporting.of_heat_map(found)
    context = {
        **frame(of, "loss_map"),
        **filters(request, scope, words, {"days": span, "day": request.GET.get("day", "")}),
        "found": found,
        "drawing": drawing.drawn(found) if found else None,
        "data": _data(found) if found else None,
        "span": span,
        "spans": SPANS,
        "codes": {**KIND_CODES, NOTHING: "none"},
        "legend": [(KIND_CODES[kind], KIND_SIGNS[kind], KIND_NAMES[kind]) for kind in KIND_NAMES],
    }
    return render(request, "network/heat_map.html", context)


def _data(of: HeatMap) -> dict[str, Any]:
    """Return what the page's script says of a cell: names, classes, and where a click leads."""
    return {
        "first": of.days[0].isoformat(),
        "days": len(of.days),
        "address": reverse("loss_area", args=[0]),
        "areas": [row.area_id for row in of.rows],
        "names": [row.name for row in of.rows],
        "codes": drawing.letters(of.codes),
        "kinds": [str(KIND_NAMES[kind]) for kind in sorted(KIND_NAMES)],
        "sudden": _("突变"),
        "nothing": _("未导入"),
    }
