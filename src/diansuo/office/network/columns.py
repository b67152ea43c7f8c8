"""Where the archive's periods and the lake's freezes become columns of the loss: members, registers, exchanges."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from diansuo.core.metering import Purpose, Register
from diansuo.core.network import Exchanges, Freezes, Members, RegisterEnds, Side
from diansuo.core.quantity.arrays import Int64
from diansuo.office.base.bulk import day_number, fetch_columns
from diansuo.office.metering import lake
from diansuo.office.metering.estimates import standing
from diansuo.office.network.outlets import INNER_SQL

EPOCH = date(1970, 1, 1)
FOREVER = np.iinfo(np.int64).max
NO_DAY = np.iinfo(np.int64).min
NO_POINT = -1
"""Stands for a meter that ought to be there and is not in the archive: its energy is never known."""
DEFAULT_DIGITS = 6

_TOUCHING = "{row}.valid_from < %s AND ({row}.valid_to IS NULL OR {row}.valid_to > %s)"
_AREAS = "SELECT id, number FROM archive_transformerarea WHERE station_id = %s ORDER BY number, id"
_TERMS = f"""
    SELECT t.area_id, t.feeder_id, t.dedicated, t.valid_from, t.valid_to FROM archive_areaterm t
    JOIN archive_transformerarea a ON a.id = t.area_id
    WHERE a.station_id = %s AND {_TOUCHING.format(row="t")} ORDER BY t.area_id, t.valid_from
"""
_CUSTOMERS = f"""
    SELECT h.point_id, h.area_id, {{start}}, {{end}}, k.closed_date FROM archive_pointarea h
    JOIN archive_transformerarea a ON a.id = h.area_id
    JOIN archive_meteringpoint p ON p.id = h.point_id
    JOIN archive_contract k ON k.id = p.contract_id
    WHERE a.station_id = %s AND {_TOUCHING.format(row="h")} AND NOT EXISTS ({INNER_SQL})
    ORDER BY h.point_id, h.valid_from
"""
_INLETS = """
    SELECT id, master_of_id, gate_of_id FROM archive_meteringpoint
    WHERE station_id = %s AND contract_id IS NULL ORDER BY id
"""
_ELSEWHERE = f"""
    SELECT t.feeder_id, t.valid_from, t.valid_to FROM archive_areaterm t
    JOIN archive_transformerarea a ON a.id = t.area_id
    WHERE a.station_id <> %s AND t.feeder_id IN
        (SELECT gate_of_id FROM archive_meteringpoint WHERE station_id = %s AND gate_of_id IS NOT NULL)
    AND {_TOUCHING.format(row="t")}
"""
_ENDS = f"""
    SELECT DISTINCT m.id, m.integer_digits FROM archive_meter m
    JOIN archive_meterinstallation i ON i.meter_id = m.id
    JOIN archive_meteringpoint p ON p.id = i.point_id
    WHERE p.station_id = %s AND m.integer_digits <> {DEFAULT_DIGITS}
"""
_READINGS = f"""
    SELECT r.point_id, r.read_date, r.register, r.purpose, r.register_wh FROM metering_registerreading r
    JOIN archive_meteringpoint p ON p.id = r.point_id
    WHERE p.station_id = %s AND r.read_date >= %s AND r.read_date <= %s
    AND r.purpose IN ({int(Purpose.FINAL)}, {int(Purpose.INITIAL)})
    AND r.register IN ({int(Register.ACTIVE_TOTAL)}, {int(Register.REVERSE_TOTAL)})
"""


@dataclass(frozen=True, slots=True)
class StationColumns:
    """What a station's losses are computed from: ``[start, end]``, the register of the last day included.

    ``areas`` and ``feeders`` are ids; the members' groups are the areas, then the feeders. ``public`` tells the areas
    that are not a customer's own on any day. ``inlets`` are the points of masters and gates, ``inlet_group`` theirs.
    ``estimated``: registers that stand in for missing ones, None where there are none.
    """

    areas: Int64
    public: npt.NDArray[np.bool_]
    feeders: Int64
    members: Members
    freezes: Freezes
    ends: RegisterEnds
    exchanges: Exchanges
    inlets: Int64
    inlet_group: Int64
    estimated: Freezes | None = None


@dataclass(frozen=True, slots=True)
class _Spells:
    """Rows of who belongs where, before the points' registers are known."""

    point: Int64
    group: Int64
    side: Int64
    from_day: Int64
    to_day: Int64


