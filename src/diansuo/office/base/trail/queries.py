"""What the trail's pages and commands read: entries within the viewer's scope, and where the chain ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from diansuo.office.base.models import TrailEntry, TrailHead
from diansuo.office.base.scope import Scope
from diansuo.office.base.trail import chain


@dataclass(frozen=True, slots=True)
class End:
    """The end of the chain: how many entries, and the digest to write down."""

    sequence: int
    digest: str


def entries(scope: Scope) -> QuerySet[TrailEntry]:
    """Return the entries of the scope's stations; those of no station are for whoever sees all."""
    return TrailEntry.objects.filter(scope.limit("station"))


def entry(scope: Scope, sequence: int) -> TrailEntry | None:
    """Return one entry, or None if there is none in the scope."""
    return entries(scope).filter(sequence=sequence).first()


def same_act(scope: Scope, entry: TrailEntry) -> QuerySet[TrailEntry]:
    """Return the entries written together with this one."""
    return entries(scope).filter(act=entry.act).exclude(pk=entry.pk).order_by("sequence")


def head(scope: Scope) -> End:
    """Return the end of the chain: one for all stations, and it tells nothing about any of them."""
    del scope
    found = TrailHead.objects.filter(pk=chain.HEAD).first()
    return End(found.sequence, found.digest) if found else End(0, "")
