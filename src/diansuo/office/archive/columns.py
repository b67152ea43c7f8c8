"""Where rows of the register become arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from diansuo.office.base.bulk import fetch_columns

Int64 = npt.NDArray[np.int64]

_IN_FORCE = "{row}.valid_from <= %s AND ({row}.valid_to IS NULL OR {row}.valid_to > %s)"
_STATION_POINTS = f"""
    SELECT p.id, p.contract_id, p.master_of_id, c.number, i.meter_id, m.asset_number, i.multiplier,
           t.price_class, t.voltage_class, t.capacity_va, a.area_id, a.phase
    FROM archive_meteringpoint p
    LEFT JOIN archive_contract k ON k.id = p.contract_id
    LEFT JOIN archive_customer c ON c.id = k.customer_id
    LEFT JOIN archive_meterinstallation i ON i.point_id = p.id AND {_IN_FORCE.format(row="i")}
    LEFT JOIN archive_meter m ON m.id = i.meter_id
    LEFT JOIN archive_contractterm t ON t.contract_id = p.contract_id AND {_IN_FORCE.format(row="t")}
    LEFT JOIN archive_pointarea a ON a.point_id = p.id AND {_IN_FORCE.format(row="a")}
    WHERE p.station_id = %s ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class StationPoints:
    """A station's metering points as they stood on a day, shape (n,), by ascending point.

    0 stands for none: no contract (a master point), no meter, no area, a capacity that is not known.
    """

    point: Int64
    contract: Int64
    master_of: Int64
    customer_number: npt.NDArray[Any]
    meter: Int64
    asset_number: npt.NDArray[Any]
    multiplier: Int64
    price_class: Int64
    voltage_class: Int64
    capacity_va: Int64
    area: Int64
    phase: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.point)


def station_points(station_id: int, day: date) -> StationPoints:
    """Load a station's points as they stood on a day."""
    return StationPoints(
        **fetch_columns(
            _STATION_POINTS,
            [day] * 6 + [station_id],
            point="int",
            contract="int",
            master_of="int",
            customer_number="text",
            meter="int",
            asset_number="text",
            multiplier="int",
            price_class="int",
            voltage_class="int",
            capacity_va="int",
            area="int",
            phase="text",
        )  # fmt: skip
    )
