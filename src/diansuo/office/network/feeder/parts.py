"""The technical losses of a feeder's days as the drawing and the tables take them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from diansuo.office.network.area.parts import Technical
from diansuo.office.network.technical.feeder_queries import FeederDay


def parts_of(found: Sequence[FeederDay]) -> dict[date, Technical]:
    """Return the technical losses that are known, as the drawing takes them."""
    return {
        one.day: Technical(one.technical_wh, one.low_wh, one.high_wh, one.method_code)
        for one in found
        if one.technical_wh is not None and one.low_wh is not None and one.high_wh is not None
    }
