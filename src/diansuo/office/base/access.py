"""Who may sign in and do what: posts carry permissions, demo users stay in demonstrations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.db import connection, transaction
from django.db.models import QuerySet

from diansuo.office.base import floor
from diansuo.office.base.models import Post, Staff, Station, User
from diansuo.office.base.rights import allowed

__all__ = [
    "StationBackend",
    "allowed",
    "install_demo_users",
    "install_posts",
    "install_user",
    "remember_rights",
]

POSTS_FILE = Path(__file__).with_name("posts.yaml")

_rights_before: set[str] = set()


class StationBackend(ModelBackend):
    """The ordinary backend, except that demo users are refused outside a demonstration."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse inactive users everywhere and demo users outside demo mode."""
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)


def posts_as_shipped() -> dict[str, dict[str, Any]]:
    """Return what ``posts.yaml`` says, by post."""
    return yaml.safe_load(POSTS_FILE.read_text(encoding="utf-8"))


def rights_as_shipped(post: Mapping[str, Any]) -> list[str]:
    """Return the permissions of one post of ``posts.yaml``, by codename."""
    return [*(f"see_{area}" for area in post["sees"]), *post["does"]]


def remember_rights(sender: Any, **_: Any) -> None:
    """Note before a migration which rights there are, so that those it brings are known afterwards."""
    del sender
    _rights_before.clear()
    if Permission._meta.db_table in connection.introspection.table_names():
        _rights_before.update(_of_posts().values_list("codename", flat=True))


def install_posts(sender: Any, **_: Any) -> None:
    """Add the posts that are not there yet; to those that are, only the rights that this version brings.

    What someone took from a post, or gave it, stays so.
    """
    create_permissions(sender, verbosity=0)
    rights = {one.codename: one for one in _of_posts()}
    for code, post in posts_as_shipped().items():
        meant = [rights[name] for name in rights_as_shipped(post)]
        known = Post.objects.filter(code=code).select_related("group").first()
        if known:
            known.group.permissions.add(*(one for one in meant if one.codename not in _rights_before))
            continue
        group, _made = Group.objects.get_or_create(name=code)
        group.permissions.set(meant)
        Post.objects.create(code=code, name=post["name"], name_en=post["name_en"], group=group)
    _rights_before.update(rights)


def _of_posts() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="base", content_type__model="post")


def install_user(username: str, name: str, post: Post | None, station: Station, password: str) -> User:
    """Make or renew the account of someone of a station; they may do what their post may.

    Without a post they keep those they have: who is there to agree decides on others.

    Raises:
        ValidationError: the password is too weak, or the person would break the floor; the messages say why.
    """
    with transaction.atomic():
        user, _made = User.objects.get_or_create(username=username)
        user.first_name, user.is_active = name, True
        if post is not None:
            user.is_staff = _opens_registers(post)
        validate_password(password, user)
        user.set_password(password)
        user.must_renew = True  # whoever gives a password knows it
        user.save()
        if post is not None:
            user.groups.set([post.group])
        staff = Staff.objects.filter(user=user).first()
        if staff is None:
            staff, _made = Staff.objects.get_or_create(
                station=station, name=name, user=None, defaults={"number": username}
            )
        staff.station, staff.user = station, user
        staff.save()
        if post is not None:
            staff.posts.set([post])
        floor.require_of_user(user)
    return user


def _opens_registers(post: Post) -> bool:
    """Tell whether a post comes with the back office, for which Django wants a mark on the account."""
    return post.group.permissions.filter(codename="use_registers").exists()


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
        user.is_staff = _opens_registers(post)
        user.set_password(password)
        user.save()
        user.groups.set([post.group])
        staff, _made = Staff.objects.get_or_create(
            user=user, defaults={"station": station, "name": post.name, "number": f"demo-{post.code}"}
        )
        staff.posts.set([post])
        users.append(user)
    return users
