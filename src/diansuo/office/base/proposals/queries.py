"""What pages and commands read about proposals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from diansuo.office.base.models import Proposal
from diansuo.office.base.proposal_models import OPEN
from diansuo.office.base.scope import Scope


def proposals(scope: Scope) -> QuerySet[Proposal]:
    """Return the proposals of the viewer's stations and those of the whole place, with who handled them."""
    # An empty condition joined by "or" would be forgotten.
    mine = Q() if scope.station_ids is None else scope.limit("station") | Q(station=None)
    return Proposal.objects.filter(mine).select_related("station", "proposed_by", "ended_by", "batch")


def of_kinds(scope: Scope, names: Iterable[str]) -> QuerySet[Proposal]:
    """Return the proposals of some kinds."""
    return proposals(scope).filter(kind__in=names)


def waiting(scope: Scope) -> int:
    """Return how many proposals somebody still has to do something about."""
    return proposals(scope).filter(state__in=OPEN).count()


def of_thing(scope: Scope, kind: str, **terms: Any) -> Proposal | None:
    """Return the latest proposal of a kind about a thing that its terms name."""
    said = {f"terms__{name}": value for name, value in terms.items()}
    return proposals(scope).filter(kind=kind, **said).order_by("-id").first()


def of_batch(scope: Scope, batch_id: int) -> list[Proposal]:
    """Return what an import left for a second person."""
    return list(proposals(scope).filter(batch=batch_id).order_by("id"))


def of_customer(scope: Scope, number: str, station_id: int) -> QuerySet[Proposal]:
    """Return what was proposed for a customer, the newest first."""
    return proposals(scope).filter(customer_number=number, station=station_id).order_by("-id")
