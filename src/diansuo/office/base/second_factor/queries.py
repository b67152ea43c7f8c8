"""What the administrator reads of accounts: who is locked out, who has the second step, which posts must."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum

from diansuo.office.base.models import Post, SecondFactor, Staff, User
from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the administrator sees it."""

    user: User
    staff: Staff
    posts: str
    locked: bool
    second_factor: bool
    required: bool


def accounts(scope: Scope, now: datetime) -> list[Account]:
    """Return who signs in at the scope's stations, by name, with what keeps them out or must be there."""
    rows = Staff.objects.filter(scope.limit("station"), user__is_active=True)
    locked = _locked_names(now)
    with_factor = set(SecondFactor.objects.values_list("user", flat=True))
    found = []
    for staff in rows.select_related("user", "station").prefetch_related("posts").order_by("name", "pk"):
        posts = list(staff.posts.all())
        found.append(
            Account(
                user=staff.user,
                staff=staff,
                posts="、".join(post.name for post in posts),
                locked=staff.user.username in locked,
                second_factor=staff.user_id in with_factor,
                required=any(post.second_factor for post in posts),
            )
        )
    return found


def account(scope: Scope, user_id: int) -> User | None:
    """Return an account of the scope's stations, or None."""
    return User.objects.filter(scope.limit("staff__station"), pk=user_id, staff__isnull=False).first()


def posts(scope: Scope) -> list[Post]:
    """Return the posts, which all stations share, with whether they ask for the second step."""
    del scope
    return list(Post.objects.order_by("id"))


def _locked_names(now: datetime) -> set[str]:
    """Return the names that too many wrong passwords lock at this moment, from some address."""
    rows = AccessAttempt.objects.filter(attempt_time__gte=now - get_cool_off())
    counted = rows.order_by().values("username", "ip_address").annotate(failures=Sum("failures_since_start"))
    return {each["username"] for each in counted if each["failures"] >= settings.AXES_FAILURE_LIMIT}
