"""Sums and means of a change of the average price."""

from __future__ import annotations

from diansuo.core.quantity.arrays import Bool
from diansuo.core.tariff.average_price import average_price_nano
from diansuo.office.billing.average.book import Group
from diansuo.office.billing.average.queries import Change


def mean_nano(amount_fen: int, energy_wh: int) -> int | None:
    """Return the average price, None without energy."""
    return average_price_nano(amount_fen, energy_wh) if energy_wh > 0 else None


def sums(change_: Change, chosen: Bool) -> dict[str, int]:
    """Return energy, money and effects of some of the rows."""
    effects = change_.effects
    return {
        "before_wh": int(change_.before.energy_wh[chosen].sum()),
        "now_wh": int(change_.now.energy_wh[chosen].sum()),
        "before_fen": int(change_.before.amount_fen[chosen].sum()),
        "now_fen": int(change_.now.amount_fen[chosen].sum()),
        "volume": int(effects.volume_fen[chosen].sum()),
        "structure": int(effects.structure_fen[chosen].sum()),
        **{group.name.lower(): int(effects.price_fen[chosen, group].sum()) for group in Group},
        "policy": int(effects.policy_fen[chosen].sum()),
    }
