"""Where registers and curves of masters and large customers become columns of a feeder's technical loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.feeder_technical import Plates
from diansuo.core.network.spreading import Daily
from diansuo.core.network.technical_terms import series_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.archive.models import MeteringSide, SupplyTerm, Transformer
from diansuo.office.metering import lake
from diansuo.office.network.technical import loading, rules
from diansuo.office.network.technical.feeder_hanging import Hung, hanging

Float = npt.NDArray[np.float64]
AREA, CUSTOMER = 0, 1
"""The two classes of load on a feeder, `FeederDays.kind`."""
NOTHING: Final = (np.nan, np.nan, np.nan)


@dataclass(frozen=True, slots=True)
class FeederDays:
    """A feeder's T transformers and what went through them on D days.

    Attributes:
        areas: ids, in the order of their numbers.
        kind: int64 (T,), `AREA` or `CUSTOMER`.
        hung: bool (T, D), whether it stands on the feeder on the day.
        daily: energy; nothing, and known, on days it does not stand here.
        curve_w: float64 (T, D, 96), nan where there is no point.
        plates: what each loses; nan for customers metered before theirs, and where it is not known.
        unplated: transformers whose loss ought to be counted and is not known.
        assumed: bool (T,), the model is not on record and that of the rulebook was taken.
    """

    areas: list[int]
    kind: Int64
    hung: Bool
    daily: Daily
    curve_w: Float
    plates: Plates
    unplated: int
    assumed: Bool


def load(station_id: int, first_day: date, last_day: date) -> dict[int, FeederDays]:
    """Load the days from the first to the last, both included, of every feeder a station has something on."""
    hung = hanging(station_id, first_day, last_day)
    every = [pair for ones in hung.values() for one in ones for pair in one.points]
    if not every:
        return {}
    points, masks = [point for point, _mask in every], np.array([mask for _point, mask in every])
    daily = loading.daily(station_id, first_day, last_day, points, masks)
    frame = lake.read_curve_frame([station_id], first_day, last_day + timedelta(days=1), points)
    curve_w = loading.curve_power(frame, points, first_day, masks.shape[1])
    found, at = {}, 0
    for feeder, ones in hung.items():
        count = sum(len(one.points) for one in ones)
        part = slice(at, at + count)
        of = Daily(daily.drawn_wh[part], daily.fed_wh[part], daily.known[part])
        found[feeder] = _feeder(ones, of, curve_w[part], last_day)
        at += count
    return found


def _feeder(ones: Sequence[Hung], daily: Daily, curve_w: Float, last_day: date) -> FeederDays:
    """Add up what each transformer is metered by; one without a meter is not known while it stands here."""
    count, width = len(ones), len(ones[0].on)
    drawn, fed, curve = (
        np.zeros((count, width)),
        np.zeros((count, width)),
        np.zeros((count, width, curve_w.shape[2])),
    )
    known = np.ones((count, width), dtype=np.bool_)
    at = 0
    for row, one in enumerate(ones):
        part = slice(at, at + len(one.points))
        drawn[row], fed[row] = daily.drawn_wh[part].sum(axis=0), daily.fed_wh[part].sum(axis=0)
        known[row] = daily.known[part].all(axis=0) & (bool(one.points) | ~one.on)
        there = np.array([mask for _point, mask in one.points]).reshape(len(one.points), width)
        curve[row] = np.where(there[..., None], curve_w[part], 0.0).sum(axis=0)
        curve[row, ~there.any(axis=0)] = np.nan
        at += len(one.points)
    plates = [_plate(one, last_day) for one in ones]
    on = np.array([one.on for one in ones])
    columns = np.array([plate for plate, _unknown, _assumed in plates], dtype=np.float64).reshape(count, 3)
    return FeederDays(
        areas=[one.area for one in ones],
        kind=np.array([CUSTOMER if one.dedicated else AREA for one in ones], dtype=np.int64),
        hung=on,
        daily=Daily(drawn, fed, known),
        curve_w=curve,
        plates=Plates(columns[:, 0], columns[:, 1], columns[:, 2]),
        unplated=sum(unknown for _plate, unknown, _assumed in plates),
        assumed=np.array([assumed for _plate, _unknown, assumed in plates], dtype=np.bool_),
    )


def _plate(one: Hung, day: date) -> tuple[tuple[float, float, float], bool, bool]:
    """Return no-load loss, load loss and capacity; whether they ought to be known and are not; whether assumed."""
    if not one.dedicated:
        plate, assumed = rules.plate(one.model, one.capacity_va, day)
        if plate is None:
            return NOTHING, True, False
        return (*plate, float(one.capacity_va or 1)), False, assumed
    behind = _behind([point for point, _mask in one.points], day)
    if not behind:
        return NOTHING, False, False
    known = [_of_customer(each, day) for each in behind]
    if any(plate is None for plate in known):
        return NOTHING, True, False
    sums = np.array(known, dtype=np.float64).sum(axis=0)
    return (float(sums[0]), float(sums[1]), float(sums[2])), False, False


def _behind(points: Iterable[int], day: date) -> list[Transformer]:
    """Return the transformers of customers who are metered behind them (高供低计)."""
    terms = SupplyTerm.objects.in_force(day).filter(
        contract__points__in=list(points), metering_side=MeteringSide.HIGH_LOW
    )
    return list(
        Transformer.objects.in_force(day).filter(contract__in=terms.values("contract")).order_by("id")
    )


def _of_customer(of: Transformer, day: date) -> tuple[float, float, float] | None:
    """Return what a customer's transformer loses, by its nameplate, else by its model."""
    if of.p0_w is not None and of.pk_w is not None:
        return float(of.p0_w), float(of.pk_w), float(of.capacity_va)
    plate = rules.transformers(day).get((series_of(of.model), of.capacity_va))
    return None if plate is None else (*plate, float(of.capacity_va))
