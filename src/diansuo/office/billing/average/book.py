"""A station's bills of a month as columns: class, energy, money by group of components, and what the archive says.

Kept in this process while neither bills nor archive change, as the losses are (`network.months`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.band import Band
from diansuo.core.quantity.money import amount_fen
from diansuo.core.tariff.classes import Component
from diansuo.office.base import bulk
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.sums import queries as sums

MONTHS_KEPT = 72
"""Two months of the stations of a county; one of 30,000 customers is 4 MB."""


class Group(IntEnum):
    """Which part of a price the money belongs to."""

    ENERGY = 0
    STEP = 1
    TIME_OF_USE = 2
    CAPACITY = 3
    POWER_FACTOR = 4
    OTHER = 5


GROUP_OF: Final = {
    Component.STEP: Group.STEP,
    Component.PEAK: Group.TIME_OF_USE,
    Component.VALLEY: Group.TIME_OF_USE,
    Component.CAPACITY: Group.CAPACITY,
    Component.DEMAND: Group.CAPACITY,
    Component.DEMAND_EXCESS: Group.CAPACITY,
    Component.POWER_FACTOR: Group.POWER_FACTOR,
    Component.FREE_ENERGY: Group.OTHER,
    Component.CORRECTION: Group.OTHER,
}
"""The rest charges each kWh: `Group.ENERGY`."""

# Written so that SQLite begins with the station's points, not with the month of every station.
BILLS = """
    SELECT b.id, c.point_id, k.customer_id, b.price_class, b.energy_wh, COALESCE(a.area_id, 0),
           COALESCE(t.capacity_va, 0), u.id IS NOT NULL, COALESCE(u.time_of_use, FALSE),
           COALESCE(u.power_factor_standard, 0)
    FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN billing_bill b ON b.consumption_id = c.id AND {bill_period} = c.period
    JOIN archive_contract k ON k.id = b.contract_id
    LEFT JOIN archive_pointarea a ON a.point_id = c.point_id AND a.valid_from < b.to_date
         AND (a.valid_to IS NULL OR a.valid_to >= b.to_date)
    LEFT JOIN archive_contractterm t ON t.contract_id = k.id AND t.valid_from <= b.from_date
         AND (t.valid_to IS NULL OR t.valid_to > b.from_date)
    LEFT JOIN archive_supplyterm u ON u.contract_id = k.id AND u.valid_from <= b.from_date
         AND (u.valid_to IS NULL OR u.valid_to > b.from_date)
    WHERE c.point_id = p.id AND c.period = %s AND p.station_id = %s ORDER BY c.point_id
"""
LINES = """
    SELECT l.bill_id, l.component, SUM(l.amount_fen)
    FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN billing_bill b ON b.consumption_id = c.id AND {bill_period} = c.period
    JOIN billing_billline l ON l.bill_id = b.id
    WHERE c.point_id = p.id AND c.period = %s AND p.station_id = %s GROUP BY l.bill_id, l.component
"""
BANDS = """
    SELECT l.bill_id, l.component, l.part, l.band, l.quantity, l.price_nano, l.amount_fen
    FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN billing_bill b ON b.consumption_id = c.id AND {bill_period} = c.period
    JOIN billing_billline l ON l.bill_id = b.id
    WHERE c.point_id = p.id AND c.period = %s AND p.station_id = %s AND l.band IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Book:
    """The bills of a station's month, one row a metering point, ascending.

    ``amount_fen`` is (rows, groups) by `Group`. Capacity is 0 where unknown; ``has_terms``: how the contract is
    settled stands in the archive.
    """

    point: Int64
    customer: Int64
    kind: Int64
    energy_wh: Int64
    area: Int64
    capacity_va: Int64
    has_terms: Bool
    time_of_use: Bool
    power_factor_standard: Int64
    amount_fen: Int64

    def __len__(self) -> int:
        return len(self.point)

    def take(self, rows: Any) -> Book:
        """Return these rows."""
        return Book(*(getattr(self, each.name)[rows] for each in fields(self)))

    @classmethod
    def none(cls) -> Book:
        """Return a book without bills."""
        kinds = {"has_terms": np.bool_, "time_of_use": np.bool_}
        columns: dict[str, Any] = {
            each.name: np.zeros(0, kinds.get(each.name, np.int64)) for each in fields(cls)
        }
        return cls(**columns | {"amount_fen": np.zeros((0, len(Group)), np.int64)})

    @classmethod
    def joined(cls, books: list[Book]) -> Book:
        """Return the bills of several stations as one book."""
        return cls(*(np.concatenate([getattr(one, each.name) for one in books]) for each in fields(cls)))


