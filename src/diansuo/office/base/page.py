"""What every page needs: navigation by permission, the station's name, the demo notice, the library pages' policy."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from diansuo.office.base import registry
from diansuo.office.base.models import Staff


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the variables that the frame of every page shows."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"demo_password": settings.HOME.demo_password}
    staff = Staff.objects.filter(user=user).select_related("station__company").first()
    return {
        "staff": staff,
        "station": staff.station if staff else None,
        "navigation": [item for item in registry.navigation() if item.permits(user)],
        "demo_password": settings.HOME.demo_password,
    }
