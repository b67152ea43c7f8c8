"""Where the archive's meters and the lake's registers and curves become columns of an area's technical loss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db.models import Sum

from diansuo.core.network.energy import Exchanges, Intervals, RegisterEnds, Rows, State, flows_of
from diansuo.core.network.spreading import Daily
from diansuo.core.network.technical_terms import CLASSES
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import month_of
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import AreaTerm, ContractTerm, MeteringPoint, PointArea
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile
from diansuo.office.network import columns
from diansuo.office.network.outlets import inner

Float = npt.NDArray[np.float64]
Around = tuple[RegisterEnds, Exchanges]
AREAS_AT_ONCE: Final = 50
CURVE_ROWS_AT_ONCE: Final = 2_000_000
_NO_CURVES: Final = pl.DataFrame(schema=lake.CURVE_SCHEMA)
VOLTAGES: Final = ("voltage_a_mv", "voltage_b_mv", "voltage_c_mv")
_MEAN: Final = pl.mean_horizontal(pl.col(name).replace(0, None) for name in VOLTAGES) / 1000
_CLASS: Final = {
    PriceClass.RESIDENTIAL_STEPS: "residential",
    PriceClass.RESIDENTIAL_STEPS_TOU: "residential",
    PriceClass.RESIDENTIAL_SHARED: "shared",
    PriceClass.RESIDENTIAL_SHARED_TOU: "shared",
    PriceClass.AGRICULTURAL: "agricultural",
    PriceClass.COMMERCIAL_SINGLE_PART: "commercial",
    PriceClass.COMMERCIAL_TWO_PART: "commercial",
}


@dataclass(frozen=True, slots=True)
class AreaDays:
    """An area's meters and what they registered on D days; C customers' points.

    Attributes:
        points: ids, in the order of the walk.
        phase: of each by the archive, empty where it does not say.
        kind: int64 (C,), the class (`CLASSES`).
        hung: bool (C, D), whether the point hangs here on the day.
        daily: energy; nothing, and known, on days it hangs elsewhere.
        curve_w: float64 (C, D, 96), nan where there is no point.
        volt: float64 (D, 96), phase to neutral at the master, nan where it is not measured.
        lowest_v: float64 (D,), the lowest of the customers' mean voltages of the day, nan where none was measured.
        capacity_va: of the transformer, None where it is not on record.
        model: of the transformer, empty where it is not on record.
    """

    points: list[int]
    phase: list[str]
    kind: Int64
    hung: Bool
    daily: Daily
    curve_w: Float
    volt: Float
    lowest_v: Float
    capacity_va: int | None
    model: str


def load(station_id: int, area_id: int, first_day: date, last_day: date) -> AreaDays:
    """Load an area's days from the first to the last, both included."""
    ((_area, days),) = load_each(station_id, [area_id], first_day, last_day)
    return days


def load_each(
    station_id: int, areas: Sequence[int], first_day: date, last_day: date
) -> Iterator[tuple[int, AreaDays]]:
    """Yield the days of areas in their order; the lake is asked for some areas at a time, not for each."""
    around = columns.around(station_id, first_day, last_day + timedelta(days=1))
    at_once = _areas_at_once(station_id, len(areas), first_day, last_day)
    for start in range(0, len(areas), at_once):
        yield from _loaded(station_id, areas[start : start + at_once], first_day, last_day, around)


def _areas_at_once(station_id: int, areas: int, first_day: date, last_day: date) -> int:
    """Return of how many areas curves may be held at once, going by how many rows the lake has of those months."""
    held = LakeFile.objects.filter(
        station=station_id, kind=lake.CURVE, month__gte=month_of(first_day), month__lte=month_of(last_day)
    ).aggregate(rows=Sum("rows"))
    share = CURVE_ROWS_AT_ONCE * max(areas, 1) // max(held["rows"] or 0, 1)
    return min(max(share, 1), AREAS_AT_ONCE)


