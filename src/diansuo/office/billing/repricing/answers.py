"""What a comparison comes to: the spread over customers, the biggest movers, who flips, by class and by area.

A :class:`Part` holds the sums of whole customers, so that parts of a population put together are the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.tariff.what_if import Spread, spread_of
from diansuo.office.billing.repricing.comparing import Compared

MOVERS: Final = 20


@dataclass(frozen=True, slots=True)
class OfCustomers:
    """Bills summed by customer; ``price_class`` and ``area`` are those of the last bill."""

    customer: Int64
    bills: Int64
    energy_wh: Int64
    before_fen: Int64
    after_fen: Int64
    price_class: Int64
    new_class: Int64
    area: Int64

    @property
    def difference_fen(self) -> Int64:
        """What each customer would pay more."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True, slots=True)
class Group:
    """The bills of a class or an area: customers, those whose money changes, energy and money."""

    key: int
    customers: int
    touched: int
    energy_wh: int
    before_fen: int
    after_fen: int

    @property
    def difference_fen(self) -> int:
        """What they would pay more together."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True, slots=True)
class Part:
    """The sums of some customers with all their bills of a population.

    Attributes:
        customers: by customer, ascending.
        bills: bills that were priced both ways.
        steps_up: bills that reach a higher step.
        steps_down: bills that reach a lower one.
        reclassed: bills of another class than billed.
        by_class: groups by class as billed.
        by_area: groups by transformer area.
        refused: by reason how many bills were left out.
    """

    customers: OfCustomers
    bills: int
    steps_up: int
    steps_down: int
    reclassed: int
    by_class: tuple[Group, ...]
    by_area: tuple[Group, ...]
    refused: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer; every sum is exact and those of the groups make up the total.

    Attributes:
        compared: bill by bill; None where the answer was put together from parts.
        customers: by customer.
        bills: how many were priced both ways.
        spread: of the customers' differences.
        movers: rows of ``customers``, the largest change first, whichever way.
        turned: rows of ``customers`` whose money changes its sign.
        steps_up: bills that reach a higher step.
        steps_down: bills that reach a lower one.
        reclassed: bills of another class than billed.
        by_class: groups by class as billed.
        by_area: groups by transformer area.
        refused: by reason how many bills, the most frequent first.
    """

    compared: Compared | None
    customers: OfCustomers
    bills: int
    spread: Spread
    movers: Int64
    turned: Int64
    steps_up: int
    steps_down: int
    reclassed: int
    by_class: tuple[Group, ...]
    by_area: tuple[Group, ...]
    refused: tuple[tuple[str, int], ...]

    @property
    def before_fen(self) -> int:
        """What was billed."""
        return int(self.customers.before_fen.sum())

    @property
    def after_fen(self) -> int:
        """What it would be."""
        return int(self.customers.after_fen.sum())

    @property
    def energy_wh(self) -> int:
        """The energy of the bills."""
        return int(self.customers.energy_wh.sum())


def answer_of(compared: Compared) -> Answer:
    """Sum a comparison up."""
    return whole([part_of(compared)], compared)


def part_of(compared: Compared) -> Part:
    """Sum up the comparison of all bills that some customers have in a population."""
    return Part(
        customers=_by_customer(compared),
        bills=len(compared),
        steps_up=int((compared.step_after > compared.step_before).sum()),
        steps_down=int((compared.step_after < compared.step_before).sum()),
        reclassed=int((compared.new_class != compared.price_class).sum()),
        by_class=_groups(compared, compared.price_class),
        by_area=_groups(compared, compared.area),
        refused=dict(Counter(code for _bill, _customer, code, _params in compared.refused)),
    )


def joined(parts: Sequence[Part]) -> Part:
    """Put parts of different customers together, in the order of their customers."""
    refused: Counter[str] = Counter()
    for one in parts:
        refused.update(one.refused)
    return Part(
        customers=OfCustomers(
            *(
                np.concatenate([getattr(one.customers, each.name) for one in parts])
                if parts
                else np.zeros(0, np.int64)
                for each in fields(OfCustomers)
            )
        ),
        **{
            name: sum(getattr(one, name) for one in parts)
            for name in ("bills", "steps_up", "steps_down", "reclassed")
        },
        by_class=_added([each for one in parts for each in one.by_class]),
        by_area=_added([each for one in parts for each in one.by_area]),
        refused=dict(refused),
    )


def whole(parts: Sequence[Part], compared: Compared | None = None) -> Answer:
    """Return the answer that some parts make up."""
    one = joined(parts)
    difference = one.customers.difference_fen
    order = np.lexsort((one.customers.customer, -np.abs(difference)))
    before, after = np.sign(one.customers.before_fen), np.sign(one.customers.after_fen)
    return Answer(
        compared=compared,
        customers=one.customers,
        bills=one.bills,
        spread=spread_of(difference),
        movers=order[difference[order] != 0][:MOVERS],
        turned=np.flatnonzero(before * after < 0),
        steps_up=one.steps_up,
        steps_down=one.steps_down,
        reclassed=one.reclassed,
        by_class=one.by_class,
        by_area=one.by_area,
        refused=tuple(sorted(one.refused.items(), key=lambda each: (-each[1], each[0]))),
    )


def _added(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Add up groups of the same key; each customer is in one part, so that counts add up too."""
    sums: dict[int, list[int]] = {}
    names = [each.name for each in fields(Group) if each.name != "key"]
    for one in groups:
        held = sums.setdefault(one.key, [0] * len(names))
        sums[one.key] = [value + getattr(one, name) for value, name in zip(held, names, strict=True)]
    return _ordered(Group(key, *values) for key, values in sums.items())


def _ordered(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (-abs(group.difference_fen), group.key)))


def _by_customer(compared: Compared) -> OfCustomers:
    customer, last, at = _last_of(compared)
    sums = {}
    for name in ("energy_wh", "before_fen", "after_fen"):
        sums[name] = np.zeros(len(customer), np.int64)
        np.add.at(sums[name], at, getattr(compared, name))
    return OfCustomers(
        customer=customer,
        bills=np.bincount(at, minlength=len(customer)).astype(np.int64),
        price_class=compared.price_class[last],
        new_class=compared.new_class[last],
        area=compared.area[last],
        **sums,
    )


def _last_of(compared: Compared) -> tuple[Int64, Int64, Int64]:
    """Return the customers, the row of each one's last bill, and the customer's place of each bill."""
    customer, at = np.unique(compared.customer, return_inverse=True)
    at = at.reshape(-1).astype(np.int64)
    last = np.zeros(len(customer), np.int64)
    last[at] = np.arange(len(compared))
    return customer, last, at


def _groups(compared: Compared, keys: Int64) -> tuple[Group, ...]:
    found = []
    moved = compared.difference_fen != 0
    for key in np.unique(keys).tolist():
        mine = keys == key
        found.append(
            Group(
                key=key,
                customers=len(np.unique(compared.customer[mine])),
                touched=len(np.unique(compared.customer[mine & moved])),
                energy_wh=int(compared.energy_wh[mine].sum()),
                before_fen=int(compared.before_fen[mine].sum()),
                after_fen=int(compared.after_fen[mine].sum()),
            )
        )
    return _ordered(found)
