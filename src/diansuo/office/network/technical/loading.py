"""Where the archive's meters and the lake's registers and curves become columns of an area's technical loss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from diansuo.core.network.energy import Intervals, Rows, State, flows_of
from diansuo.core.network.spreading import Daily
from diansuo.core.network.technical_terms import CLASSES
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import AreaTerm, ContractTerm, MeteringPoint, PointArea
from diansuo.office.metering import lake
from diansuo.office.network import columns

Float = npt.NDArray[np.float64]
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


def load(station_id: int, area_id: int, first_day: date, last_day: date) -> AreaDays:
    """Load an area's days from the first to the last, both included."""
    points, phase, hung = _hangs(area_id, first_day, last_day)
    masters = list(MeteringPoint.objects.filter(master_of=area_id).values_list("id", flat=True))
    frame = lake.read_curve_frame([station_id], first_day, last_day + timedelta(days=1), [*points, *masters])
    width = hung.shape[1]
    curve_w = curve_power(frame, points, first_day, width)
    term = AreaTerm.objects.in_force(last_day).filter(area=area_id).values_list("capacity_va", flat=True)
    return AreaDays(
        points=points,
        phase=phase,
        kind=kinds(points, last_day),
        hung=hung,
        daily=daily(station_id, first_day, last_day, points, hung),
        curve_w=np.where(hung[..., None], curve_w, np.nan),
        volt=_volt(frame.filter(pl.col("point").is_in(masters)), first_day, width),
        lowest_v=_lowest_v(frame.filter(pl.col("point").is_in(points)), first_day, width),
        capacity_va=term.first(),
    )


def _hangs(area_id: int, first_day: date, last_day: date) -> tuple[list[int], list[str], Bool]:
    """Return the customers' points of an area in the order of the walk, their phases, and when they hang there."""
    rows = (
        PointArea.objects.filter(area=area_id, point__contract__isnull=False, valid_from__lte=last_day)
        .exclude(valid_to__lte=first_day)
        .order_by("point__walk_order", "point", "valid_from")
        .values_list("point", "phase", "valid_from", "valid_to", "point__contract__closed_date")
    )
    width = (last_day - first_day).days + 1
    found: dict[int, tuple[str, Bool]] = {}
    for point, phase, start, end, closed in rows:
        _said, mask = found.get(point, ("", np.zeros(width, dtype=np.bool_)))
        until = min(each for each in (end, closed, last_day + timedelta(days=1)) if each is not None)
        mask[max((start - first_day).days, 0) : max((until - first_day).days, 0)] = True
        found[point] = (phase, mask)
    hung = np.array([mask for _phase, mask in found.values()], dtype=np.bool_).reshape(len(found), width)
    return list(found), [phase for phase, _mask in found.values()], hung


def kinds(points: list[int], day: date) -> Int64:
    """Return the class of each point, by what its contract is priced as."""
    terms = ContractTerm.objects.in_force(day).filter(contract__points__in=points)
    priced = dict(terms.values_list("contract__points", "price_class"))
    names = [_CLASS[PriceClass(priced[one])] if one in priced else CLASSES[0] for one in points]
    return np.array([CLASSES.index(name) for name in names], dtype=np.int64)


def daily(station_id: int, first_day: date, last_day: date, points: list[int], hung: Bool) -> Daily:
    """Return the energy of points by day, nothing (and known) where they do not hang."""
    count, width = hung.shape
    after = last_day + timedelta(days=1)
    frame = lake.read_freeze_frame([station_id], first_day, after + timedelta(days=1), points)
    freezes = columns.freezes_of(frame)
    ends, exchanges = columns.around(station_id, first_day, after)
    wanted, order = np.unique(np.array(points, dtype=np.int64), return_index=True)
    first = (first_day - columns.EPOCH).days
    rows = Rows(freezes, wanted, first, width + 1)
    place = np.repeat(np.arange(len(wanted), dtype=np.int64), width)
    day = first + np.tile(np.arange(width, dtype=np.int64), len(wanted))
    feeds = np.isin(wanted, np.unique(freezes.point[freezes.reverse_wh >= 0]))
    intervals = Intervals(wanted[place], day, day + 1, feeds[place])
    flows = flows_of(freezes, rows, place, intervals, ends, exchanges)
    drawn, fed, known = (np.zeros((count, width), dtype) for dtype in (np.float64, np.float64, np.bool_))
    shape = (len(wanted), width)
    drawn[order] = flows.forward_wh.reshape(shape)
    fed[order] = flows.reverse_wh.reshape(shape)
    known[order] = (flows.state == State.KNOWN).reshape(shape)
    return Daily(np.where(hung, drawn, 0.0), np.where(hung, fed, 0.0), known | ~hung)


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
