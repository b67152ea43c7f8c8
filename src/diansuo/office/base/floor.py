"""The floor under all posts: which rights no one person may hold together (floor.yaml); refused when granting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.signals import m2m_changed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from diansuo.office.base.models import Post, Staff, User

FLOOR_FILE = Path(__file__).with_name("floor.yaml")


class FloorBroken(ValidationError):
    """Nobody may be given these rights together; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Two kinds of duties that are parted: none of ``either`` together with any of ``other``."""

    reason: str
    reason_en: str
    either: frozenset[str]
    other: frozenset[str]

    @property
    def words(self) -> str:
        """Return the reason in the reader's language."""
        return self.reason_en if get_language() == "en" else self.reason


@cache
def partings() -> tuple[Parting, ...]:
    """Return every parting of the floor."""
    return tuple(
        Parting(each["reason"], each["reason_en"], frozenset(each["either"]), frozenset(each["or"]))
        for each in yaml.safe_load(FLOOR_FILE.read_text(encoding="utf-8"))
    )


def parted_rights() -> frozenset[str]:
    """Return every right the floor names: a superuser holds these by their posts alone."""
    return frozenset().union(*(each.either | each.other for each in partings()))


def broken_by(rights: Iterable[str]) -> Parting | None:
    """Return the parting that one person with these rights (codenames) would break, or None."""
    held = set(rights)
    return next((each for each in partings() if held & each.either and held & each.other), None)


def require(rights: Iterable[str], who: str) -> None:
    """Refuse rights that no one person may hold together.

    Raises:
        FloorBroken: with who it is about, the reason and the rights in the way.
    """
    held = set(rights)
    parting = broken_by(held)
    if parting is None:
        return
    names = dict(Permission.objects.filter(content_type__model="post").values_list("codename", "name"))
    in_the_way = sorted(held & (parting.either | parting.other))
    raise FloorBroken(
        _("%(who)s 不能同时有这些权限：%(rights)s（%(reason)s）。请先取消其中一方的岗位")
        % {
            "who": who,
            "rights": "、".join(_(names.get(name, name)) for name in in_the_way),
            "reason": parting.words,
        }
    )


def rights_of_user(user: User) -> set[str]:
    """Return what an account holds by its groups and by itself, as codenames; a superuser's all-rights left aside."""
    return _codenames(Q(group__user=user) | Q(user=user))


def require_of_user(user: User) -> None:
    """Refuse what an account holds if no one person may hold it together.

    Raises:
        FloorBroken: it breaks the floor.
    """
    require(rights_of_user(user), user.first_name or user.get_username())


def _codenames(condition: Q) -> set[str]:
    rows = Permission.objects.filter(condition, content_type__app_label="base")
    return set(rows.values_list("codename", flat=True))


def watch() -> None:
    """Look at every grant, whichever way it comes (from the app's ``ready``)."""
    m2m_changed.connect(_staff_got_posts, sender=Staff.posts.through, dispatch_uid="floor-staff")
    m2m_changed.connect(_user_got_rights, sender=User.groups.through, dispatch_uid="floor-groups")
    m2m_changed.connect(_user_got_rights, sender=User.user_permissions.through, dispatch_uid="floor-single")
    m2m_changed.connect(_group_got_rights, sender=Group.permissions.through, dispatch_uid="floor-group")


def _staff_got_posts(instance: Any, action: str, **_: Any) -> None:
    if action != "post_add":
        return
    for staff in [instance] if isinstance(instance, Staff) else instance.staff_set.all():
        require(_codenames(Q(group__post__staff=staff)), staff.name)


def _user_got_rights(instance: Any, action: str, **_: Any) -> None:
    if action != "post_add":
        return
    for user in [instance] if isinstance(instance, User) else instance.user_set.all():
        require_of_user(user)


def _group_got_rights(instance: Any, action: str, **_: Any) -> None:
    if action != "post_add":
        return
    for group in [instance] if isinstance(instance, Group) else instance.group_set.all():
        require(_codenames(Q(group=group)), group.name)
        for user in User.objects.filter(groups=group):
            require_of_user(user)
        for staff in Staff.objects.filter(posts__in=Post.objects.filter(group=group)):
            require(_codenames(Q(group__post__staff=staff)), staff.name)
