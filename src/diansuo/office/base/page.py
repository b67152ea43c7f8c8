"""What every page needs: navigation by permission, the station's name, the demo notice, the library pages' policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from diansuo.office.base import registry
from diansuo.office.base.models import Staff, User
from diansuo.office.base.modes import queries as modes
from diansuo.office.base.modes import wording
from diansuo.office.base.scope import Scope


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the variables that the frame of every page shows."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"demo_password": settings.HOME.demo_password}
    staff = Staff.objects.filter(user=user).select_related("station__company").first()
    return {
        "staff": staff,
        "station": staff.station if staff else None,
        "mode_mark": lambda: mode_mark(user, staff),
        "navigation": [item for item in registry.navigation() if item.permits(user)],
        "demo_password": settings.HOME.demo_password,
    }


def mode_mark(user: User, staff: Staff | None) -> wording.Mark | None:
    """Return how the viewer's stations run, in a few words; asks nothing where the one station is known already."""
    if user.is_superuser or (staff and staff.reach == Staff.Reach.COMPANY):
        return wording.mark(modes.modes(Scope.of(user)))
    return wording.mark([staff.station.mode] if staff else [])


def environment(request: HttpRequest) -> list[str]:
    """Return the mark of the mode as the library's pages show it (settings UNFOLD, ENVIRONMENT)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    staff = Staff.objects.filter(user=user).select_related("station").first()
    mark = mode_mark(user, staff)
    return [mark.full, "info"] if mark else []


def library_pages_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that relaxes the content policy below /admin/, where the library's own scripts need it."""
    prefix = reverse("admin:index")

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(prefix):
            response._csp_replace = settings.LIBRARY_PAGES_POLICY
        return response

    return answer
