"""What a kWh is worth: billing, an app above, says so through a hook; without it, losses carry no money."""

from __future__ import annotations

from collections.abc import Callable

PriceSource = Callable[[int, int], int | None]

NANO_WH_PER_FEN = 10**10
"""Wh × nano-yuan per kWh in a fen: 1000 Wh a kWh, 10⁹ nano-yuan a yuan, 100 fen a yuan."""
_sources: list[PriceSource] = []


def set_price_source(source: PriceSource) -> None:
    """Publish where the average price of a station comes from: ``(station_id, period)`` to nano-yuan per kWh."""
    _sources[:] = [source]


def price_nano(station_id: int, period: int) -> int | None:
    """Return what a kWh of the station was sold for, about that month, or None where nobody knows."""
    return _sources[0](station_id, period) if _sources else None


def value_fen(energy_wh: int | None, nano: int | None) -> int | None:
    """Return what energy is worth at a price, halves away from zero; None where either is not known."""
    if energy_wh is None or nano is None:
        return None
    size, rest = divmod(abs(energy_wh) * nano, NANO_WH_PER_FEN)
    size += 2 * rest >= NANO_WH_PER_FEN
    return -size if energy_wh < 0 else size
