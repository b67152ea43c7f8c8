"""Charging points and photovoltaics (充电桩、分布式光伏): which class prices which situation, and by whose word.

Numbers (how long the capacity charge is waived, feed-in prices, from when new plants sell on the market) stand in the
rulebook; here are the closed lists. Source: domain.md §14. Page: docs/rules/charging-and-photovoltaics.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from diansuo.core.tariff.classes import Component, PriceClass


class ChargingSituation(IntEnum):
    """Where a charging point (充电桩) stands and who runs it; numbers never change."""

    DIRECT_OPERATOR = 1
    """直接报装的经营性集中式充换电设施"""
    RESIDENTIAL_COMMUNITY = 2
    """居民住宅小区的充电设施"""
    RESIDENTIAL_PRICED_USER = 3
    """执行居民电价的非居民用户处的充电设施"""
    INSTITUTION_OR_PUBLIC_PARKING = 4
    """党政机关、企事业单位和社会公共停车场的充电设施"""
    HOUSEHOLD_OWN_ACCOUNT = 5
    """居民个人充电桩，单独立户"""


@dataclass(frozen=True, slots=True)
class ChargingPrice:
    """How a charging point is priced.

    Attributes:
        price_class: the class.
        capacity_waived: whether the capacity or demand charge (容需量电费) is waived, as long as the rulebook says.
        counts_in_household_steps: whether its energy counts in the steps of a household; never, where it has an
            account of its own.
        document: where this is published.
        clause: what there is to find.
        verified: whether it was compared with the official text.
    """

    price_class: PriceClass
    capacity_waived: bool
    counts_in_household_steps: bool
    document: str
    clause: str
    verified: bool = False


NOTICE_1668: Final = "发改价格〔2014〕1668号"

CHARGING_PRICES: Final[dict[ChargingSituation, ChargingPrice]] = {
    ChargingSituation.DIRECT_OPERATOR: ChargingPrice(
        PriceClass.COMMERCIAL_TWO_PART,
        True,
        False,
        NOTICE_1668,
        "经营性集中式充换电设施执行大工业电价，免收基本电费",
    ),
    ChargingSituation.RESIDENTIAL_COMMUNITY: ChargingPrice(
        PriceClass.RESIDENTIAL_SHARED, False, False, NOTICE_1668, "居民住宅小区执行居民合表电价"
    ),
    ChargingSituation.RESIDENTIAL_PRICED_USER: ChargingPrice(
        PriceClass.RESIDENTIAL_SHARED, False, False, NOTICE_1668, "执行居民电价的非居民用户执行居民合表电价"
    ),
    ChargingSituation.INSTITUTION_OR_PUBLIC_PARKING: ChargingPrice(
        PriceClass.COMMERCIAL_SINGLE_PART, False, False, NOTICE_1668, "其他充电设施执行一般工商业电价"
    ),
    ChargingSituation.HOUSEHOLD_OWN_ACCOUNT: ChargingPrice(
        PriceClass.RESIDENTIAL_SHARED,
        False,
        False,
        "trade knowledge (行业常识)",
        "单独立户，合表价，不计入该户阶梯",
    ),
}
"""Situation -> price. All [K] in domain.md §14.2: none was compared with the official text."""


def charging_price(situation: ChargingSituation) -> ChargingPrice:
    """Return class, waiver and source of a charging point (domain.md §14.2)."""
    return CHARGING_PRICES[situation]


class PhotovoltaicFlow(IntEnum):
    """Which energy of a photovoltaic customer (分布式光伏用户); numbers never change."""

    OFFTAKE = 1
    """下网电量, taken from the grid"""
    SELF_USE = 2
    """自发自用电量, generation less feed-in"""
    FEED_IN = 3
    """上网电量, sold to the grid"""


SELF_USE_EXEMPT: Final = (Component.SURCHARGE, Component.TRANSMISSION)
"""Not charged on 自发自用 energy: 财综〔2013〕103号 for the surcharges [K]; domain.md §14.1."""


class FeedInScheme(IntEnum):
    """How a project's feed-in is paid (``price_scheme``, 发改价格〔2025〕136号 [K]); numbers never change."""

    EXISTING = 1
    """存量项目: as before, in Henan at the benchmark price of coal power"""
    NEW = 2
    """增量项目: market price with 机制电价"""


def price_class_of(flow: PhotovoltaicFlow, own_class: PriceClass) -> PriceClass | None:
    """Return at which class energy of a photovoltaic customer is charged.

    What is taken from the grid is charged as for everybody of the customer's own class, capacity charge and power
    factor as usual; self-use and feed-in are not charged at all (None).
    """
    return own_class if flow is PhotovoltaicFlow.OFFTAKE else None


def feed_in_scheme(commissioned: date, new_from: date) -> FeedInScheme:
    """Return the scheme of a project by the day it was commissioned (投产).

    Args:
        commissioned: the day it went into operation.
        new_from: first day of new projects, from the rulebook (2025-06-01 [K]).
    """
    return FeedInScheme.NEW if commissioned >= new_from else FeedInScheme.EXISTING
