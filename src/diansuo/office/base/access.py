"""Who may sign in and do what: posts carry permissions, demo users stay in demonstrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from diansuo.office.base.models import Post, Staff, Station, User

POSTS_FILE = Path(__file__).with_name("posts.yaml")


class StationBackend(ModelBackend):
    """The ordinary backend, except that demo users are refused outside a demonstration."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse inactive users everywhere and demo users outside demo mode."""
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)


def allowed(permission: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Return a decorator that lets a view run only for users with this permission (403 for the rest)."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def install_posts(sender: Any, **_: Any) -> None:
    """Add the posts that are not there yet; a post that someone edited is left alone."""
    create_permissions(sender, verbosity=0)
    for code, post in yaml.safe_load(POSTS_FILE.read_text(encoding="utf-8")).items():
        if Post.objects.filter(code=code).exists():
            continue
        group, _made = Group.objects.get_or_create(name=code)
        group.permissions.set(_permissions(post["permissions"]))
        Post.objects.create(code=code, name=post["name"], name_en=post["name_en"], group=group)


def _permissions(names: Iterable[str]) -> list[Permission]:
    return [
        Permission.objects.get(content_type__app_label=app, codename=codename)
        for app, codename in (name.split(".") for name in names)
    ]


def install_user(username: str, name: str, post: Post, station: Station, password: str) -> User:
    """Make or renew the account of someone of a station; they may do what their post may.

    Raises:
        ValidationError: the password is too weak; the messages say why.
    """
    with transaction.atomic():
        user, _made = User.objects.get_or_create(username=username)
        user.first_name, user.is_active = name, True
        validate_password(password, user)
        user.set_password(password)
        user.save()
        user.groups.set([post.group])
        staff = Staff.objects.filter(user=user).first()
        if staff is None:
            staff, _made = Staff.objects.get_or_create(
                station=station, name=name, user=None, defaults={"number": username}
            )
        staff.station, staff.user = station, user
        staff.save()
        staff.posts.set([post])
    return user


def install_demo_users(
    station: Station, password: str, people: Mapping[str, Staff] | None = None
) -> list[User]:
    """Make one demo user a post at this station, all with one password; return them in the order of posts.

    ``people`` names, by post code, who of the station's staff signs in as that user; others are made.
    """
    users = []
    for code, person in (people or {}).items():
        user, _made = User.objects.get_or_create(username=code, defaults={"is_demo": True})
        if not Staff.objects.filter(user=user).exists():
            Staff.objects.filter(pk=person.pk, user__isnull=True).update(user=user)
    for post in Post.objects.order_by("id"):
        user, _made = User.objects.get_or_create(username=post.code, defaults={"is_demo": True})
        user.first_name, user.is_demo = post.name, True
        user.is_staff = user.is_superuser = post.code == "admin"
        user.set_password(password)
        user.save()
        user.groups.set([post.group])
        staff, _made = Staff.objects.get_or_create(
            user=user, defaults={"station": station, "name": post.name, "number": f"demo-{post.code}"}
        )
        staff.posts.set([post])
        users.append(user)
    return users
