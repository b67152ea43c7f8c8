"""How a temporary supply stands: until when it runs, what was charged for it, and whether it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.temporary import Agreed
from diansuo.office.billing.temporary.models import TemporaryCharge, TemporarySupply

Kind, State = TemporaryCharge.Kind, TemporaryCharge.State
CHARGED = (Kind.ADVANCE, Kind.EXTENSION)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the issued charges of a supply come to.

    Attributes:
        issued: they themselves, in the order of their issue.
        agreed_to: the day after the last agreed one; None before the first charge is issued.
        ended: the day of the end, by an early end or a cancellation; None while it runs.
        paid_fen: what was charged for the agreed days.
    """

    issued: tuple[TemporaryCharge, ...]
    agreed_to: date | None
    ended: date | None
    paid_fen: int


def standing_of(supply: TemporarySupply) -> Standing:
    """Return how a supply stands."""
    charges = supply.charges.filter(state=State.ISSUED).order_by("pk")
    issued = tuple(charges.prefetch_related("lines__rule", "rules"))
    charged = [one for one in issued if one.kind in CHARGED]
    ends = [one for one in issued if one.kind not in CHARGED]
    return Standing(
        issued=issued,
        agreed_to=max((one.to_date for one in charged), default=None),
        ended=ends[0].from_date if ends else None,
        paid_fen=sum(one.amount_fen for one in charged),
    )


def agreed_of(supply: TemporarySupply) -> Agreed:
    """Return what was agreed as the engine takes it."""
    return Agreed(
        supply.price_class,
        supply.voltage_class,
        supply.capacity_w,
        supply.minutes_a_day,
        day_number(supply.from_date),
    )
