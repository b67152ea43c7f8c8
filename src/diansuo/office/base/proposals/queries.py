"""What pages and commands read about proposals."""

from __future__ import annotations

from django.db.models import QuerySet

from diansuo.office.base.models import Proposal
from diansuo.office.base.proposal_models import OPEN
from diansuo.office.base.scope import Scope


def proposals(scope: Scope) -> QuerySet[Proposal]:
    """Return the proposals of the viewer's stations, with who handled them."""
    return Proposal.objects.filter(scope.limit("station")).select_related(
        "station", "proposed_by", "ended_by", "batch"
    )


def waiting(scope: Scope) -> int:
    """Return how many proposals somebody still has to do something about."""
    return proposals(scope).filter(state__in=OPEN).count()


def of_batch(scope: Scope, batch_id: int) -> list[Proposal]:
    """Return what an import left for a second person."""
    return list(proposals(scope).filter(batch=batch_id).order_by("id"))


def of_customer(scope: Scope, number: str, station_id: int) -> QuerySet[Proposal]:
    """Return what was proposed for a customer, the newest first."""
    return proposals(scope).filter(customer_number=number, station=station_id).order_by("-id")
