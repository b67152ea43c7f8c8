"""How far a feeder's computed technical loss lies from the true one: in sample stations whose flows are written down.

The truth is the sample's own (`sandbox.gates`): a flow of the 10 kV line for every hour, at the substation's real
voltage, with transformers as they stand there. It is computed again from what an office would have: lines or none,
curves of the masters, profiles made of them or those of the rulebook, and transformers of an assumed model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.estimated_feeder import estimated_feeder
from diansuo.core.network.feeder_technical import FeederLoads, Plates, feeder_loss
from diansuo.core.network.feeder_terms import FeederRules
from diansuo.core.network.lines import Segments
from diansuo.core.network.spreading import Daily, Profiles, learned, powers
from diansuo.core.network.technical_terms import CLASSES, Spread, TechnicalRules
from diansuo.sandbox import physics
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.feeders import FeederLine, string_up
from diansuo.sandbox.layout import Layout, lay_out

Float = npt.NDArray[np.float64]
POINTS: Final = 96
AREA, CUSTOMER = 0, 1
Nameplates = dict[tuple[str, int], tuple[float, float]]
"""No-load and load loss in W by model and VA."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """True over computed loss of days of feeders, float64.

    Attributes:
        line: by whether the lines are known, and by the spread.
        assumed: of public transformers, their model taken as the rulebook says.
    """

    line: dict[tuple[bool, Spread], Float]
    assumed: Float


def measured(
    rules: FeederRules,
    of_areas: TechnicalRules,
    plates: Nameplates,
    *,
    seed: int,
    first_day: date,
    customers: int = 1_200,
    days: int = 14,
) -> Ratios:
    """Return the ratios of a station twice: with its factories by given profiles, and without them by curves."""
    span = [first_day + timedelta(days=at) for at in range(days)]
    line: dict[tuple[bool, Spread], list[Float]] = {}
    assumed: list[Float] = []
    for factories in (None, 0):
        layout = lay_out(np.random.default_rng([seed, 10]), customers, factories)
        masters = list(range(layout.areas)) if factories == 0 else []
        energy = physics.simulate(layout, [], span, seed, lambda *_said: None, ([], masters, 0))
        for feeder, there in enumerate(string_up(layout, seed)):
            for key, wh, transformer in _computed(rules, of_areas, plates, layout, there, energy, days):
                line.setdefault(key, []).append(energy.line[feeder] / wh)
                if factories == 0 and key == (True, Spread.CURVES):
                    assumed.append(energy.transformer[feeder] / transformer)
    return Ratios({key: np.array(rows) for key, rows in line.items()}, np.array(assumed))


def _computed(
    rules: FeederRules,
    of_areas: TechnicalRules,
    plates: Nameplates,
    layout: Layout,
    there: FeederLine,
    energy: Energy,
    days: int,
) -> list[tuple[tuple[bool, Spread], Float, Float]]:
    """Return line and transformer loss of a feeder's days, Wh, in every way they can be known of this station."""
    public = there.area < layout.areas
    daily = _daily(layout, energy, there)
    kind = np.where(public, AREA, CUSTOMER)
    given = _given(rules, of_areas)
    curves = [np.full((len(public), days, POINTS), np.nan)]
    ways = [(Spread.GIVEN, given, curves[0])]
    if all(int(area) in energy.kept for area in there.area):
        watt = np.array([_master_w(energy, int(area), days) for area in there.area])
        own = learned(watt, kind, given, of_areas.terms.learning_days)
        ways = [(Spread.OWN, own, curves[0]), (Spread.CURVES, given, watt)]
    ohm_km = np.array([rules.conductors[name] for name in there.wire], dtype=np.complex128)
    nothing = np.zeros_like(ohm_km)
    lines = Segments(there.parent.astype(np.int64), there.length_m.astype(np.float64), ohm_km, nothing)
    nets = {
        True: (lines, there.segment.astype(np.int64)),
        False: estimated_feeder(len(public), rules.typical),
    }
    found = []
    for spread, profiles, curve in ways:
        load, _measured = powers(daily, kind, profiles, curve)
        for known, (segments, place) in nets.items():
            hung = np.ones((len(public), days), dtype=np.bool_)
            loads = FeederLoads(place, load, hung, _plates(layout, there, plates, of_areas))
            lost = feeder_loss(segments, loads, rules.terms.busbar_v, rules.terms.power_factor)
            found.append(((known, spread), lost.line_wh, lost.transformer_wh.sum(axis=0)))
    return found


def _given(rules: FeederRules, of_areas: TechnicalRules) -> Profiles:
    """Return the rulebook's profiles as the office takes them: an area's is that of homes."""
    share = of_areas.given.share[[CLASSES.index("residential"), CLASSES.index("commercial")]]
    scatter = np.array([rules.terms.scatter_area, rules.terms.scatter_customer])
    return Profiles(share, scatter, of_areas.given.sun)


def _daily(layout: Layout, energy: Energy, there: FeederLine) -> Daily:
    """Return what the masters and the factories' meters register."""
    own = layout.padded - layout.areas  # from a dedicated area's place to its customer's column
    drawn = [
        energy.master[at] if at < layout.areas else energy.forward[at + own] for at in there.area.tolist()
    ]
    fed = [
        energy.master_back[at] if at < layout.areas else np.zeros_like(energy.forward[0])
        for at in there.area.tolist()
    ]
    return Daily(np.array(drawn), np.array(fed), np.ones_like(np.array(drawn), dtype=np.bool_))


def _master_w(energy: Energy, area: int, days: int) -> Float:
    power = np.concatenate([part.power[-1] for part in energy.kept[area]]).astype(np.float64) * 1000
    return power.reshape(days, POINTS)


def _plates(layout: Layout, there: FeederLine, plates: Nameplates, of_areas: TechnicalRules) -> Plates:
    """Return public transformers as of the model the rulebook takes them for, factories without one."""
    kva = layout.transformers("kva")
    rows = [
        (*plates[of_areas.terms.transformer_series, int(kva[at]) * 1000], kva[at] * 1000.0)
        if at < layout.areas
        else (np.nan,) * 3
        for at in there.area.tolist()
    ]
    columns = np.array(rows, dtype=np.float64)
    return Plates(columns[:, 0], columns[:, 1], columns[:, 2])
