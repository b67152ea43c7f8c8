"""What a comparison comes to: the spread over customers, the biggest movers, who flips, by class and by area."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
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
class Answer:
    """The whole answer; every sum is exact and those of the groups make up the total.

    Attributes:
        compared: bill by bill.
        customers: by customer.
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

    compared: Compared
    customers: OfCustomers
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
        return int(self.compared.before_fen.sum())

    @property
    def after_fen(self) -> int:
        """What it would be."""
        return int(self.compared.after_fen.sum())

    @property
    def energy_wh(self) -> int:
        """The energy of the bills."""
        return int(self.compared.energy_wh.sum())


def answer_of(compared: Compared) -> Answer:
    """Sum a comparison up."""
    customers = _by_customer(compared)
    difference = customers.difference_fen
    order = np.lexsort((customers.customer, -np.abs(difference)))
    before, after = np.sign(customers.before_fen), np.sign(customers.after_fen)
    return Answer(
        compared=compared,
        customers=customers,
        spread=spread_of(difference),
        movers=order[difference[order] != 0][:MOVERS],
        turned=np.flatnonzero(before * after < 0),
        steps_up=int((compared.step_after > compared.step_before).sum()),
        steps_down=int((compared.step_after < compared.step_before).sum()),
        reclassed=int((compared.new_class != compared.price_class).sum()),
        by_class=_groups(compared, compared.price_class),
        by_area=_groups(compared, compared.area),
        refused=tuple(Counter(code for _bill, _customer, code, _params in compared.refused).most_common()),
    )


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
    return tuple(sorted(found, key=lambda group: (-abs(group.difference_fen), group.key)))