def _loaded(
    station_id: int, areas: Sequence[int], first_day: date, last_day: date, around: Around
) -> Iterator[tuple[int, AreaDays]]:
    hangs = _hangs(areas, first_day, last_day)
    everyone = np.unique(np.array([point for each in hangs.values() for point in each.points], np.int64))
    registered = _registered(station_id, first_day, last_day, everyone, around)
    masters: dict[int, list[int]] = defaultdict(list)
    for point, area in MeteringPoint.objects.filter(master_of__in=areas).values_list("id", "master_of"):
        masters[area].append(point)
    curves = _curves(station_id, first_day, last_day, hangs, masters)
    kind = kinds(everyone.tolist(), last_day)
    terms = AreaTerm.objects.in_force(last_day).filter(area__in=areas)
    plates = {area: plate for area, *plate in terms.values_list("area", "capacity_va", "model")}
    for area in areas:
        one, frame = hangs[area], curves.get((area,), _NO_CURVES)
        at = np.searchsorted(everyone, np.array(one.points, dtype=np.int64))
        width, (capacity_va, model) = one.hung.shape[1], plates.get(area, (None, ""))
        curve_w = curve_power(frame, one.points, first_day, width)
        yield (
            area,
            AreaDays(
                points=one.points,
                phase=one.phase,
                kind=kind[at],
                hung=one.hung,
                daily=_while_hung(registered, at, one.hung),
                curve_w=np.where(one.hung[..., None], curve_w, np.nan),
                volt=_volt(frame.filter(pl.col("point").is_in(masters[area])), first_day, width),
                lowest_v=_lowest_v(frame.filter(pl.col("point").is_in(one.points)), first_day, width),
                capacity_va=capacity_va,
                model=model,
            ),
        )


@dataclass(frozen=True, slots=True)
class _Hangs:
    """The customers' points of an area in the order of the walk, their phases, and when they hang there, (C, D)."""

    points: list[int]
    phase: list[str]
    hung: Bool


def _hangs(areas: Sequence[int], first_day: date, last_day: date) -> dict[int, _Hangs]:
    rows = (
        PointArea.objects.filter(area__in=areas, point__contract__isnull=False, valid_from__lte=last_day)
        .exclude(valid_to__lte=first_day)
        .exclude(point__in=inner(last_day))
        .order_by("point__walk_order", "point", "valid_from")
        .values_list("area", "point", "phase", "valid_from", "valid_to", "point__contract__closed_date")
    )
    width = (last_day - first_day).days + 1
    found: dict[int, dict[int, tuple[str, Bool]]] = {area: {} for area in areas}
    for area, point, phase, start, end, closed in rows:
        _said, mask = found[area].get(point, ("", np.zeros(width, dtype=np.bool_)))
        until = min(each for each in (end, closed, last_day + timedelta(days=1)) if each is not None)
        mask[max((start - first_day).days, 0) : max((until - first_day).days, 0)] = True
        found[area][point] = (phase, mask)
    return {
        area: _Hangs(
            list(of),
            [phase for phase, _mask in of.values()],
            np.array([mask for _phase, mask in of.values()], dtype=np.bool_).reshape(len(of), width),
        )
        for area, of in found.items()
    }


def _curves(
    station_id: int,
    first_day: date,
    last_day: date,
    hangs: Mapping[int, _Hangs],
    masters: Mapping[int, list[int]],
) -> dict[tuple[object, ...], pl.DataFrame]:
    """Return the curves of areas, their customers' and their masters', by area; who moved is in both."""
    of = [(point, area) for area, one in hangs.items() for point in (*one.points, *masters.get(area, ()))]
    frame = lake.read_curve_frame(
        [station_id], first_day, last_day + timedelta(days=1), sorted({point for point, _area in of})
    )
    place = pl.DataFrame(of, schema={"point": pl.Int64, "area": pl.Int64}, orient="row")
    return frame.join(place, on="point").partition_by("area", as_dict=True, include_key=False)


