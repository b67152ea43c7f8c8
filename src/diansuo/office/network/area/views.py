"""The page of one area: thirty days, what is missing, what changed; on paper it is the crew's sheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.metering.estimate_models import WAYS
from diansuo.office.metering.estimates import queries as estimates
from diansuo.office.network import listing as losses
from diansuo.office.network.area import drawing, events, gap_queries, listing, queries, wording
from diansuo.office.network.area.explained import explained
from diansuo.office.network.area.gap_queries import Gap
from diansuo.office.network.asked import Asked, asked
from diansuo.office.network.causes import cards, record
from diansuo.office.network.causes import queries as causes
from diansuo.office.network.framing import frame
from diansuo.office.network.models import LossFinding
from diansuo.office.network.queries import AreaLoss

EVENTS_PRINTED = 4


@allowed("base.see_losses")
def area_page(request: HttpRequest, area_id: int) -> HttpResponse:
    """Show one area: thirty days of supply, sold and loss, silent meters, and what changed on it."""
    scope, today = Scope.of(request.user), timezone.localdate()
    of = asked(request, scope)
    last = _last(of)
    found = queries.area_days(scope, area_id, last)
    if found is None:
        raise Http404
    picture = drawing.drawn(found.days)
    columns = listing.columns(divided=picture.divided)
    if request.GET.get("export") == "xlsx":
        rows = (listing.row(each) for each in found.days if each.loss is not None)
        return workbook(f"{found.area.name}_{last}", columns, rows)
    chosen, first = found.latest, found.days[0].day
    answered = causes.history(scope, area_id)
    gaps = gap_queries.gaps(scope, area_id, first, last) if chosen else []
    context = {
        **frame(of, "loss"),
        "found": found,
        "first_day": first,
        "last_day": last,
        "chosen": chosen,
        "parts": _parts(found),
        "about": losses.about(chosen) if chosen else None,
        "drawing": picture,
        **_causes(scope, found, answered, today),
        "pasts": cards.pasts(scope, answered, today),
        "people": _people(request, scope, found.area.station_id),
        "columns": columns,
        "rows": [cells(columns, listing.shown(each)) for each in reversed(found.days)],
        "gaps": [(gap, _filled(gap)) for gap in gaps],
        "missing_now": sum(gap.since is not None for gap in gaps),
        "estimated": estimates.of_area(scope, area_id, chosen.day) if chosen else None,
        "unclear": _unclear(chosen, gaps),
        "events": events.of_area(scope, area_id),
        "events_printed": EVENTS_PRINTED,
        **_turning(of, first, last),
        "section": "loss",
    }
    return render(request, "network/area.html", context)


def _causes(
    scope: Scope, found: queries.AreaDays, answered: list[LossFinding], today: date
) -> dict[str, Any]:
    """Return the cards, and after them what the station's record suggests where the loss is beyond its band."""
    rows = causes.cards(scope, found.area.pk)
    held = record.tallies(scope, found.area.station_id, today)
    hints = record.hints(held, [row.kind for row in rows], today) if found.beyond_band else []
    return {
        "cards": cards.cards(rows, today, held),
        "explained": explained(found.latest_parts, rows),
        "without": wording.without_causes(found, bool(answered)),
        "hints": [(hint, record.hint_words(hint)) for hint in hints],
    }


def _parts(of: queries.AreaDays) -> dict[str, Any] | None:
    """Return the technical loss of the latest day with its band and how it was computed; None where it is not known."""
    day = of.latest_parts
    if day is None or day.technical is None or not day.known:
        return None
    return {**listing.row(day), "beyond": day.beyond_band}


def _people(request: HttpRequest, scope: Scope, station_id: int) -> list[Any]:
    """Return who may be sent, for those who may send."""
    if not request.user.has_perm("base.dispatch_work"):
        return []
    return list(work_orders.people(scope, [station_id]))


def _last(of: Asked) -> date:
    """Return the last of the days to show: the one asked for, not later than registers have come."""
    if of.day is None:
        return timezone.localdate()
    return min(of.day, of.latest or of.day)


def _turning(of: Asked, first: date, last: date) -> dict[str, Any]:
    """Return where the thirty days before and after end; None after the latest."""
    step = timedelta(days=queries.DAYS_SHOWN)
    later = min(last + step, of.latest) if of.latest and last < of.latest else None
    return {"earlier_day": (first - timedelta(days=1)).isoformat(), "later_day": later and later.isoformat()}


def _filled(gap: Gap) -> str:
    """Say how the days of a gap were filled."""
    if not gap.filled:
        return _("未补，按没有用电计") if not gap.master else _("未补，线损不可算")
    names = dict(WAYS)
    return _("、").join(str(names[way]) for way in gap.ways)


def _unclear(chosen: AreaLoss | None, gaps: list[Gap]) -> int:
    """Return how many customers have both registers and yet no energy: exchanged that day, or running backwards."""
    if chosen is None:
        return 0
    silent = sum(not gap.master and chosen.day in gap.days for gap in gaps)
    return max(0, chosen.outlets - chosen.outlets_known - silent)
