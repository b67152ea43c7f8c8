"""Distributed photovoltaics (分布式光伏): feed-in, self-use, import, and what the company pays for the feed-in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.energy.findings import EnergyCode, EnergyFinding, findings_at, in_row_order
from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.money import amount_fen


@dataclass(frozen=True, slots=True)
class PhotovoltaicEnergy:
    """Where the energy of photovoltaics went, int64 (rows,), Wh; zero where the row is held.

    Attributes:
        feed_in_wh: 上网电量, what the company buys.
        self_use_wh: 自发自用电量 = generation − feed-in; 0 with full feed-in.
        import_wh: 下网电量, what the customer is billed for.
        held: bool.
        findings: why.
    """

    feed_in_wh: Int64
    self_use_wh: Int64
    import_wh: Int64
    held: Bool
    findings: tuple[EnergyFinding, ...]


def full_feed_in(feed_in_wh: Int64) -> PhotovoltaicEnergy:
    """All that is generated is fed in (全额上网): one feed-in meter; the household's own supply is another point.

    Args:
        feed_in_wh: int64 (rows,), the feed-in meter, Wh.

    Returns:
        PhotovoltaicEnergy; held is ``negative_energy``.

    Raises:
        WrongColumn: dtype.

    Source: domain.md §14.1 [K]; docs/rules/settled-energy.md.
    """
    return surplus_feed_in(feed_in_wh, feed_in_wh, np.zeros_like(feed_in_wh))


def surplus_feed_in(generation_wh: Int64, feed_in_wh: Int64, import_wh: Int64) -> PhotovoltaicEnergy:
    """What is left over is fed in (余电上网): a generation meter, and a two-way meter at the grid.

    ``self use = generation − feed-in (reverse of the two-way meter)``, ``import = its forward register``.

    Args:
        generation_wh: int64 (rows,), generation meter, Wh.
        feed_in_wh: int64 (rows,), reverse register of the two-way meter, Wh.
        import_wh: int64 (rows,), its forward register, Wh.

    Returns:
        PhotovoltaicEnergy; held are ``negative_energy`` and ``feed_in_exceeds_generation``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §14.1 [K]; docs/rules/settled-energy.md.
    """
    require(np.int64, generation_wh=generation_wh, feed_in_wh=feed_in_wh, import_wh=import_wh)
    read = {"generation_wh": generation_wh, "feed_in_wh": feed_in_wh, "import_wh": import_wh}
    negative = (generation_wh < 0) | (feed_in_wh < 0) | (import_wh < 0)
    exceeds = ~negative & (feed_in_wh > generation_wh)
    held = negative | exceeds
    return PhotovoltaicEnergy(
        np.where(held, 0, feed_in_wh),
        np.where(held, 0, generation_wh - feed_in_wh),
        np.where(held, 0, import_wh),
        held,
        in_row_order(
            findings_at(negative, EnergyCode.NEGATIVE_ENERGY, **read),
            findings_at(exceeds, EnergyCode.FEED_IN_EXCEEDS_GENERATION, **read),
        ),
    )


def feed_in_amount_fen(feed_in_wh: Int64, price_nano: Int64) -> Int64:
    """What the company owes for feed-in: energy × price, to the fen (step id ``line-fen``).

    420 kWh × 0.3779 yuan/kWh = 158.72 yuan. Subsidies and differences of a mechanism price are lines of their own.

    Args:
        feed_in_wh: int64 (rows,), Wh.
        price_nano: int64 (rows,), nano-yuan per kWh.

    Returns:
        int64 (rows,), fen, owed to the customer.

    Raises:
        WrongColumn: dtype or length.
        AmountTooLarge: as :func:`diansuo.core.quantity.money.amount_fen`.

    Source: domain.md §14.1 [K], worked example C15; docs/rules/settled-energy.md.
    """
    return amount_fen(feed_in_wh, price_nano, rounding="half_away")
