"""The page of the station's network: which feeder, which area, and what each lost on a day."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.network import page_exporting
from diansuo.office.network.asked import asked
from diansuo.office.network.framing import frame
from diansuo.office.network.tree import drawing, queries
from diansuo.office.network.wording import KIND_CODES, KIND_NAMES, KIND_SIGNS


@allowed("base.see_losses")
def network_tree(request: HttpRequest) -> HttpResponse:
    """Show one station's feeders and areas as a tree; of several stations the one asked for, else the first."""
    scope = Scope.of(request.user)
    of, stations = asked(request, scope), list(scope.stations_in_part())
    given = request.GET.get("station", "")
    station = next((one for one in stations if str(one.pk) == given), stations[0] if stations else None)
    found = queries.tree(scope, station, of.day) if of.day and station else None
    if found and of.day and request.GET.get("export") == "xlsx":
        return page_exporting.of_tree(found, of.day)
    context: dict[str, Any] = {
        **frame(of, "loss_tree"),
        "found": found,
        "stations": stations,
        "station_shown": station,
        "codes": KIND_CODES,
        "names": KIND_NAMES,
        "signs": KIND_SIGNS,
        "legend": [(KIND_CODES[kind], KIND_SIGNS[kind], KIND_NAMES[kind]) for kind in KIND_NAMES],
    }
    if found:
        nowhere = _("线路不明")
        context["overview"] = drawing.overview(found, _("变电站不明"))
        context["branches"] = [(one, drawing.branch(one, nowhere)) for one in found.feeders if one.areas]
    return render(request, "network/tree.html", context)
