"""What the rulebook says about the technical loss."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from diansuo.core.network.feeder_terms import FeederRules
from diansuo.core.network.technical_terms import TRANSFORMERS, TechnicalRules, plates_of, series_of
from diansuo.office.config.rulebook import book, follow
from diansuo.office.metering import lake


@lru_cache(maxsize=16)
def in_force(day: date) -> TechnicalRules:
    """Return what holds on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    return TechnicalRules.of(book(), day, lake.CURVE_SLOTS)


@lru_cache(maxsize=16)
def of_feeders(day: date) -> FeederRules:
    """Return what holds on a day for 10 kV feeders.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    return FeederRules.of(book(), day)


@lru_cache(maxsize=16)
def transformers(day: date) -> dict[tuple[str, int], tuple[float, float]]:
    """Return no-load and load loss in W by model and VA, of those of which both are known."""
    return plates_of(book().in_force(TRANSFORMERS, day))


def plate(model: str, capacity_va: int | None, day: date) -> tuple[tuple[float, float] | None, bool]:
    """Return no-load and load loss of a public transformer, and whether its model was assumed; None: not known.

    A model that is not on record, or that the table does not have at this capacity, counts as the rulebook's series.
    """
    known = transformers(day)
    own = known.get((series_of(model), capacity_va or 0))
    if own is not None:
        return own, False
    return known.get((in_force(day).terms.transformer_series, capacity_va or 0)), True


for _kept in (in_force, of_feeders, transformers):
    follow(_kept.cache_clear)