def of_month(station: Station, period: int) -> Book:
    """Return a station's book of a month, from memory where nothing changed: drafts come and go with their ids."""
    return _of_month(
        station.pk, period, (station.revision, *sums.state(Scope.everything(), station.pk, [period]))
    )


@lru_cache(maxsize=MONTHS_KEPT)
def _of_month(station_id: int, period: int, _state: tuple[object, ...]) -> Book:
    rows = bulk.fetch_columns(
        _sql(BILLS), [period, station_id],
        bill="int", point="int", customer="int", kind="int", energy_wh="int", area="int", capacity_va="int",
        has_terms="bool", time_of_use="bool", power_factor_standard="int",
    )  # fmt: skip
    bill = rows.pop("bill")
    return Book(**rows, amount_fen=_by_group(bill, period, station_id))


def _sql(query: str) -> str:
    return query.format(bill_period=bulk.unindexed("b.period"))


def _by_group(bill: Int64, period: int, station_id: int) -> Int64:
    """Return the money of each bill by group."""
    amounts = np.zeros((len(bill), len(Group)), dtype=np.int64)
    if not len(bill):
        return amounts
    order = np.argsort(bill)
    lines = bulk.fetch_columns(
        _sql(LINES), [period, station_id], bill="int", component="int", amount_fen="int"
    )
    row = order[np.searchsorted(bill[order], lines["bill"])]
    group = np.array(
        [GROUP_OF.get(Component(one), Group.ENERGY) for one in lines["component"].tolist()], np.int64
    )
    np.add.at(amounts, (row, group), lines["amount_fen"])
    bands = bulk.fetch_columns(
        _sql(BANDS), [period, station_id],
        bill="int", component="int", part="int", band="int", quantity="int", price_nano="int", amount_fen="int",
    )  # fmt: skip
    if len(bands["bill"]):
        row = order[np.searchsorted(bill[order], bands["bill"])]
        moved = beyond_flat(bands)
        np.add.at(amounts, (row, np.full(len(row), Group.TIME_OF_USE)), moved)
        np.add.at(amounts, (row, np.full(len(row), Group.ENERGY)), -moved)
    return amounts


def beyond_flat(lines: dict[str, Int64]) -> Int64:
    """Return what the period of the day made each line dearer than at the flat price of the same component.

    Zero where the bill has no energy in the flat period, whose price its lines then do not tell.
    """
    keys = np.stack([lines["bill"], lines["component"], lines["part"]])
    _keys, at = np.unique(keys, axis=1, return_inverse=True)
    at = at.reshape(-1)
    flat_price, known = np.zeros(at.max() + 1, np.int64), np.zeros(at.max() + 1, np.bool_)
    flat = lines["band"] == Band.FLAT
    flat_price[at[flat]], known[at[flat]] = lines["price_nano"][flat], True
    at_flat = amount_fen(lines["quantity"], flat_price[at], rounding="half_away")
    return np.where(known[at] & ~flat, lines["amount_fen"] - at_flat, 0)


def forget() -> None:
    """Drop what is remembered: for another database behind the same station, as in tests."""
    _of_month.cache_clear()
