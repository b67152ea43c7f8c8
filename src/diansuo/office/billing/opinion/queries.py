"""Reads about a second opinion: a month's differences by cause, and one bill beside ours, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import QuerySet
from django.utils.functional import Promise

from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.comparing import NOT_STATED, Cause, LineKind
from diansuo.core.tariff.comparing.columns import BAND_KINDS, COMPONENT_KINDS
from diansuo.office.base.scope import Scope
from diansuo.office.billing import external_queries
from diansuo.office.billing.models import Bill, BillLine, ExternalBill
from diansuo.office.billing.opinion import months as kept
from diansuo.office.billing.opinion.loading import LINE_COLUMNS, in_their_kinds
from diansuo.office.billing.opinion.models import CAUSE_NAMES, KIND_NAMES

COMMERCIAL = (PriceClass.COMMERCIAL_SINGLE_PART, PriceClass.COMMERCIAL_TWO_PART)


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The bills of a month that a cause moves most: how many, theirs less ours, and the same without signs, fen."""

    cause: int
    title: Promise | str
    bills: int
    difference_fen: int
    size_fen: int
    supposed: int


@dataclass(frozen=True, slots=True)
class Causes:
    """A month by cause; ``outdated`` bills have changed since, ``waiting`` were never compared."""

    rows: list[CauseRow]
    compared: int
    agreeing: int
    outdated: int
    waiting: int
    compared_at: datetime | None

    @property
    def largest_fen(self) -> int:
        """The largest size of a cause, for drawing."""
        return max((row.size_fen for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Side:
    """A line on one side; None: not stated, or not there."""

    quantity: int | None
    price_nano: int | None
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of both bills; ``difference_fen`` is theirs less ours, None where one side says no amount.

    ``whole``: the lines they gave add up to their bill, so that a line they do not have is nothing, not untold.
    """

    kind: int
    title: Promise | str
    theirs: Side | None
    ours: Side | None
    by_energy: bool
    whole: bool = True

    @property
    def difference_fen(self) -> int | None:
        """Theirs less ours."""
        sides = (self.theirs, self.ours)
        if any(side is not None and side.amount_fen is None for side in sides):
            return None
        if self.theirs is None and not self.whole:
            return None
        mine, other = self.ours, self.theirs
        return (other.amount_fen or 0 if other else 0) - (mine.amount_fen or 0 if mine else 0)


def causes(scope: Scope, *, period: int, comparable: int) -> Causes:
    """Return a month's differences by the cause that moves each bill most, the largest sum first.

    ``comparable``: how many bills of the month have one of ours (:func:`external_queries.compare` counts them).
    """
    found = kept.of_scope(scope, period)
    return Causes(
        sorted(
            (
                CauseRow(
                    one.cause,
                    CAUSE_NAMES[Cause(one.cause)],
                    one.bills,
                    one.gap_fen,
                    one.size_fen,
                    one.supposed,
                )
                for one in found.causes
            ),
            key=lambda row: (-row.size_fen, row.cause),
        ),
        found.compared,
        found.agreeing,
        found.outdated,
        comparable - found.compared,
        found.compared_at,
    )


def without_theirs(scope: Scope, *, period: int) -> int:
    """Return how many customers of stations beside another system we billed and that system did not."""
    return kept.of_scope(scope, period).only_ours


def with_cause(scope: Scope, rows: QuerySet[ExternalBill], cause: int) -> QuerySet[ExternalBill]:
    """Keep the bills that a cause moves most."""
    del scope  # the rows are within it already
    return rows.filter(comparison__cause=cause)


def the_bill(scope: Scope, *, bill_id: int) -> ExternalBill | None:
    """Return a bill issued elsewhere with what comparing it came to, or None."""
    rows = external_queries.external_bills(scope).select_related("customer__station", "comparison")
    return rows.filter(pk=bill_id).first()


def own_bills(scope: Scope, bill: ExternalBill) -> list[Bill]:
    """Return our bills of the same customer and month."""
    rows = Bill.objects.filter(
        scope.limit("contract__customer__station"), contract__customer=bill.customer_id
    )
    return list(rows.filter(period=bill.period).order_by("id"))


def pairs(scope: Scope, bill: ExternalBill) -> list[Pair]:
    """Return the lines of both bills by kind; periods, components or one sum, as theirs say it."""
    theirs = {
        one.kind: Side(one.quantity, one.price_nano, one.amount_fen) for one in bill.lines.order_by("kind")
    }
    ours = _own_sides(own_bills(scope, bill))
    if not any(kind in theirs for kind in BAND_KINDS):
        ours = {kind: side for kind, side in ours.items() if kind not in BAND_KINDS}
    components = [kind for kind in ours if kind in COMPONENT_KINDS]
    if components and LineKind.ENERGY not in theirs:
        ours.pop(int(LineKind.ENERGY), None)
    elif components and not any(kind in theirs for kind in COMPONENT_KINDS):
        ours = {kind: side for kind, side in ours.items() if kind not in components}
    whole = sum(side.amount_fen or 0 for side in theirs.values()) == bill.amount_fen and bool(theirs)
    return [
        Pair(kind, KIND_NAMES[LineKind(kind)], theirs.get(kind), ours.get(kind), kind < LineKind.BASIC, whole)
        for kind in sorted({*theirs, *ours})
    ]


def _own_sides(bills: list[Bill]) -> dict[int, Side]:
    names = {"bill": "bill_id"}
    rows = BillLine.objects.filter(bill__in=bills).order_by("bill", "sequence")
    values = list(rows.values_list(*(names.get(name, name) for name in LINE_COLUMNS)))
    if not values:
        return {}
    columns = {
        name: np.array([-1 if one[at] is None else one[at] for one in values], np.int64)
        for at, name in enumerate(LINE_COLUMNS)
    }
    commercial = {one.pk for one in bills if one.price_class in COMMERCIAL}
    found = in_their_kinds(
        columns,
        np.zeros(len(values), np.int64),
        np.array([one in commercial for one in columns["bill"].tolist()], np.bool_),
    )
    return {
        int(found.kind[at]): Side(
            *(_said(getattr(found, name)[at]) for name in ("quantity", "price_nano", "amount_fen"))
        )
        for at in range(len(found))
    }


def _said(value: np.int64) -> int | None:
    return None if value == NOT_STATED else int(value)
