"""The parameters of a feeder's technical loss, taken from the rulebook: voltage, load, typical lines, bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.estimated_feeder import TypicalFeeder
from diansuo.core.network.technical_terms import RULES, Bands, band_by_day, bands_of, conductors_of, share_of
from diansuo.core.quantity.arrays import Int64
from diansuo.core.rules.book import RuleBook
from diansuo.core.rules.entry import Entry

Float = npt.NDArray[np.float64]
TERMS: Final = f"{RULES}/feeder_technical"
TYPICAL: Final = f"{RULES}/typical_feeder"


@dataclass(frozen=True, slots=True)
class FeederTerms:
    """What a feeder's technical loss is computed with.

    Attributes:
        busbar_v: between conductors, at the substation.
        power_factor: of what the transformers draw.
        scatter_area: mean square of one area's power over its profile's, less 1.
        scatter_customer: the same of a customer with a transformer of its own.
        curve_share: of the energy, from which on a day counts as one of curves.
        least_known_share: of the transformers; with fewer known a day has no number.
        bands: the true loss of the lines as shares of the computed one, from and to, as `technical_terms.BANDS`.
        transformer_band: the same of the transformers whose model is on record.
        assumed_band: the same of those whose model is not.
    """

    busbar_v: float
    power_factor: float
    scatter_area: float
    scatter_customer: float
    curve_share: float
    least_known_share: float
    bands: Bands
    transformer_band: tuple[float, float]
    assumed_band: tuple[float, float]

    def band(self, known: bool, spread: Int64) -> tuple[Float, Float]:
        """Return the true loss of the lines as shares of the computed one, least and most, float64."""
        return band_by_day(self.bands, known, spread)

    @classmethod
    def of(cls, entry: Entry) -> FeederTerms:
        """Take them from a rule's entry.

        Raises:
            ValueAbsent: one is not known.
            KeyError: one is not there.
        """
        return cls(
            busbar_v=float(entry.number("busbar_v")),
            power_factor=float(entry.number("power_factor")),
            scatter_area=share_of(entry, "scatter_area_percent"),
            scatter_customer=share_of(entry, "scatter_customer_percent"),
            curve_share=share_of(entry, "curve_percent"),
            least_known_share=share_of(entry, "least_known_percent"),
            bands=bands_of(entry),
            transformer_band=(
                share_of(entry, "transformer_low_percent"),
                share_of(entry, "transformer_high_percent"),
            ),
            assumed_band=(share_of(entry, "assumed_low_percent"), share_of(entry, "assumed_high_percent")),
        )


@dataclass(frozen=True, slots=True)
class FeederRules:
    """All that the rulebook gives for a feeder's technical loss.

    Attributes:
        terms: parameters and bands.
        conductors: Ω a kilometre by name.
        typical: lines that are not on record.
    """

    terms: FeederTerms
    conductors: Mapping[str, complex]
    typical: TypicalFeeder

    @classmethod
    def of(cls, book: RuleBook, day: date) -> FeederRules:
        """Take them as they hold on a day.

        Raises:
            NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
        """
        conductors = conductors_of(book.in_force(f"{RULES}/conductors", day))
        entry = book.in_force(TYPICAL, day)
        typical = TypicalFeeder(
            transformers_a_lateral=entry.integer("transformers_a_lateral"),
            head_m=float(entry.number("head_m")),
            trunk_m=float(entry.number("trunk_m")),
            lateral_m=float(entry.number("lateral_m")),
            trunk_ohm_km=conductors[entry.word("trunk_conductor")],
            lateral_ohm_km=conductors[entry.word("lateral_conductor")],
        )
        return cls(FeederTerms.of(book.in_force(TERMS, day)), conductors, typical)