def load(station_id: int, start: date, end: date) -> StationColumns:
    """Load a station's members and registers of the days from ``start`` to ``end``, both with their register."""
    touching = [end, start]
    areas = fetch_columns(_AREAS, [station_id], id="int", number="text")["id"]
    terms = _spans(
        fetch_columns(
            _TERMS,
            [station_id, *touching],
            area="int",
            feeder="int",
            dedicated="bool",
            start="day",
            end="day",
        )
    )
    hangs = _spans(
        fetch_columns(
            _CUSTOMERS.format(start=day_number("h.valid_from"), end=day_number("h.valid_to")),
            [station_id, *touching, *[end - timedelta(days=1)] * 2],
            point="int",
            area="int",
            start="int",
            end="int",
            closed="day",
        )  # fmt: skip
    )
    hangs["end"] = np.where(hangs["end"] == 0, FOREVER, hangs["end"])
    hangs["end"] = np.minimum(hangs["end"], np.where(hangs["closed"] == NO_DAY, FOREVER, hangs["closed"]))
    inlets = fetch_columns(_INLETS, [station_id], id="int", area="int", feeder="int")
    feeders = np.unique(np.concatenate([terms["feeder"], inlets["feeder"]]))
    feeders = feeders[feeders > 0]
    elsewhere = _spans(
        fetch_columns(_ELSEWHERE, [station_id, station_id, *touching], feeder="int", start="day", end="day")
    )
    dedicated = np.isin(areas, terms["area"][terms["dedicated"]])
    spells = _spells(areas, feeders, terms, hangs, inlets, elsewhere)
    freezes = _freezes(station_id, start, end)
    group = np.where(
        inlets["area"] > 0,
        _index(areas, inlets["area"]),
        len(areas) + _index(feeders, inlets["feeder"]),
    )
    return StationColumns(
        areas=areas,
        public=~dedicated,
        feeders=feeders,
        members=_members(spells, freezes),
        freezes=freezes,
        ends=_ends(station_id),
        exchanges=_exchanges(station_id, start, end),
        inlets=inlets["id"],
        inlet_group=group,
        estimated=_estimated(station_id, start, end),
    )


def _spans(rows: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    rows["end"] = np.where(rows["end"] == NO_DAY, FOREVER, rows["end"])
    return rows


def _index(ids: Int64, wanted: Int64) -> Int64:
    """Return where each id stands among others (they are all there, or it is not asked)."""
    order = np.argsort(ids, kind="stable")
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64)
    at = np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)
    return order[at].astype(np.int64)


def _spells(
    areas: Int64,
    feeders: Int64,
    terms: dict[str, Any],
    hangs: dict[str, Any],
    inlets: dict[str, Any],
    elsewhere: dict[str, Any],
) -> list[_Spells]:
    """Return who belongs to each area and to each feeder."""
    masters, gates = inlets["area"] > 0, inlets["feeder"] > 0
    found = [
        _made(hangs["point"], _index(areas, hangs["area"]), Side.OUTLET, hangs["start"], hangs["end"]),
        _made(inlets["id"][masters], _index(areas, inlets["area"][masters]), Side.INLET),
        _made(inlets["id"][gates], len(areas) + _index(feeders, inlets["feeder"][gates]), Side.INLET),
    ]
    master_of: dict[int, list[int]] = {}
    for point, area in zip(inlets["id"][masters].tolist(), inlets["area"][masters].tolist(), strict=True):
        master_of.setdefault(area, []).append(point)
    below: list[tuple[int, int, int, int]] = []
    customers_of = _rows_by_area(hangs, terms["area"][terms["dedicated"]])
    columns = (terms["area"], terms["feeder"], terms["dedicated"], terms["start"], terms["end"])
    for area, feeder, dedicated, start, end in zip(*(column.tolist() for column in columns), strict=True):
        if not feeder:
            continue
        if dedicated:
            below += [
                (
                    int(hangs["point"][at]),
                    feeder,
                    max(start, int(hangs["start"][at])),
                    min(end, int(hangs["end"][at])),
                )
                for at in customers_of.get(area, ())
            ]
        else:
            below += [(point, feeder, start, end) for point in master_of.get(area, [NO_POINT])]
    # What another station has on the feeder is not in this station's lake.
    rows = (elsewhere["feeder"].tolist(), elsewhere["start"].tolist(), elsewhere["end"].tolist())
    below += [(NO_POINT, feeder, start, end) for feeder, start, end in zip(*rows, strict=True)]
    below = [row for row in below if row[2] < row[3]]
    table = np.array(below, dtype=np.int64).reshape(len(below), 4)
    found.append(
        _made(table[:, 0], len(areas) + _index(feeders, table[:, 1]), Side.OUTLET, table[:, 2], table[:, 3])
    )
    return found


