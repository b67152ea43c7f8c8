"""What the points of contracts with several are to each other, as columns beside the settled months to be priced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.office.base import bulk

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

NOTHING: Final = 0
ABSENT: Final = -1
IDS_A_QUERY: Final = 500
HOLDS: Final = "f.severity = 2 AND f.rule NOT LIKE %s"
OF_BILLS: Final = "B-%"

CONTRACTS = """
    SELECT p.contract_id, MIN(q.id), MAX(q.id) FROM archive_meteringpoint p
    JOIN archive_meteringpoint q ON q.contract_id = p.contract_id AND q.station_id = p.station_id
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s
    GROUP BY p.contract_id HAVING COUNT(DISTINCT q.id) > 1
"""
POINTS = "SELECT q.id FROM archive_meteringpoint q WHERE q.station_id = %s AND q.contract_id IN ({marks})"
TOGETHER = f"""
    SELECT c.id, c.point_id, p.contract_id, COALESCE(s.master_id, 0), COALESCE(m.contract_id, 0),
           COALESCE(o.relation, 0), COALESCE(o.share, 0), COALESCE(o.price_class, 0), COALESCE(o.feed_in, 0),
           COALESCE(o.contract_demand_w, 0), s.id, c.total_wh, COALESCE(s.supplied_wh, 0),
           COALESCE(s.settled_wh, c.total_wh),
           COALESCE(s.sharp_wh, c.sharp_wh), COALESCE(s.peak_wh, c.peak_wh), COALESCE(s.flat_wh, c.flat_wh),
           COALESCE(s.valley_wh, c.valley_wh), COALESCE(s.deep_valley_wh, c.deep_valley_wh),
           COALESCE(s.has_parts, c.has_parts),
           COALESCE(s.reactive_forward_varh, c.reactive_forward_varh), c.reactive_reverse_varh, c.has_reactive,
           COALESCE(s.demand_w, CASE WHEN s.id IS NULL THEN c.demand_w END, -1), COALESCE(c.demand_w, -1),
           EXISTS (SELECT 1 FROM metering_finding f
                   WHERE f.period = c.period AND f.point_id = c.point_id AND {HOLDS}),
           EXISTS (SELECT 1 FROM metering_pointsettlement x JOIN metering_consumption y ON y.id = x.consumption_id
                   JOIN archive_pointterm z ON z.id = x.term_id AND z.share = 0 AND z.relation IN (1, 3)
                   JOIN metering_finding f ON f.point_id = y.point_id AND f.period = y.period AND {HOLDS}
                   WHERE x.master_id = c.point_id AND y.period = c.period),
           EXISTS (SELECT 1 FROM metering_finding f
                   WHERE s.share > 0 AND f.point_id = s.master_id AND f.period = c.period AND {HOLDS})
    FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    LEFT JOIN metering_pointsettlement s ON s.consumption_id = c.id
    LEFT JOIN archive_pointterm o ON o.id = s.term_id
    LEFT JOIN archive_meteringpoint m ON m.id = s.master_id
    WHERE c.period = %s AND c.status <> 1 AND p.contract_id IN ({{marks}}) ORDER BY c.id
"""
# Written so that SQLite begins with the points of these contracts, not with everybody's month.
RELATED = """
    SELECT DISTINCT p.contract_id FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN metering_pointsettlement s ON s.consumption_id = c.id
    WHERE c.point_id = p.id AND c.period = %s AND p.contract_id BETWEEN %s AND %s
"""
MAINS = """
    SELECT p.contract_id, p.id, COALESCE(o.share, 0), COALESCE(o.price_class, 0), COALESCE(o.feed_in, 0),
           COALESCE(b.contract_id, 0)
    FROM archive_meteringpoint p
    LEFT JOIN archive_pointterm o ON o.point_id = p.id AND o.valid_from <= %s
         AND (o.valid_to IS NULL OR o.valid_to > %s)
    LEFT JOIN archive_meteringpoint b ON b.id = o.behind_id
    WHERE p.contract_id IN ({marks}) ORDER BY p.contract_id, p.id
