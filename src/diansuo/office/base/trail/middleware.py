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
            user=SimpleLazyObject(lambda: request.user),  # both asked only when something is written
            doing=f"{request.method} {request.path}"[: acts.LONGEST],
            origin=request.META.get("REMOTE_ADDR", ""),
            why=SimpleLazyObject(lambda: _why(request)),
            station_id=None,
        ):
            return get_response(request)

    return answer


def _why(request: HttpRequest) -> str:
    # A form with a file is not read here before its view does: that may want to take the file in as a stream.
    plain = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
    given_in_form = request.POST if plain else getattr(request, "_post", None) or {}
    for name in rules().why_fields:
        if given := given_in_form.get(name, "").strip():
            return given[: acts.LONGEST]
    return ""
