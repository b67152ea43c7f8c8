"""The parameters of the technical loss, taken from the rulebook: voltages, meters, profiles, conductors, bands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.estimated_lines import Typical
from diansuo.core.network.spreading import Daily, Profiles, normalised
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.rules.book import RuleBook
from diansuo.core.rules.entry import Entry

Float = npt.NDArray[np.float64]
CLASSES: Final = ("residential", "shared", "commercial", "agricultural")
"""The classes of customers that have a profile, in the order of their codes."""
SUN: Final = "sun"
RULES: Final = "national/network"
_SERIES: Final = re.compile(r"[A-Z]+[0-9]+")
TRANSFORMERS: Final = "national/transformers"
MONTHS_A_YEAR, DAYS_A_YEAR = 12, 365


class Spread(IntEnum):
    """Where the power of an interval comes from; the better one has the larger number."""

    GIVEN = 0  # profiles of the rulebook
    OWN = 1  # profiles of the station's own curves
    CURVES = 2  # measured


BANDS: Final[dict[tuple[bool, Spread], tuple[str, str]]] = {
    (False, Spread.GIVEN): ("estimated_given_low_percent", "estimated_given_high_percent"),
    (False, Spread.OWN): ("estimated_own_low_percent", "estimated_own_high_percent"),
    (False, Spread.CURVES): ("estimated_curves_low_percent", "estimated_curves_high_percent"),
    (True, Spread.GIVEN): ("known_given_low_percent", "known_given_high_percent"),
    (True, Spread.OWN): ("known_own_low_percent", "known_own_high_percent"),
    (True, Spread.CURVES): ("known_curves_low_percent", "known_curves_high_percent"),
}
"""Lines on record or not, and the spread, to the parameters of the band: the true loss in per cent of the computed."""


def spreads_of(daily: Daily, measured: Bool, own: Bool, most: float) -> Int64:
    """Return what each day's power comes from, `Spread`, int64 (D,): what stands behind most of the day's energy.

    Args:
        daily: without gaps (`spreading.filled`).
        measured: bool (C, D), by curves.
        own: bool (C,), of a class with a profile of the station's own.
        most: the share of the energy that is most of it.
    """
    energy = daily.drawn_wh + daily.fed_wh
    total = np.maximum(energy.sum(axis=0), 1e-9)
    curves = np.where(measured, energy, 0).sum(axis=0) / total
    mine = np.where(own[:, None] | measured, energy, 0).sum(axis=0) / total
    kept = np.where(mine >= most, int(Spread.OWN), int(Spread.GIVEN))
    return np.where(curves >= most, int(Spread.CURVES), kept).astype(np.int64)


Bands = Mapping[tuple[bool, Spread], tuple[float, float]]


def share_of(entry: Entry, name: str) -> float:
    """Return a parameter in per cent as a share."""
    return float(entry.number(name)) / 100


def bands_of(entry: Entry) -> Bands:
    """Return the bands of a rule by lines known or not, and by the spread, as shares from and to."""
    return {key: (share_of(entry, low), share_of(entry, high)) for key, (low, high) in BANDS.items()}


def band_by_day(bands: Bands, known: bool, spread: Int64) -> tuple[Float, Float]:
    """Return the band of days, (D,) each, least and most; ``spread`` is `Spread`, int64 (D,)."""
    shares = np.array([bands[known, Spread(each)] for each in spread.tolist()]).reshape(-1, 2)
    return shares[:, 0], shares[:, 1]


@dataclass(frozen=True, slots=True)
class TechnicalTerms:
    """What a technical loss is computed with.

    Attributes:
        busbar_v: phase to neutral at the head, where it is not measured.
        power_factor: of what is drawn.
        meter_single_wh: what a single-phase meter takes a day.
        meter_three_wh: a three-phase one.
        transformer_series: model of a transformer whose model is not on record.
        curve_share: of the energy, from which on a day counts as one of curves.
        least_known_share: of the meters; with fewer known a day has no number.
        learning_days: whole days of curves a class needs for a profile of its own.
        scatter: mean square of single customers over their profile's, less 1, by class (`CLASSES`).
        bands: the true loss as shares of the computed one, from and to.
    """

    busbar_v: float
    power_factor: float
    meter_single_wh: float
    meter_three_wh: float
    transformer_series: str
    curve_share: float
    least_known_share: float
    learning_days: int
    scatter: tuple[float, ...]
    bands: Bands

    def meters_wh(self, meters: Int64 | int, three_phase: Int64 | int) -> Float:
        """Return what so many meters take themselves a day, Wh, float64; ``three_phase`` of them have three phases."""
        every, three = np.asarray(meters), np.asarray(three_phase)
        return np.asarray(three * self.meter_three_wh + (every - three) * self.meter_single_wh, np.float64)

    def band(self, known: bool, spread: Int64) -> tuple[Float, Float]:
        """Return the true loss as shares of the computed one, least and most, float64, for lines known or not."""
        return band_by_day(self.bands, known, spread)

    @classmethod
    def of(cls, entry: Entry) -> TechnicalTerms:
        """Take them from a rule's entry.

        Raises:
            ValueAbsent: one is not known.
            KeyError: one is not there.
        """
        household, other = (
            share_of(entry, name) for name in ("scatter_household_percent", "scatter_other_percent")
        )
        a_day = MONTHS_A_YEAR / DAYS_A_YEAR
        return cls(
            busbar_v=float(entry.number("busbar_v")),
            power_factor=float(entry.number("power_factor")),
            meter_single_wh=float(entry.number("meter_single_wh_month")) * a_day,
            meter_three_wh=float(entry.number("meter_three_wh_month")) * a_day,
            transformer_series=entry.word("transformer_series"),
            curve_share=share_of(entry, "curve_percent"),
            least_known_share=share_of(entry, "least_known_percent"),
            learning_days=entry.integer("learning_days"),
            scatter=tuple(household if name == CLASSES[0] else other for name in CLASSES),
            bands=bands_of(entry),
        )


def profiles_of(entry: Entry, terms: TechnicalTerms, width: int) -> Profiles:
    """Return the rulebook's profiles over so many intervals a day, in the order of `CLASSES`."""
    given = {name: np.array(row, dtype=np.float64) for name, row in entry.values["profiles"].items()}
    share = np.array([normalised(given[name], width) for name in CLASSES])
    return Profiles(share, np.array(terms.scatter), normalised(given[SUN], width))


