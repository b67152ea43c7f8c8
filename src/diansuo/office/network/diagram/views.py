"""The page of an area's single-line diagram."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import PointArea
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.network.asked import asked
from diansuo.office.network.causes import cards
from diansuo.office.network.diagram import drawing, queries
from diansuo.office.network.diagram.queries import Lines
from diansuo.office.network.framing import frame

SIGNS = {"A": "A", "B": "B", "C": "C", "ABC": gettext_lazy("三"), "": "?"}
CODES = {"A": "a", "B": "b", "C": "c", "ABC": "three", "": "unknown"}


@allowed("base.see_losses")
def diagram(request: HttpRequest, area_id: int) -> HttpResponse:
    """Show an area's busbar, lines and customers, and whom its open causes name."""
    scope, today = Scope.of(request.user), timezone.localdate()
    of = asked(request, scope)
    found = queries.lines(scope, area_id, of.day or today)
    if found is None:
        raise Http404
    rows = drawing.poles(found)
    picture = drawing.drawn(found, rows) if found.hung or found.known else None
    context: dict[str, Any] = {
        **frame(of, "loss_tree"),
        "found": found,
        "drawing": picture,
        "undrawn": len(found.segments) - len(picture.spans) if picture and found.known else 0,
        "poles": rows,
        "cards": cards.cards(found.causes, today),
        "phases": _phases(found),
        "signs": SIGNS,
        "codes": CODES,
    }
    return render(request, "network/diagram.html", context)


def _phases(of: Lines) -> list[tuple[str, str, str, int]]:
    """Return how many customers hang on each phase: code, sign, words, number."""
    counts = Counter(one.phase for one in of.hung)
    names = {**dict(PointArea.Phase.choices), "": _("相别未知")}
    return [
        (code, SIGNS[phase], names[phase], counts[phase]) for phase, code in CODES.items() if counts[phase]
    ]
