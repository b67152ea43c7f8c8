"""What the demonstration's people do about changes of terms: agree to those an import held back, propose one more."""

from __future__ import annotations

from datetime import date, datetime, time

SECONDS = ("auditor", "head")


def agree(day: date) -> None:
    """Let the auditor, and the head where two must, look at every waiting change and agree, on the day it was due."""
    from django.utils import timezone

    from diansuo.office.base.models import Proposal, User
    from diansuo.office.base.proposals import operations

    now = timezone.make_aware(datetime.combine(day, time(9)))
    for proposal in Proposal.objects.filter(state=Proposal.State.DRAFT).order_by("id"):
        seen = operations.preview(proposal, now=now)
        for name in SECONDS[: seen.seconds_needed]:
            seen = operations.second(seen, user=User.objects.get(username=name), now=now)


def propose_multiplier(since: date) -> None:
    """Leave one change for whoever looks around: transformers of half as much again, as the clerk proposes them."""
    from django.utils import timezone

    from diansuo.office.archive.models import MeterInstallation
    from diansuo.office.archive.terms.changes import TermChange, terms_of
    from diansuo.office.base.models import User
    from diansuo.office.base.proposals import operations

    rows = MeterInstallation.objects.filter(valid_to=None, multiplier__gt=1, point__contract__isnull=False)
    row = (
        rows.select_related("point__contract__customer", "point__station")
        .order_by("-multiplier", "id")
        .first()
    )
    if row is None:
        return
    now, customer = timezone.now(), row.point.contract.customer
    made = operations.propose(
        "multiplier",
        terms_of(
            [
                TermChange(
                    MeterInstallation,
                    row.pk,
                    {"multiplier": row.multiplier * 3 // 2},
                    {"multiplier": row.multiplier},
                )
            ]
        ),
        station=row.point.station,
        subject=str(customer),
        customer_number=customer.number,
        effective=since,
        reason="更换电流互感器",
        user=User.objects.get(username="clerk"),
        now=now,
    )
    operations.preview(made, now=now)
