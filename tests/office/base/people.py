"""People of the tests, with the rights they need and no others."""

from __future__ import annotations

from django.contrib.auth.models import Permission

from diansuo.office.base.models import User


def superuser_with(*codenames: str) -> User:
    """Return somebody who sees every station; what the floor parts, a superuser holds by name or not at all."""
    user = User.objects.create_superuser("head")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user
