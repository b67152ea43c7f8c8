"""Commercial customers in a month: known, not priced yet, held with the reason, while everybody else is billed."""

from __future__ import annotations

import pytest

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.billing.models import Bill
from diansuo.office.desk import queries
from diansuo.office.metering.models import Consumption
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("price_class", [PriceClass.COMMERCIAL_SINGLE_PART, PriceClass.COMMERCIAL_TWO_PART])
def test_a_commercial_customer_is_held_because_its_price_is_not_in_the_rulebook(
    price_class: PriceClass,
) -> None:
    station = builder.make_station()
    for number, options in (("0041", {}), ("0042", {"price_class": price_class})):
        months.read(months.opened_household(station, number, **options), 202408, 1200)
    months.run(station, 202407)

    job = months.run(station, 202408)

    (held,) = queries.held(builder.ALL, job_id=job.pk)
    (words,) = held.findings
    assert held.number == "0042"
    assert "工商业电价尚未入规则库" in words.reason
    assert words.remedy
    issued = Bill.objects.filter(state=Bill.State.ISSUED)
    assert list(issued.values_list("consumption__point__contract__customer__number", flat=True)) == ["0041"]


def test_the_next_month_says_the_same_and_settles_its_own_energy_only() -> None:
    station = builder.make_station()
    point = months.opened_household(station, "0042", price_class=PriceClass.COMMERCIAL_TWO_PART)
    months.read(point, 202408, 1200)
    months.read(point, 202409, 1500)
    for period in (202407, 202408):
        months.run(station, period)

    job = months.run(station, 202409)

    (held,) = queries.held(builder.ALL, job_id=job.pk)
    assert ["工商业电价尚未入规则库" in words.reason for words in held.findings] == [True]
    energy = Consumption.objects.filter(point=point).order_by("period").values_list("period", "total_wh")
    assert dict(energy)[202409] == 300_000
