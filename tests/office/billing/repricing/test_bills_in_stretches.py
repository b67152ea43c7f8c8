"""A household's bill in stretches beside a factory's: both keep facts, and each is priced again from its own kind."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.what_if import Change
from diansuo.office.archive.models import ContractTerm
from diansuo.office.billing.models import Bill, BillFacts
from diansuo.office.billing.repricing import queries
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.commercial_month import single
from tests.office.metering import builder


@pytest.mark.django_db
@pytest.mark.usefixtures("sample_prices")
def test_a_trial_prices_a_household_in_stretches_and_a_shop_side_by_side() -> None:
    station = builder.make_station()
    single(station, "0009")
    home = months.opened_household(station, "0010")
    ContractTerm.objects.get(contract=home.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    sheet.approved(202407)
    months.run(station, 202407)
    months.read(home, 202408, 1310)
    months.run(station, 202408)
    assert BillFacts.objects.count() == Bill.objects.count() == 2

    found = queries.what_if(builder.ALL, Population(202408, 202408), Change(), OtherPrices(None))
    assert (found.bills, found.spread.total_fen, found.refused) == (2, 0, ())
