"""How much of what an area loses beyond its technical loss the listed causes explain, and how much nobody does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from diansuo.core.network.causes.kinds import TECHNICAL_KINDS
from diansuo.office.network.area.parts import DayParts
from diansuo.office.network.causes.wording import reckoned
from diansuo.office.network.models import LossFinding


@dataclass(frozen=True, slots=True)
class Explained:
    """The rest of a day's loss in Wh: what open causes explain of it, and what is left."""

    day: date
    rest_wh: int
    by_causes_wh: int
    left_wh: int


def explained(of: DayParts | None, found: Iterable[LossFinding]) -> Explained | None:
    """Return it for a day beyond its band of which the open causes leave more than the band is wide; None otherwise.

    Several causes may be named of the same customer for the same energy: the largest counts.
    """
    if of is None or of.technical is None or of.rest_wh is None or not of.beyond_band:
        return None
    shares: dict[tuple[int | None, int], int] = {}
    for one in found:
        if one.kind not in TECHNICAL_KINDS and (one.seen_date or of.day) <= of.day:
            key = (one.point_id, 0 if one.point_id else one.kind)
            shares[key] = max(shares.get(key, 0), one.daily_wh, key=abs)
    left = of.rest_wh - sum(shares.values())
    if not shares or abs(left) <= of.technical.high_wh - of.technical.low_wh:
        return None
    return Explained(of.day, reckoned(of.rest_wh), reckoned(of.rest_wh - left), reckoned(left))
