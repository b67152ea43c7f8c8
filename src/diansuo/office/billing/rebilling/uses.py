"""What a month used, as it was billed, as it stands and as it should be: the one place where they are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.correction import CannotRebill, Use, distribute
from diansuo.office.billing.rebilling.models import Correction

Kind = Correction.Kind
OF_BILL: Final = "bill"
TODAY: Final = "today"
KEPT: Final = "kept"

SAME_ERROR: Final = {Kind.RATIO: "multiplier", Kind.MULTIPLIER: "multiplier", Kind.ARCHIVE: "multiplier"}
"""Kinds that put the same thing right: the latest of them replaces what an earlier one added."""


class Held(CannotRebill):
    """A month that cannot be corrected: ``code`` and ``params`` say why, ``period`` which (None: none of them)."""

    def __init__(self, code: str, period: int | None = None, **params: Any) -> None:
        super().__init__(f"{period} {code} {params}")
        self.code, self.period, self.params = code, period, params

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"code": self.code, "period": self.period, "params": self.params}


@dataclass(frozen=True, slots=True)
class OfficeUse(Use):
    """A use with what the office's bills have beside it.

    Attributes:
        demand_w: W; None where none was read.
        cancelled: nothing is charged for the month at all (冲正).
        book: whose rules price it: ``OF_BILL``, ``KEPT`` (with the correction before), or ``TODAY``.
    """

    demand_w: int | None = None
    cancelled: bool = False
    book: str = OF_BILL

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self) | {"price_class": int(self.price_class)}

    @classmethod
    def from_record(cls, kept: Mapping[str, Any]) -> OfficeUse:
        """Return the use that was kept."""
        bands = kept["band_wh"]
        return cls(
            **{
                **kept,
                "price_class": PriceClass(kept["price_class"]),
                "band_wh": None if bands is None else tuple(bands),
            }
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of error adds to a month as it was billed; negative where too much was billed.

    ``price_class`` is the right class, where the class was wrong; ``book`` is ``TODAY`` where the prices were.
    """

    energy_wh: int = 0
    reactive_varh: int = 0
    demand_w: int = 0
    price_class: int | None = None
    cancelled: bool = False
    book: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_record(cls, kept: Mapping[str, Any]) -> Part:
        """Return the part that was kept; an empty one is none."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


NOTHING: Final = Part()


def group_of(kind: str) -> str:
    """Return which error a kind of correction puts right: the same one again replaces the former."""
    return SAME_ERROR.get(Kind(kind), str(kind))


def put_right(now: OfficeUse, part: Part, former: Part) -> OfficeUse:
    """Return the right use of a month: as it stands, with one error's part instead of what it was before.

    Raises:
        Held: the month is cancelled, or less than nothing would be left of it.
    """
    if now.cancelled:
        if part.cancelled:
            return now
        raise Held("cancelled", now.period)
    if part.cancelled:
        return OfficeUse(now.period, now.price_class, 0, cancelled=True, book=now.book)
    added_wh = part.energy_wh - former.energy_wh
    if now.energy_wh + added_wh < 0:
        raise Held("below_zero", now.period, energy_wh=now.energy_wh, added_wh=added_wh)
    demand_w = now.demand_w
    if demand_w is not None:
        demand_w = max(demand_w + part.demand_w - former.demand_w, 0)
    return replace(
        now,
        price_class=PriceClass(part.price_class) if part.price_class else now.price_class,
        energy_wh=now.energy_wh + added_wh,
        band_wh=_bands(now, added_wh),
        reactive_varh=max(now.reactive_varh + part.reactive_varh - former.reactive_varh, 0),
        demand_w=demand_w,
        book=part.book or now.book,
    )


def _bands(now: OfficeUse, added_wh: int) -> tuple[int, ...] | None:
    """Return the energy by period with what is added spread over it; the flat period takes the remainder."""
    if now.band_wh is None or not added_wh:
        return now.band_wh
    if not now.energy_wh:
        return tuple(added_wh if band == Band.FLAT else 0 for band in range(BANDS))
    return tuple(
        held + more
        for held, more in zip(now.band_wh, spread(added_wh, now.band_wh, int(Band.FLAT)), strict=True)
    )


def spread(total_wh: int, weights: Sequence[int], remainder_at: int = -1) -> tuple[int, ...]:
    """Divide a total by weights; a remainder that would make its place negative goes to the heaviest instead."""
    shares = distribute(total_wh, weights, remainder_at=remainder_at)
    if all(held + share >= 0 for held, share in zip(weights, shares, strict=True)):
        return shares
    return distribute(total_wh, weights, remainder_at=max(range(len(weights)), key=lambda at: weights[at]))
