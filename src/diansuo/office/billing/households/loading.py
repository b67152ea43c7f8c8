"""What pricing households needs of the archive beside the settled month; for most contracts there is nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.month import UNKNOWN_DAY
from diansuo.office.base import bulk

Int64 = npt.NDArray[np.int64]

FAR: Final = 2**40
"""A day after every other."""
KEYS_A_QUERY: Final = 500

# Terms of the contracts that have had more than one.
CHANGED_TERMS = """
    SELECT t.contract_id, t.price_class, t.voltage_class, {from_day}, COALESCE({to_day}, %s)
    FROM archive_contractterm t
    WHERE t.contract_id BETWEEN %s AND %s AND EXISTS (
        SELECT 1 FROM archive_contractterm o WHERE o.contract_id = t.contract_id AND o.id <> t.id)
    ORDER BY t.contract_id, t.valid_from
"""
ENDED_OR_TRANSFERRED = """
    SELECT k.id, COALESCE({closed_day}, %s), COALESCE({transferred_day}, %s) FROM archive_contract k
    WHERE k.id BETWEEN %s AND %s AND (k.closed_date IS NOT NULL OR k.transferred_date IS NOT NULL)
"""
HOUSEHOLD_TERMS = """
    SELECT h.contract_id, h.persons, h.electric_heating, h.free_energy, {from_day}, COALESCE({to_day}, %s)
    FROM archive_householdterm h WHERE h.contract_id BETWEEN %s AND %s ORDER BY h.contract_id, h.valid_from
"""
USE_TERMS = """
    SELECT u.contract_id, u.charging_situation, {from_day}, COALESCE({to_day}, %s)
    FROM archive_useterm u WHERE u.contract_id BETWEEN %s AND %s AND u.charging_situation IS NOT NULL
"""
LAST_PERIODS = """
    SELECT c.point_id, MAX(c.period) FROM metering_consumption c
    WHERE c.point_id IN ({marks}) AND c.period < %s AND c.to_date IS NOT NULL GROUP BY c.point_id
"""


class Term(NamedTuple):
    """Price and voltage class of a contract from a day until another."""

    from_day: int
    to_day: int
    price_class: int
    voltage_class: int


class Having(NamedTuple):
    """What a household has on top from a day until another; ``UNKNOWN_DAY``: it goes on."""

    from_day: int
    to_day: int
    persons: int
    electric_heating: bool
    free_energy: bool


class Charging(NamedTuple):
    """Where a charging point stands, from a day until another."""

    from_day: int
    to_day: int
    situation: int


@dataclass(slots=True)
class Facts:
    """What the archive has of some contracts, by contract; a contract without anything is in none of them."""

    terms: dict[int, list[Term]] = field(default_factory=lambda: defaultdict(list))
    closed_day: dict[int, int] = field(default_factory=dict)
    transferred_day: dict[int, int] = field(default_factory=dict)
    having: dict[int, list[Having]] = field(default_factory=lambda: defaultdict(list))
    charging: dict[int, list[Charging]] = field(default_factory=lambda: defaultdict(list))


def facts_of(contract: Int64) -> Facts:
    """Load what there is of these contracts and those between."""
    facts = Facts()
    if not len(contract):
        return facts
    low, high = int(contract.min()), int(contract.max())
    for key, *term in _rows(
        CHANGED_TERMS, "t", [FAR, low, high], "contract", "price", "voltage", "from_day", "to_day"
    ):
        price_class, voltage_class, from_day, to_day = term
        facts.terms[key].append(Term(from_day, to_day, price_class, voltage_class))
    _load_ends(facts, low, high)
    names = ("contract", "persons", "heating", "free", "from_day", "to_day")
    for key, persons, heats, free, from_day, to_day in _rows(
        HOUSEHOLD_TERMS, "h", [UNKNOWN_DAY, low, high], *names
    ):
        facts.having[key].append(Having(from_day, to_day, persons, bool(heats), bool(free)))
    for key, situation, from_day, to_day in _rows(
        USE_TERMS, "u", [FAR, low, high], "contract", "situation", "from_day", "to_day"
    ):
        facts.charging[key].append(Charging(from_day, to_day, situation))
    return facts


def _rows(query: str, table: str, params: list[int], *names: str) -> list[tuple[int, ...]]:
    days = {
        "from_day": bulk.day_number(f"{table}.valid_from"),
        "to_day": bulk.day_number(f"{table}.valid_to"),
    }
    found = bulk.fetch_columns(query.format(**days), params, **dict.fromkeys(names, "int"))
    return list(zip(*(column.tolist() for column in found.values()), strict=True))


def _load_ends(facts: Facts, low: int, high: int) -> None:
    days = {name: bulk.day_number(f"k.{name[:-4]}_date") for name in ("closed_day", "transferred_day")}
    found = bulk.fetch_columns(
        ENDED_OR_TRANSFERRED.format(**days),
        [UNKNOWN_DAY, UNKNOWN_DAY, low, high],
        contract="int",
        closed_day="int",
        transferred_day="int",
    )
    for name, target in (("closed_day", facts.closed_day), ("transferred_day", facts.transferred_day)):
        pairs = zip(found["contract"].tolist(), found[name].tolist(), strict=True)
        target.update((key, day) for key, day in pairs if day != UNKNOWN_DAY)


def last_periods(points: list[int], period: int) -> dict[int, int]:
    """Return the last month before this one that each of these points was settled in or opened."""
    found: dict[int, int] = {}
    for start in range(0, len(points), KEYS_A_QUERY):
        part = points[start : start + KEYS_A_QUERY]
        rows = bulk.fetch_columns(
            LAST_PERIODS.format(marks=", ".join(["%s"] * len(part))),
            [*part, period],
            point="int",
            period="int",
        )
        found.update(zip(rows["point"].tolist(), rows["period"].tolist(), strict=True))
    return found
