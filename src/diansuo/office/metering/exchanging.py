"""A meter exchanged on a page: the meters and their registers at once, another multiplier as a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.core.metering import Register
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.archive.terms.changes import TermChange, terms_of
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.scope import Scope
from diansuo.office.metering import entry


def exchange(
    scope: Scope,
    *,
    point: MeteringPoint,
    day: date,
    final: Mapping[Register, int],
    asset_number: str,
    first: Mapping[Register, int],
    multiplier: int,
    digits: tuple[int, int],
    user: User | None,
    today: date,
    now: datetime,
) -> Proposal | None:
    """Exchange a meter as :func:`.entry.exchange_meter` does; return the proposal of its new multiplier, if it has one.

    The new meter hangs by the old multiplier until a second person has agreed to the new one.

    Raises:
        UnableToEnter: as there; or the new multiplier is absurd, and then nothing is stored.
    """
    integer_digits, decimal_digits = digits
    try:
        with transaction.atomic():
            new = entry.exchange_meter(
                scope, point=point, day=day, final=final, asset_number=asset_number, first=first, user=user,
                today=today, now=now, integer_digits=integer_digits, decimal_digits=decimal_digits,
            )  # fmt: skip
            if new.multiplier == multiplier:
                return None
            made = _proposed(point, new, multiplier, user, now)
        return proposals.preview(made, now=now)
    except proposals.UnableToDo as problem:
        raise entry.UnableToEnter(str(problem)) from problem


def _proposed(
    point: MeteringPoint, new: MeterInstallation, multiplier: int, user: User | None, now: datetime
) -> Proposal:
    customer = point.contract.customer if point.contract else None
    change = TermChange(
        MeterInstallation, new.pk, {"multiplier": multiplier}, {"multiplier": new.multiplier}, in_place=True
    )
    return proposals.propose(
        "multiplier",
        terms_of([change]),
        station=point.station,
        subject=str(customer or point),
        customer_number=customer.number if customer else "",
        effective=new.valid_from,
        reason=_("换表：%(meter)s") % {"meter": new.meter.asset_number},
        user=user,
        now=now,
    )
