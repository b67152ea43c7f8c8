"""Temporary supply without a meter and its slow twin, on seeded random supplies: the same lines to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.core.tariff.temporary import RULE, Agreed, TemporaryCharge, charge, refund_fen
from diansuo.office.config.rulebook_files import load
from tests.core.tariff import placeholders
from tests.core.tariff.commercial.books_of import PLACE, book_of, document, monthly_sheet, parameters
from tests.reference import temporary_twin as twin

SUPPLIES = 60


def commercial_book(precision: str) -> RuleBook:
    settled = {"energy_precision": (precision, "kWh")}
    return book_of(
        sheet=monthly_sheet(),
        settlement=document(
            f"{PLACE}/settlement",
            "parameters",
            body=parameters(**settled),
            # the same again: a new entry within the days of some supplies
            d2024_09_11=parameters(**settled),
        ),
    )


def agricultural_book() -> RuleBook:
    prices = {
        "2012-07-01": placeholders.flat("0.4842"),
        "2024-06-01": placeholders.flat("0.5001"),
        "2024-06-17": placeholders.flat("0.4713"),
    }
    return placeholders.lay_over(load(), placeholders.document("agricultural", "flat_price", prices))


def as_twin_says(found: TemporaryCharge) -> list[twin.Line]:
    return [
        twin.Line(
            day_of(line.from_day),
            day_of(line.to_day),
            line.component,
            Fraction(line.quantity_wh, 1000),
            Fraction(line.price_nano, 10**9),
            line.amount_fen,
        )
        for line in found.lines
        if line.quantity_wh
    ]


@pytest.mark.parametrize("kind", ["0.01", "1", "agricultural", "shared"])
def test_every_line_is_the_twin_s(kind: str) -> None:
    random = np.random.default_rng(20240601)
    farm = kind in ("agricultural", "shared")
    book, place = (
        (agricultural_book(), "province/henan") if farm else (commercial_book(kind), "province/example")
    )
    classes = {"agricultural": PriceClass.AGRICULTURAL, "shared": PriceClass.RESIDENTIAL_SHARED}
    price_class = classes.get(kind, PriceClass.COMMERCIAL_SINGLE_PART)
    several = 0
    for _ in range(SUPPLIES):
        start = date(2024, 4, 1) + timedelta(days=int(random.integers(0, 200)))
        watts, minutes = int(random.integers(1, 200_000)), int(random.integers(1, 1441))
        first = start + timedelta(days=int(random.integers(0, 40)))
        end = first + timedelta(days=int(random.integers(1, 120)))
        agreed = Agreed(price_class, 1, watts, minutes, day_number(start))
        found = charge(agreed, day_number(first), day_number(end), book, place)
        supply = twin.Supply(price_class, 1, Fraction(watts, 1000), Fraction(minutes, 60), start)
        lines = twin.lines_of(book, place, supply, first, end)
        assert found.refusals == ()
        assert as_twin_says(found) == lines
        assert found.amount_fen == sum(line.fen for line in lines)
        several += len({line.first for line in lines}) > 1
    assert several > SUPPLIES // 2


def test_an_early_end_gives_back_what_the_twin_does() -> None:
    entry = load().in_force(RULE, date(2024, 8, 1))
    random = np.random.default_rng(87)
    for _ in range(300):
        agreed = int(random.integers(1, 200))
        used, paid = int(random.integers(0, agreed)), int(random.integers(0, 10**7))
        assert refund_fen(paid, agreed, used, entry) == twin.refund_fen(paid, agreed, used)
