"""Why an energy could not be settled, or what somebody should look at: codes and numbers, never words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64


class EnergyCode(StrEnum):
    """What is wrong with a row; the office turns code and params into a sentence (docs/rules/settled-energy.md)."""

    NEGATIVE_ENERGY = "negative_energy"
    NEGATIVE_SETTLED_ENERGY = "negative_settled_energy"
    NO_TRANSFORMER_TERMS = "no_transformer_terms"
    NO_AGREED_TERMS = "no_agreed_terms"
    ENERGY_OUT_OF_SERVICE = "energy_out_of_service"
    LOSS_TOO_LARGE = "loss_too_large"
    NO_TABLE_BRACKET = "no_table_bracket"
    PARTS_EXCEED_TOTAL = "parts_exceed_total"
    PARTS_DIFFER_FROM_TOTAL = "parts_differ_from_total"
    NOWHERE_TO_ALLOCATE = "nowhere_to_allocate"
    SHARES_EXCEED_TOTAL = "shares_exceed_total"
    SUB_EXCEEDS_MASTER = "sub_exceeds_master"
    SUB_ON_ANOTHER_DAY = "sub_on_another_day"
    SUPPLIED_EXCEEDS_SUPPLIER = "supplied_exceeds_supplier"
    SUPPLIED_DEMAND_EXCEEDS_SUPPLIER = "supplied_demand_exceeds_supplier"
    NO_TRANSFER_HOURS = "no_transfer_hours"
    FEED_IN_EXCEEDS_GENERATION = "feed_in_exceeds_generation"
    SUB_NOT_READ = "sub_not_read"
    MASTER_NOT_SETTLED = "master_not_settled"
    MASTER_WITHOUT_METER = "master_without_meter"
    SHARE_WITHOUT_MASTER = "share_without_master"
    NO_SHARE_ORDER = "no_share_order"
    POINTS_IN_CIRCLE = "points_in_circle"

    @property
    def holds(self) -> bool:
        """Whether the row is held until somebody has looked; otherwise it is settled and reported."""
        return self not in _REPORTED


_REPORTED: Final = frozenset({EnergyCode.PARTS_DIFFER_FROM_TOTAL})


@dataclass(frozen=True, slots=True)
class EnergyFinding:
    """One finding about one row of the function that returns it; the params are whole numbers with their units.

    Attributes:
        row: row of the columns the function settles; where it settles groups, the group.
        code: what is wrong.
        params: the numbers a sentence needs, by name.
    """

    row: int
    code: EnergyCode
    params: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SettledEnergy:
    """Energy row by row, and what is wrong with some of the rows.

    Attributes:
        energy_wh: int64, shape of what was handed in, Wh; zero where the row is held.
        held: bool (rows,), the row has a finding that holds it.
        findings: why, and what else was noticed.
    """

    energy_wh: Int64
    held: Bool
    findings: tuple[EnergyFinding, ...]


def findings_at(where: Bool, code: EnergyCode, **columns: np.ndarray[Any, Any]) -> list[EnergyFinding]:
    """Make one finding for each row that is marked, with that row of every column as params."""
    return [
        EnergyFinding(int(row), code, {name: int(column[row]) for name, column in columns.items()})
        for row in np.flatnonzero(where)
    ]


def in_row_order(*parts: list[EnergyFinding]) -> tuple[EnergyFinding, ...]:
    """Join findings, ordered by row; of one row in the order given."""
    return tuple(sorted((finding for part in parts for finding in part), key=lambda finding: finding.row))
