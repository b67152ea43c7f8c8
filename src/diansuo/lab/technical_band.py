"""How far the computed technical loss lies from the true one: in sample stations whose physics is written down.

The truth is the sample's own (`sandbox.network`): a flow for every quarter of an hour, with all the noise of single
households. It is computed again from what an office would have: lines or none, curves, profiles of some areas' curves,
or the profiles of the rulebook. Nothing of the computation was set by these stations; only the bands are read off them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.estimated_lines import estimated_lines
from diansuo.core.network.lines import THREE, Consumers, Segments
from diansuo.core.network.spreading import Daily, Profiles, learned, powers
from diansuo.core.network.technical import Supply, line_loss
from diansuo.core.network.technical_terms import CLASSES, Spread, TechnicalRules
from diansuo.sandbox import curves, physics
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.layout import (
    BRANCH_WIRE,
    BRANCHES,
    CUSTOMERS_AN_AREA,
    SEGMENTS,
    SERVICE_WIRE,
    TRUNK,
    TRUNK_WIRE,
    Array,
    Layout,
    lay_out,
)
from diansuo.sandbox.shapes import Use

Float = npt.NDArray[np.float64]
POINTS: Final = 96
CURVE_AREAS: Final = 3
"""How many areas have curves, from which the station's own profiles are made."""
CLASS_OF: Final = {
    Use.RESIDENTIAL: "residential", Use.SHARED: "shared", Use.COMMERCIAL: "commercial",
    Use.IRRIGATION: "agricultural", Use.DEDICATED: "commercial",
}  # fmt: skip


def measured(
    rules: TechnicalRules, *, seed: int, first_day: date, customers: int = 1_200, days: int = 14
) -> dict[tuple[bool, Spread], Float]:
    """Return true over computed loss, float64 (areas, days), by whether the lines are known and by the spread.

    A day without a flow is nan.
    """
    layout = lay_out(np.random.default_rng([seed, 10]), customers, 0)
    span = [first_day + timedelta(days=at) for at in range(days)]
    every = list(range(layout.areas))
    energy = physics.simulate(layout, [], span, seed, lambda *_said: None, (every, [], 0))
    kept = {area: watt_of(energy, area, days) for area in every}
    kind = {area: _kind(layout, area) for area in every}
    donors = curves.choose(layout, CURVE_AREAS)
    own = learned(
        np.concatenate([kept[area][0] for area in donors]),
        np.concatenate([kind[area] for area in donors]),
        rules.given,
        rules.terms.learning_days,
    )
    found: dict[tuple[bool, Spread], list[Float]] = {}
    for area in every:
        truth = energy.technical[area]
        for key, wh in _computed(rules, layout, area, *kept[area], kind[area], own).items():
            found.setdefault(key, []).append(truth / wh)
    return {key: np.array(rows) for key, rows in found.items()}


def _computed(
    rules: TechnicalRules,
    layout: Layout,
    area: int,
    watt: Float,
    volt: Float,
    kind: npt.NDArray[np.int64],
    own: Profiles,
) -> dict[tuple[bool, Spread], Float]:
    """Return the computed loss of an area's days in every way it can be known."""
    terms = rules.terms
    drawn, fed = (np.maximum(sign * watt, 0).sum(axis=2) * 24 / watt.shape[2] for sign in (1, -1))
    daily = Daily(drawn, fed, np.ones_like(drawn, dtype=np.bool_))
    nothing, unmeasured = np.full_like(watt, np.nan), np.full_like(volt, terms.busbar_v)
    segments, consumers = lines(layout, area, rules.conductors)
    nets = {True: (segments, consumers), False: estimated_lines(consumers.phase, rules.typical)}
    meters = terms.meters_wh(len(consumers), int((consumers.phase == THREE).sum()))
    found = {}
    for spread, profiles, curve, head in (
        (Spread.GIVEN, rules.given, nothing, unmeasured),
        (Spread.OWN, own, nothing, unmeasured),
        (Spread.CURVES, rules.given, watt, volt),
    ):
        load, _measured = powers(daily, kind, profiles, curve)
        for known, net in nets.items():
            loss = line_loss(*net, load, Supply(head, terms.power_factor))
            found[known, spread] = np.where(loss.solved, loss.wh + meters, np.nan)
    return found


def lines(layout: Layout, area: int, conductors: Mapping[str, complex]) -> tuple[Segments, Consumers]:
    """Return the lines of an area as its list has them (`sandbox.lists.write_lines`)."""
    own = np.arange(layout.public)[_rows(layout, area)]
    return lines_with(layout, area, own, layout.phase[own].astype(np.int64), conductors)


def lines_with(
    layout: Layout, area: int, columns: Array, phase: npt.NDArray[np.int64], conductors: Mapping[str, complex]
) -> tuple[Segments, Consumers]:
    """Return the lines of an area with whoever the books hang there, those of elsewhere where their place would be.

    Args:
        layout: the station.
        area: which.
        columns: int64 (C,), columns of the layout.
        phase: int64 (C,), by the books.
        conductors: Ω a kilometre by name.
    """
    count = len(columns)
    names = [TRUNK_WIRE] * TRUNK + [BRANCH_WIRE] * BRANCHES + [SERVICE_WIRE] * count
    ohm = np.array([conductors[name] for name in names], dtype=np.complex128)
    at = layout.segment[area][columns % CUSTOMERS_AN_AREA]
    upper = np.concatenate([layout.parent[area], at]).astype(np.int64)
    length = np.concatenate([layout.length_m[area], layout.service_m[columns]]).astype(np.float64)
    ends = np.arange(SEGMENTS, SEGMENTS + count, dtype=np.int64)
    return Segments(upper, length, ohm, ohm), Consumers(ends, phase)


def _rows(layout: Layout, area: int) -> slice:
    return slice(area * CUSTOMERS_AN_AREA, min((area + 1) * CUSTOMERS_AN_AREA, layout.public))


def _kind(layout: Layout, area: int) -> npt.NDArray[np.int64]:
    return np.array([CLASSES.index(CLASS_OF[Use(int(use))]) for use in layout.use[_rows(layout, area)]])


def watt_of(energy: Energy, area: int, days: int) -> tuple[Float, Float]:
    """Return the power of every meter that is kept, (C, D, 96) W, and the voltage at the master, (D, 96)."""
    power = np.concatenate([part.power[:-1] for part in energy.kept[area]], axis=1).astype(np.float64) * 1000
    volt = np.concatenate([part.volt[-1].mean(axis=0) for part in energy.kept[area]]).astype(np.float64)
    return power.reshape(len(power), days, POINTS), volt.reshape(days, POINTS)
