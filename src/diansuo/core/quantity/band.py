"""The periods of a time-of-use day (分时时段), in the order of every (rows, 5) column of energies."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Band(IntEnum):
    """尖、峰、平、谷、深谷; stored in the database, so numbers never change."""

    SHARP = 0
    PEAK = 1
    FLAT = 2
    VALLEY = 3
    DEEP_VALLEY = 4

    @property
    def key(self) -> str:
        """The name of the period in the rulebook and in case files, e.g. ``deep_valley``."""
        return self.name.lower()


BANDS: Final = len(Band)
