"""What the base app's pages read: import batches, headings, jobs and their stages, demo users."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from diansuo.office.base.imports import kinds
from diansuo.office.base.models import ColumnAlias, ImportBatch, ImportChange, Post, Staff, User
from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A demo user as the sign-in page offers it: the name to sign in with, and the post in words."""

    username: str
    title: str


@dataclass(frozen=True, slots=True)
class BatchRows:
    """How many rows of one sort a batch made."""

    title: str
    count: int


def demo_users() -> list[DemoUser]:
    """Return the demo users, in the order of their posts."""
    english = get_language() == "en"
    made = set(User.objects.filter(is_demo=True, is_active=True).values_list("username", flat=True))
    return [
        DemoUser(post.code, post.name_en if english else post.name)
        for post in Post.objects.order_by("id")
        if post.code in made
    ]


def is_demo_user(username: str) -> bool:
    """Tell whether a name belongs to a demo user."""
    return User.objects.filter(username=username, is_demo=True).exists()


def posts(scope: Scope) -> QuerySet[Post]:
    """Return every post there is."""
    del scope  # posts are the same for every station
    return Post.objects.order_by("id")


def people_with_accounts(scope: Scope) -> list[Staff]:
    """Return who of the scope's stations may sign in, with station and posts, by name."""
    rows = Staff.objects.filter(scope.limit("station"), user__is_active=True)
    rows = rows.select_related("station", "user").prefetch_related("posts").order_by("station", "name", "id")
    return list(rows)


def batches(scope: Scope, *, user: User | None = None) -> QuerySet[ImportBatch]:
    """Return the import batches of the scope's stations, and the user's own ones that name no station."""
    visible = scope.limit("station")
    if (
        user is not None and scope.station_ids is not None
    ):  # an empty condition joined by "or" would be forgotten
        visible |= Q(station__isnull=True, created_by=user)
    return ImportBatch.objects.filter(visible).select_related("station", "created_by")


def batch(scope: Scope, batch_id: int, *, user: User | None = None) -> ImportBatch | None:
    """Return one batch, or None if there is none in the scope."""
    return batches(scope, user=user).filter(pk=batch_id).first()


def rows_made(scope: Scope, batch: ImportBatch) -> list[BatchRows]:
    """Return how many rows of each sort an applied batch made and how many values it changed; none of another scope."""
    if batch.station_id is not None and not scope.allows(batch.station_id):
        return []
    made = [
        BatchRows(str(model._meta.verbose_name), model._base_manager.filter(batch=batch).count())
        for model in kinds.named(batch.kind).made
    ]
    changed = ImportChange.objects.filter(batch=batch).count()
    found = [rows for rows in made if rows.count]
    return [*found, BatchRows(str(ImportChange._meta.verbose_name), changed)] if changed else found


def aliases(scope: Scope) -> QuerySet[ColumnAlias]:
    """Return the headings that users added; they hold for every station alike."""
    del scope
    return ColumnAlias.objects.order_by("kind", "alias")
