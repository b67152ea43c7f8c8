"""A capacity line says kVA times the price of a month, as it is known, and days only where the month is partial."""

from __future__ import annotations

import pytest

from diansuo.office.billing.line_rounding import OF_COMPONENT, REMAINDERS
from diansuo.office.billing.models import BillLine
from diansuo.office.billing.wording import ROUNDING, Factors, factors


@pytest.mark.parametrize(
    ("va_days", "capacity_va", "said"),
    [
        (630_000 * 30, 630_000, Factors("630", "kVA")),
        (630_000 * 15, 630_000, Factors("630", "kVA", "15/30 天")),
        (800_000 * 30, 630_000, Factors("800", "kVA")),
        (630_000 * 30, None, Factors("630", "kVA")),
        (315_000 * 12 + 200_000 * 7, None, Factors("5,180", "kVA·天", "1/30 天")),
    ],
)
def test_capacity_times_a_month(va_days: int, capacity_va: int | None, said: Factors) -> None:
    line = BillLine(quantity=va_days, unit=BillLine.Unit.VA_DAYS, days=30)

    assert factors(line, capacity_va) == said


def test_a_demand_is_said_in_kilowatts_and_energy_stays_energy() -> None:
    demand = BillLine(quantity=200_000 * 31, unit=BillLine.Unit.W_DAYS, days=31)

    assert factors(demand, 630_000) == Factors("200", "kW")
    assert factors(BillLine(quantity=1_500, unit=BillLine.Unit.WH)) == Factors("1.50", "kWh")


def test_every_rounding_step_of_a_line_has_words() -> None:
    own = {step for steps in OF_COMPONENT.values() for step in steps} | set(REMAINDERS.values())

    assert own | {"line-fen", "energy-precision", "flat-remainder", "band-price", "price-change-days"} <= set(
        ROUNDING
    )
