"""Names the act of every page: whose it is, which page, from which address, and the reason its form gives."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from diansuo.office.base.trail import acts
from diansuo.office.base.trail.rules import rules


def acting_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware; it stands behind the one that knows who is signed in."""

    def answer(request: HttpRequest) -> HttpResponse:
        with acts.acting(
            user=SimpleLazyObject(lambda: request.user),  # asked only when something is written
            doing=f"{request.method} {request.path}"[: acts.LONGEST],
            origin=request.META.get("REMOTE_ADDR", ""),
            why=_why(request),
            station_id=None,
        ):
            return get_response(request)

    return answer


def _why(request: HttpRequest) -> str:
    # A file is not read here: its view may still want to take it in as a stream.
    if request.method != "POST" or not (request.content_type or "").endswith("x-www-form-urlencoded"):
        return ""
    for name in rules().why_fields:
        if given := request.POST.get(name, "").strip():
            return given[: acts.LONGEST]
    return ""