def kinds(points: list[int], day: date) -> Int64:
    """Return the class of each point, by what its contract is priced as."""
    terms = ContractTerm.objects.in_force(day).filter(contract__points__in=points)
    priced = dict(terms.values_list("contract__points", "price_class"))
    names = [_CLASS[PriceClass(priced[one])] if one in priced else CLASSES[0] for one in points]
    return np.array([CLASSES.index(name) for name in names], dtype=np.int64)


def daily(station_id: int, first_day: date, last_day: date, points: list[int], hung: Bool) -> Daily:
    """Return the energy of points by day, nothing (and known) where they do not hang; a point may stand twice."""
    around = columns.around(station_id, first_day, last_day + timedelta(days=1))
    wanted, at = np.unique(np.array(points, dtype=np.int64), return_inverse=True)
    registered = _registered(station_id, first_day, last_day, wanted, around)
    return _while_hung(registered, at.astype(np.int64), hung)


def _registered(station_id: int, first_day: date, last_day: date, points: Int64, around: Around) -> Daily:
    """Return the energy of points, in ascending order and none twice, by their registers, (P, D) each."""
    width = (last_day - first_day).days + 1
    until = last_day + timedelta(days=2)
    freezes = columns.freezes_of(lake.read_freeze_frame([station_id], first_day, until, points.tolist()))
    first = (first_day - columns.EPOCH).days
    rows = Rows(freezes, points, first, width + 1)
    place = np.repeat(np.arange(len(points), dtype=np.int64), width)
    day = first + np.tile(np.arange(width, dtype=np.int64), len(points))
    feeds = np.isin(points, np.unique(freezes.point[freezes.reverse_wh >= 0]))
    flows = flows_of(freezes, rows, place, Intervals(points[place], day, day + 1, feeds[place]), *around)
    shape = (len(points), width)
    return Daily(
        flows.forward_wh.reshape(shape).astype(np.float64),
        flows.reverse_wh.reshape(shape).astype(np.float64),
        (flows.state == State.KNOWN).reshape(shape),
    )


def _while_hung(registered: Daily, at: Int64, hung: Bool) -> Daily:
    """Return the energy of some of the points while they hang in an area; elsewhere it is nothing, and known."""
    return Daily(
        np.where(hung, registered.drawn_wh[at], 0.0),
        np.where(hung, registered.fed_wh[at], 0.0),
        registered.known[at] | ~hung,
    )


def _volt(frame: pl.DataFrame, first_day: date, width: int) -> Float:
    """Return the mean phase voltage of the masters' rows by day and slot; a phase that shows nothing is none."""
    volt = np.full((width, lake.CURVE_SLOTS), np.nan)
    if len(frame):
        mean = frame.group_by("day", "slot").agg(volt=_MEAN.mean())
        day = (mean["day"] - first_day).dt.total_days().to_numpy()
        volt[day, mean["slot"].cast(pl.Int64).to_numpy() - 1] = mean["volt"].fill_null(np.nan).to_numpy()
    return volt


def _lowest_v(frame: pl.DataFrame, first_day: date, width: int) -> Float:
    lowest = np.full(width, np.nan)
    means = frame.group_by("day", "point").agg(volt=_MEAN.mean()).drop_nulls()
    found = means.group_by("day").agg(pl.col("volt").min())
    lowest[(found["day"] - first_day).dt.total_days().to_numpy()] = found["volt"].to_numpy()
    return lowest


def curve_power(frame: pl.DataFrame, points: list[int], first_day: date, width: int) -> Float:
    """Return the curves of points as W after the multiplier, float64 (C, D, 96), nan where there is no point."""
    power = np.full((len(points), width, lake.CURVE_SLOTS), np.nan)
    place = pl.DataFrame(
        {"point": points, "row": range(len(points))}, schema={"point": pl.Int64, "row": pl.Int64}
    )
    known = frame.filter(pl.col("power_w").is_not_null()).join(place, on="point")
    day = (known["day"] - first_day).dt.total_days().to_numpy()
    slot = known["slot"].cast(pl.Int64).to_numpy() - 1
    watt = (known["power_w"] * known["multiplier"]).cast(pl.Float64).to_numpy()
    power[known["row"].to_numpy(), day, slot] = watt
    return power
