"""A price sheet for tests, made and approved by two people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.auth.models import Permission
from django.db.models import Q

from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.base.models import User
from diansuo.office.billing.models import PriceSheet
from diansuo.office.billing.sheets import operations
from diansuo.office.billing.sheets.documents import Publication
from diansuo.office.billing.sheets.reading import Prices
from diansuo.sandbox.prices import PLACE, VOLTAGES

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DOCUMENT = "某月代理购电价格公告"


def everywhere(text: str) -> dict[str, dict[str, Decimal]]:
    """Return one price for both schemes and every voltage class."""
    by_voltage = dict.fromkeys(VOLTAGES, Decimal(text))
    return {"single_part": by_voltage, "two_part": dict(by_voltage)}


def prices(purchase: str = "0.4000", loss: str = "0.0150", operation: str = "0.0300") -> Prices:
    """Return the prices a sheet of the sample place brings."""
    return {
        "purchase": everywhere(purchase),
        "upstream_loss": everywhere(loss),
        "system_operation": everywhere(operation),
    }


def publication(month: int, place: str = PLACE) -> Publication:
    """Return a publication for a calendar month."""
    return Publication(
        place, first_day(month), first_day(next_month(month)), DOCUMENT, "附表1", date(2024, 6, 28)
    )


def person(name: str, *codenames: str) -> User:
    """Return a user with these permissions, who may look at everything but people's own data."""
    user, made = User.objects.get_or_create(username=name, defaults={"first_name": name})
    if made:
        user.set_password("x")
        user.save()
    looks = Q(codename__startswith="see_") & ~Q(codename__in=("see_personal", "see_trail"))
    user.user_permissions.set(Permission.objects.filter(looks | Q(codename__in=codenames)))
    return User.objects.get(pk=user.pk)


def proposed(month: int, **changed: str) -> PriceSheet:
    """Propose a month's sheet as the clerk."""
    clerk = person("clerk", "propose_prices")
    return operations.propose(prices(**changed), publication(month), user=clerk, now=NOW)


def approved(month: int, **changed: str) -> PriceSheet:
    """Propose a month's sheet and let somebody else approve it."""
    head = person("head", "approve_prices")
    return operations.approve(proposed(month, **changed), user=head, now=NOW)
