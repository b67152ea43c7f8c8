"""The technical loss of a sample station as its office computes it: from what it has of registers, curves, lines.

Nothing of the truth goes in but what a station sees: energies by its books, the power of the few areas that have
curves, the voltage at every master. The band is that of the method (`core.network.technical_terms.BANDS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.estimated_lines import estimated_lines
from diansuo.core.network.lines import THREE
from diansuo.core.network.spreading import Daily, Profiles, filled, learned, powers
from diansuo.core.network.technical import Supply, line_loss
from diansuo.core.network.technical_terms import CLASSES, TechnicalRules, spreads_of
from diansuo.lab.losing import Plan
from diansuo.lab.technical_band import CLASS_OF, POINTS, lines_with, watt_of
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.layout import CUSTOMERS_AN_AREA, Array
from diansuo.sandbox.shapes import Use

Float = npt.NDArray[np.float64]
LEARNED_DAYS: Final = 7
"""From so many of the last days the station's own profiles are made, as the office does."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a station has to compute with: areas whose lines are on record, bool (A,), and those with curves."""

    recorded: Array
    curves: list[int]


@dataclass(frozen=True, slots=True)
class Computed:
    """Technical loss of every area and day with its band, and of it what the meters take, Wh, float64 (A, D).

    Where there is no flow it is nan.
    """

    wh: Float
    low_wh: Float
    high_wh: Float
    meter_wh: Float


def means(table: Mapping[str, Any], areas: int, seed: int) -> Means:
    """Return what the station of a seed has; which areas, is left to chance."""
    given, random = table["technical"], np.random.default_rng([seed, 31])
    recorded = random.permutation(areas) < round(areas * given["recorded_percent"] / 100)
    curves = random.permutation(areas)[: int(given["curve_areas"])]
    return Means(recorded, sorted(curves.tolist()))


def computed(
    rules: TechnicalRules,
    having: Means,
    planned: Plan,
    energy: Energy,
    booked: list[Array],
    seen: tuple[Float, Float],
) -> Computed:
    """Compute the technical loss of every area.

    Args:
        rules: parameters, profiles and bands.
        having: lines and curves that are there.
        planned: the station and its books.
        energy: what was simulated, with the quarters of all masters and of the meters of the areas with curves.
        booked: the columns of the layout booked in each area.
        seen: energy by forward and reverse registers, nan where not known, both (columns, days).
    """
    days = energy.master.shape[1]
    curve_w = {area: _curves(planned, energy, area, days) for area in having.curves}
    kind = np.array([CLASSES.index(CLASS_OF[Use(int(use))]) for use in planned.layout.use])
    own = _own(rules, curve_w, kind)
    told = [at for at in range(len(CLASSES)) if not np.array_equal(own.share[at], rules.given.share[at])]
    shape = (len(booked), days)
    wh, low, high, meter = (np.empty(shape) for _each in range(4))
    for area, rows in enumerate(booked):
        use, feed = (column[rows] for column in seen)
        known = ~np.isnan(use)
        daily = filled(Daily(np.nan_to_num(use), np.nan_to_num(feed), known), kind[rows])
        curve = np.full((len(rows), days, POINTS), np.nan)
        if area in curve_w:
            here = rows // CUSTOMERS_AN_AREA == area
            curve[here] = curve_w[area][rows[here] % CUSTOMERS_AN_AREA]
            curve[~known] = np.nan
        load, measured = powers(Daily(daily.drawn_wh, daily.fed_wh, known), kind[rows], own, curve)
        volt = watt_of(energy, area, days)[1]
        phase = planned.books.phase[rows].astype(np.int64)
        if having.recorded[area]:
            net = lines_with(planned.layout, area, rows, phase, rules.conductors)
        else:
            net = estimated_lines(phase, rules.typical)
        lost = line_loss(*net, load, Supply(volt, rules.terms.power_factor))
        meters = rules.terms.meters_wh(len(rows), int((phase == THREE).sum()))
        wh[area], meter[area] = np.where(lost.solved, lost.wh + meters, np.nan), meters
        spread = spreads_of(daily, measured, np.isin(kind[rows], told), rules.terms.curve_share)
        least, most = rules.terms.band(bool(having.recorded[area]), spread)
        low[area], high[area] = wh[area] * least, wh[area] * most
    return Computed(wh, low, high, meter)


def _curves(planned: Plan, energy: Energy, area: int, days: int) -> Float:
    """Return the power of an area's own meters times the multiplier of the books, W, (C, D, 96)."""
    own = slice(area * CUSTOMERS_AN_AREA, (area + 1) * CUSTOMERS_AN_AREA)
    ratio = planned.books.multiplier[own] / planned.layout.multiplier[own]
    return watt_of(energy, area, days)[0] * ratio[:, None, None]


def _own(rules: TechnicalRules, curve_w: Mapping[int, Float], kind: npt.NDArray[np.int64]) -> Profiles:
    """Return the station's own profiles, from the last days of the areas with curves."""
    if not curve_w:
        return rules.given
    rows = [np.arange(area * CUSTOMERS_AN_AREA, (area + 1) * CUSTOMERS_AN_AREA) for area in curve_w]
    curves = np.concatenate([each[:, -LEARNED_DAYS:] for each in curve_w.values()])
    return learned(curves, kind[np.concatenate(rows)], rules.given, rules.terms.learning_days)
