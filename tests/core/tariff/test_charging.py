"""Charging points and photovoltaics: each situation has its class and its source."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import amount_fen, nano_from_price
from diansuo.core.tariff import Component, PriceClass
from diansuo.core.tariff.charging import (
    CHARGING_PRICES,
    SELF_USE_EXEMPT,
    ChargingSituation,
    FeedInScheme,
    PhotovoltaicFlow,
    charging_price,
    feed_in_scheme,
    price_class_of,
)


@pytest.mark.parametrize(
    ("situation", "price_class", "waived"),
    [
        (ChargingSituation.DIRECT_OPERATOR, PriceClass.COMMERCIAL_TWO_PART, True),
        (ChargingSituation.RESIDENTIAL_COMMUNITY, PriceClass.RESIDENTIAL_SHARED, False),
        (ChargingSituation.RESIDENTIAL_PRICED_USER, PriceClass.RESIDENTIAL_SHARED, False),
        (ChargingSituation.INSTITUTION_OR_PUBLIC_PARKING, PriceClass.COMMERCIAL_SINGLE_PART, False),
        (ChargingSituation.HOUSEHOLD_OWN_ACCOUNT, PriceClass.RESIDENTIAL_SHARED, False),
    ],
)
def test_a_charging_point_is_priced_by_where_it_stands(
    situation: ChargingSituation, price_class: PriceClass, waived: bool
) -> None:
    found = charging_price(situation)

    assert (found.price_class, found.capacity_waived) == (price_class, waived)


def test_every_situation_has_its_source_and_none_counts_in_a_households_steps() -> None:
    assert set(CHARGING_PRICES) == set(ChargingSituation)
    for found in CHARGING_PRICES.values():
        assert found.document
        assert found.clause
        assert not found.verified
        assert not found.counts_in_household_steps


def test_a_photovoltaic_customer_is_charged_for_offtake_alone() -> None:
    own = PriceClass.COMMERCIAL_TWO_PART

    assert price_class_of(PhotovoltaicFlow.OFFTAKE, own) is own
    assert price_class_of(PhotovoltaicFlow.SELF_USE, own) is None
    assert price_class_of(PhotovoltaicFlow.FEED_IN, own) is None
    assert Component.SURCHARGE in SELF_USE_EXEMPT


@pytest.mark.parametrize(
    ("day", "scheme"),
    [
        (date(2025, 5, 31), FeedInScheme.EXISTING),
        (date(2025, 6, 1), FeedInScheme.NEW),
    ],
)
def test_the_day_of_commissioning_decides_how_feed_in_is_paid(day: date, scheme: FeedInScheme) -> None:
    assert feed_in_scheme(day, new_from=date(2025, 6, 1)) is scheme


def test_feed_in_is_paid_to_the_fen() -> None:
    # Worked example C15: 420 kWh × 0.3779
    energy, price = np.array([wh_from_kwh("420")]), np.array([nano_from_price("0.3779")])

    assert amount_fen(energy, price, rounding="half_away")[0] == 158_72