"""
FULL_FEED_IN: Final = 1


@dataclass(frozen=True, slots=True)
class Together:
    """Settled months of contracts whose points belong together, one row a consumption, ascending by it.

    ``master`` is the point above, ``master_contract`` whose it is; ``settlement`` is 0 where only the reading counts.
    ``own_held`` and the like: something the checks found (not the pricing) holds this point, a point that was taken
    off it, or the point it is a part of.
    """

    consumption: Int64
    point: Int64
    contract: Int64
    master: Int64
    master_contract: Int64
    relation: Int64
    share: Int64
    own_class: Int64
    feed_in: Int64
    feed_demand_w: Int64
    settlement: Int64
    read_wh: Int64
    supplied_wh: Int64
    settled_wh: Int64
    sharp_wh: Int64
    peak_wh: Int64
    flat_wh: Int64
    valley_wh: Int64
    deep_valley_wh: Int64
    has_parts: Bool
    reactive_forward_varh: Int64
    reactive_reverse_varh: Int64
    has_reactive: Bool
    demand_w: Int64
    read_demand_w: Int64
    own_held: Bool
    below_held: Bool
    master_held: Bool

    def __len__(self) -> int:
        return len(self.consumption)


BOOLS: Final = {"has_parts", "has_reactive", "own_held", "below_held", "master_held"}


def contracts_of_chunk(station_id: int, low: int, high: int) -> tuple[set[int], list[int]]:
    """Return the contracts with several points that another chunk prices, and this one's points beyond its range.

    A contract is priced whole, by the chunk its first point lies in.
    """
    rows = bulk.fetch_columns(CONTRACTS, [station_id, low, high], contract="int", first="int", last="int")
    elsewhere = set(rows["contract"][rows["first"] < low].tolist())
    beyond = rows["contract"][(rows["first"] >= low) & (rows["last"] > high)].tolist()
    points: list[int] = []
    for part in _slices(beyond):
        found = bulk.fetch_columns(POINTS.format(marks=_marks(part)), [station_id, *part], point="int")
        points += [point for point in found["point"].tolist() if point > high]
    return elsewhere, sorted(points)


def together(period: int, contracts: Int64) -> Together:
    """Load every settled month of those of these contracts whose points belong together."""
    names = [each.name for each in fields(Together)]
    kinds = {name: "bool" if name in BOOLS else "int" for name in names}
    related: list[int] = []
    if len(contracts):
        low, high = int(contracts.min()), int(contracts.max())
        found = bulk.fetch_columns(RELATED, [period, low, high], contract="int")["contract"]
        related = sorted(set(found.tolist()) & set(contracts.tolist()))
    parts = [
        bulk.fetch_columns(
            TOGETHER.format(marks=_marks(part)), [OF_BILLS, OF_BILLS, OF_BILLS, period, *part], **kinds
        )
        for part in _slices(related)
    ]
    if not parts:
        return Together(*(np.zeros(0, np.bool_ if name in BOOLS else np.int64) for name in names))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
    order = np.argsort(joined["consumption"])
    return Together(**{name: column[order] for name, column in joined.items()})


def main_points(contracts: Iterable[int], day: Any) -> dict[int, int]:
    """Return the point that bears the capacity charge of each contract: the first that hangs behind none of its own."""
    mains: dict[int, int] = {}
    fallback: dict[int, int] = {}
    for part in _slices(sorted(set(contracts))):
        rows = bulk.fetch_columns(
            MAINS.format(marks=_marks(part)), [day, day, *part],
            contract="int", point="int", share="int", own_class="int", feed_in="int", above="int",
        )  # fmt: skip
        for contract, point, share, own_class, feed_in, above in zip(
            *(column.tolist() for column in rows.values()), strict=True
        ):
            fallback.setdefault(contract, point)
            if not share and not own_class and feed_in != FULL_FEED_IN and above != contract:
                mains.setdefault(contract, point)
    return fallback | mains


def _slices(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY))


def _marks(ids: list[int]) -> str:
    return ", ".join(["%s"] * len(ids))
