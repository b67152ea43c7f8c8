"""What an area's supply went to, day by day: sold, technical loss with its band, and what nobody has explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.office.network.queries import Loss


@dataclass(frozen=True, slots=True)
class Technical:
    """The technical loss of a day in Wh, what it lies between, and how it was computed (a `Method`)."""

    technical_wh: int
    low_wh: int
    high_wh: int
    method: int = 0


@dataclass(frozen=True, slots=True)
class DayParts:
    """One day of an area or a feeder; ``loss`` is None where no registers of the day have come.

    supply = sold + technical + rest. ``technical`` is None where nobody has computed it: the loss then stands whole.
    """

    day: date
    loss: Loss | None
    technical: Technical | None = None

    @property
    def known(self) -> bool:
        """Tell whether there is a loss of the day at all."""
        return self.loss is not None and self.loss.loss_wh is not None

    @property
    def rest_wh(self) -> int | None:
        """Return what is left of the loss once the technical one is taken off; None where either is not known."""
        if self.loss is None or self.loss.loss_wh is None or self.technical is None:
            return None
        return self.loss.loss_wh - self.technical.technical_wh

    @property
    def beyond_band(self) -> bool:
        """Tell whether the loss lies outside what the technical one may be."""
        if self.loss is None or self.loss.loss_wh is None or self.technical is None:
            return False
        return not self.technical.low_wh <= self.loss.loss_wh <= self.technical.high_wh


def day_by_day(
    losses: Iterable[Loss], technical: Mapping[date, Technical], first: date, last: date
) -> list[DayParts]:
    """Return every day from ``first`` to ``last``, both included, with what is known of it."""
    held = {loss.day: loss for loss in losses}
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return [DayParts(day, held.get(day), technical.get(day)) for day in days]