def conductors_of(entry: Entry) -> dict[str, complex]:
    """Return Ω a kilometre of one conductor by its name in the library; those of unknown reactance have none."""
    rows = entry.values["rows"]
    return {row[0]: complex(float(row[1]), float(row[2] or 0)) for row in rows if row[1] is not None}


def series_of(model: str) -> str:
    """Return the series a transformer's model begins with, S11 of S11-M-200/10; "" where it begins otherwise."""
    found = _SERIES.match(model.upper())
    return found.group() if found else ""


def plates_of(entry: Entry) -> dict[tuple[str, int], tuple[float, float]]:
    """Return no-load and load loss in W by model and VA, of those transformers of which both are known."""
    return {
        (row[0], round(float(row[1]) * 1000)): (float(row[2]) * 1000, float(row[3]) * 1000)
        for row in entry.values["rows"]
        if row[2] is not None and row[3] is not None
    }


def typical_of(entry: Entry, conductors: Mapping[str, complex]) -> Typical:
    """Return what is typical for lines that are not on record."""
    return Typical(
        customers_a_circuit=entry.integer("customers_a_circuit"),
        customers_a_pole=entry.integer("customers_a_pole"),
        trunk_share=float(entry.number("trunk_percent")) / 100,
        branch_poles=entry.integer("branch_poles"),
        span_m=float(entry.number("span_m")),
        service_m=float(entry.number("service_m")),
        trunk_ohm_km=conductors[entry.word("trunk_conductor")],
        branch_ohm_km=conductors[entry.word("branch_conductor")],
        service_ohm_km=conductors[entry.word("service_conductor")],
    )


@dataclass(frozen=True, slots=True)
class TechnicalRules:
    """All that the rulebook gives for a technical loss.

    Attributes:
        terms: parameters and bands.
        given: its profiles.
        conductors: Ω a kilometre by name.
        typical: lines that are not on record.
    """

    terms: TechnicalTerms
    given: Profiles
    conductors: Mapping[str, complex]
    typical: Typical

    @classmethod
    def of(cls, book: RuleBook, day: date, width: int) -> TechnicalRules:
        """Take them as they hold on a day, profiles over so many intervals.

        Raises:
            NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
        """
        terms = TechnicalTerms.of(book.in_force(f"{RULES}/technical_loss", day))
        conductors = conductors_of(book.in_force(f"{RULES}/conductors", day))
        return cls(
            terms,
            profiles_of(book.in_force(f"{RULES}/load_profiles", day), terms, width),
            conductors,
            typical_of(book.in_force(f"{RULES}/typical_lines", day), conductors),
        )