def _rows_by_area(hangs: dict[str, Any], areas: Int64) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for at in np.flatnonzero(np.isin(hangs["area"], areas)).tolist():
        rows.setdefault(int(hangs["area"][at]), []).append(at)
    return rows


def _made(
    point: Int64, group: Int64, side: Side, start: Int64 | None = None, end: Int64 | None = None
) -> _Spells:
    count = len(point)
    return _Spells(
        point=point.astype(np.int64),
        group=np.asarray(group, dtype=np.int64),
        side=np.full(count, int(side), dtype=np.int64),
        from_day=np.zeros(count, dtype=np.int64) if start is None else start.astype(np.int64),
        to_day=np.full(count, FOREVER, dtype=np.int64) if end is None else end.astype(np.int64),
    )


def _members(spells: list[_Spells], freezes: Freezes) -> Members:
    def joined(name: str) -> Int64:
        return np.concatenate([getattr(each, name) for each in spells])

    point = joined("point")
    feeding = np.unique(freezes.point[freezes.reverse_wh >= 0])
    return Members(
        point=point,
        group=joined("group"),
        side=joined("side"),
        from_day=joined("from_day"),
        to_day=joined("to_day"),
        feeds=np.isin(point, feeding),
    )


def _freezes(station_id: int, start: date, end: date) -> Freezes:
    names = ("point", "day", "meter", "multiplier", "active_total_wh", "reverse_total_wh")
    return freezes_of(lake.read_freeze_rows([station_id], start, end + timedelta(days=1), names))


def _estimated(station_id: int, start: date, end: date) -> Freezes | None:
    """Return the estimated registers of these days, of estimates that still hold: where the true one is missing."""
    found = [
        each.estimate
        for each in standing.judged(station_id, standing.latest(station_id, start, end))
        if each.state == standing.State.STANDING and each.estimate.register_wh is not None
    ]
    if not found:
        return None
    rows = [
        (one.point_id, (one.of_date - EPOCH).days + 1, one.meter_id, one.multiplier, one.register_wh, -1)
        for one in found
    ]
    return Freezes(*np.array(rows, dtype=np.int64).T.copy())


def joined(first: Freezes, second: Freezes) -> Freezes:
    """Return the rows of both; of two of a point and day the latter's counts."""
    return Freezes(
        *(np.concatenate((getattr(first, each.name), getattr(second, each.name))) for each in fields(Freezes))
    )


def around(station_id: int, start: date, end: date) -> tuple[RegisterEnds, Exchanges]:
    """Return what the registers of some days need beside themselves: where they roll over, and the exchanges."""
    return _ends(station_id), _exchanges(station_id, start, end)


def freezes_of(frame: pl.DataFrame) -> Freezes:
    """Return rows of the lake as columns of the loss."""
    columns = frame.select(
        "point",
        pl.col("day").cast(pl.Int32).cast(pl.Int64),
        "meter",
        "multiplier",
        pl.col("active_total_wh").fill_null(-1),
        pl.col("reverse_total_wh").fill_null(-1),
    )
    return Freezes(*(columns[name].to_numpy().astype(np.int64, copy=False) for name in columns.columns))


def _ends(station_id: int) -> RegisterEnds:
    rows = fetch_columns(_ENDS, [station_id], meter="int", digits="int")
    return RegisterEnds(rows["meter"], 1000 * 10 ** rows["digits"])


def _exchanges(station_id: int, start: date, end: date) -> Exchanges:
    """Return the exchanges whose final and initial registers are on record."""
    rows = fetch_columns(
        _READINGS, [station_id, start, end], point="int", day="day", register="int", purpose="int", wh="int"
    )
    found: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
    for point, day, register, purpose, wh in zip(*(column.tolist() for column in rows.values()), strict=True):
        found.setdefault((point, day), {})[register, purpose] = wh
    total, back = int(Register.ACTIVE_TOTAL), int(Register.REVERSE_TOTAL)
    final, initial = int(Purpose.FINAL), int(Purpose.INITIAL)
    made = [
        (
            *at,
            said[total, final],
            said[total, initial],
            said.get((back, final), -1),
            said.get((back, initial), -1),
        )
        for at, said in sorted(found.items())
        if (total, final) in said and (total, initial) in said
    ]
    table = np.array(made, dtype=np.int64).reshape(len(made), 6)
    return Exchanges(*(table[:, at].copy() for at in range(6)))
