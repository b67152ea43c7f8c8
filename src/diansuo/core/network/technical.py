"""The technical loss of an area: what its lines and meters must lose at the load they carried.

Page: docs/rules/technical-loss.md.
"""

from __future__ import annotations

from enum import IntEnum


class Method(IntEnum):
    """What the technical loss of a day rests on; the better one has the larger number."""

    UNKNOWN = 0
    PROFILES_ESTIMATED = 1  # daily energy spread by profiles, over an estimated network
    CURVES_ESTIMATED = 2  # power of every interval, over an estimated network
    PROFILES_KNOWN = 3  # daily energy spread by profiles, over the lines on record
    CURVES_KNOWN = 4

    @property
    def lines_known(self) -> bool:
        """Tell whether the lines are those on record."""
        return self >= Method.PROFILES_KNOWN

    @property
    def curves(self) -> bool:
        """Tell whether the power of every interval was there."""
        return self in (Method.CURVES_ESTIMATED, Method.CURVES_KNOWN)
