"""The page of one 10 kV feeder."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diansuo.core.network.technical import Method
from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.network import listing as losses
from diansuo.office.network.area import drawing
from diansuo.office.network.asked import asked
from diansuo.office.network.feeder import listing, queries
from diansuo.office.network.framing import frame

ESTIMATED = (Method.PROFILES_ESTIMATED, Method.CURVES_ESTIMATED)


@allowed("base.see_losses")
def feeder_page(request: HttpRequest, feeder_id: int) -> HttpResponse:
    """Show one feeder: thirty days of supply, sold and loss in its parts, and the transformers on it."""
    scope, today = Scope.of(request.user), timezone.localdate()
    of = asked(request, scope)
    last = min(of.day, of.latest or of.day) if of.day else today
    found = queries.feeder_days(scope, feeder_id, last)
    if found is None:
        raise Http404
    columns, rows = (
        listing.columns(),
        [listing.row(each, found.technical.get(each.day)) for each in found.days],
    )
    if request.GET.get("export") == "xlsx":
        return workbook(f"{found.feeder.name}_{last}", columns, (row for row in rows if row.get("supply_wh")))
    chosen = found.latest
    on = listing.transformer_columns()
    step, first = timedelta(days=queries.DAYS_SHOWN), found.days[0].day
    later = min(last + step, of.latest) if of.latest and last < of.latest else None
    context = {
        **frame(of, "loss_feeders"),
        "found": found,
        "first_day": first,
        "last_day": last,
        "chosen": chosen.loss if chosen else None,
        "parts": _parts(found),
        "about": losses.about_whole(chosen.loss) if chosen and chosen.loss else None,
        "drawing": drawing.drawn(found.days),
        "columns": columns,
        "rows": [cells(columns, row) for row in reversed(rows)],
        "transformer_columns": on,
        "transformers": [cells(on, listing.transformer_row(one)) for one in found.transformers],
        "earlier_day": (first - timedelta(days=1)).isoformat(),
        "later_day": later and later.isoformat(),
    }
    return render(request, "network/feeder.html", context)


def _parts(found: queries.FeederDays) -> dict[str, Any] | None:
    """Return the parts of the latest day's loss; None where its technical loss is not known."""
    day = found.latest
    if day is None or day.technical is None or not day.known:
        return None
    of = found.technical[day.day]
    return {
        **listing.row(day, of),
        "of": of,
        "beyond": day.beyond_band,
        "estimated": of.method_code in ESTIMATED,
        "lowest_v": round(of.lowest_v) if isfinite(of.lowest_v) else None,
    }
