"""Which customers words mean: looked for kind by kind, so that no search reads the whole county more than it must.

One condition over everything made SQLite look through customers, addresses and meters whatever was asked, and through
the customers in the order of the list. What few rows fit is found first and named by key; what fits many is left as a
condition, and the list stops at its first page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from diansuo.office.archive.models import Contract, Customer, Meter, MeterInstallation, Premise
from diansuo.office.base.masks import names_no_house
from diansuo.office.base.scope import Scope

FEW: Final = 500
LONGEST_PHONE: Final = 11
DIGITS_OF_A_NUMBER: Final = 6
"""So many digits and more are a number, a telephone or a meter: no name and no address is looked for. The other way
round, words with a Chinese sign are none of these."""


def matching(
    scope: Scope, rows: QuerySet[Customer], words: str, *, whole: bool = False
) -> QuerySet[Customer]:
    """Keep the customers whose number or meter starts so, or whose name, address or phone contains it.

    A whole number of a customer or a meter is that one alone. With ``whole`` a telephone number and a house have to be
    given in full, as by whoever sees them masked: a part that finds or does not would tell what the mask hides, digit
    by digit.
    """
    numbered = _numbered(scope, words)
    if numbered:
        return rows.filter(pk__in=numbered)
    keys: set[int] = set()
    condition = Q()
    for found, otherwise in _kinds(scope, words, whole):
        few = list(found[: FEW + 1])
        if len(few) > FEW:
            condition |= otherwise
        else:
            keys.update(few)
    return rows.filter(condition | Q(pk__in=keys))


def _numbered(scope: Scope, words: str) -> list[int]:
    """Return the customers whose number, or whose meter's, is just this."""
    companies = _companies(scope)
    mine = Customer.objects.filter(scope.limit("station"), company__in=companies, number=words)
    found = list(mine.values_list("pk", flat=True))
    if found:
        return found
    meters = list(
        Meter.objects.filter(company__in=companies, asset_number=words).values_list("pk", flat=True)
    )
    return list(_metered(scope, Q(meter__in=meters)).distinct()) if meters else []


def _companies(scope: Scope) -> list[int]:
    return sorted({station.company_id for station in scope.stations()})


def _kinds(scope: Scope, words: str, whole: bool) -> Iterator[tuple[QuerySet[Any], Q]]:
    """Yield, kind by kind of what the words may be, the keys of its customers, and the same as a condition."""
    number = words.isdecimal() and len(words) >= DIGITS_OF_A_NUMBER
    own = Q() if number else _containing("name", words)
    if words.isascii():
        own |= Q(number__startswith=words)
        if any(map(str.isdigit, words)) and not (number and len(words) > LONGEST_PHONE):
            own |= Q(phone=words) if whole else _containing("phone", words)
        meters = Meter.objects.filter(company__in=_companies(scope), asset_number__startswith=words)
        found = _metered(scope, _few_or_all("meter", meters))
        yield found, Q(pk__in=found)
    yield Customer.objects.filter(scope.limit("station"), own).values_list("pk", flat=True), own
    if not number:
        house = whole and not names_no_house(words)
        said = Q(address=words) if house else _containing("address", words)
        premises = Premise.objects.filter(scope.limit("station"), said)
        there = Contract.objects.filter(scope.limit("customer__station"), _few_or_all("premise", premises))
        yield there.values_list("customer", flat=True), Q(pk__in=there.values("customer"))


def _metered(scope: Scope, meters: Q) -> QuerySet[Any]:
    """Return the customers with an installation of these meters, by key."""
    here = MeterInstallation.objects.filter(
        scope.limit("point__station"), meters, point__contract__isnull=False
    )
    return here.values_list("point__contract__customer", flat=True)


def _few_or_all(path: str, rows: QuerySet[Any]) -> Q:
    """Return the condition that what a path leads to is one of these rows: by their keys where they are few."""
    keys = list(rows.values_list("pk", flat=True)[: FEW + 1])
    return Q(**{f"{path}__in": keys if len(keys) <= FEW else rows.values("pk")})


def _containing(path: str, words: str) -> Q:
    """Return the condition that a text contains the words, found a third faster where they have no case."""
    if words.lower() != words or words.upper() != words:
        return Q(**{f"{path}__contains": words})
    return Q(GreaterThan(StrIndex(F(path), Value(words)), 0))
