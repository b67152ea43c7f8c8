"""What the cycle bills, what it holds, and why: one small station, a month at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.rules import AlteredSlice
from diansuo.core.tariff import BillingInput, PriceClass, recompute
from diansuo.office.archive.models import Contract, ContractTerm, YearOpening
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries as billing_queries
from diansuo.office.billing.models import Bill, BillLine, RuleSlice
from diansuo.office.collection.models import Receivable
from diansuo.office.desk import queries
from diansuo.office.metering.models import Finding, RegisterReading
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def test_steps_count_what_the_year_used_before(station: Station) -> None:
    point = opened_household(station, "01")
    YearOpening.objects.create(contract=point.contract, year=2024, energy_wh=2_000_000)
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408)

    bill = Bill.objects.get()
    assert bill.year_opening_known
    lines = list(bill.lines.order_by("sequence").values_list("quantity", "price_nano", "amount_fen"))
    assert lines == [(300_000, 560_000_000, 16_800), (140_000, 50_000_000, 700)]
    assert bill.amount_fen == 17_500
    assert Receivable.objects.get().amount_fen == 17_500


def test_a_year_whose_start_nobody_knows_is_marked(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1100)
    run(station, 202408)

    assert not Bill.objects.get().year_opening_known


def test_a_customer_connected_within_the_year_has_a_part_of_the_steps(station: Station) -> None:
    point = opened_household(station, "01")
    Contract.objects.filter(pk=point.contract_id).update(opened_date=date(2024, 6, 10))
    run(station, 202407)
    read(point, 202408, 2400)
    run(station, 202408)

    bill = Bill.objects.get()
    assert (bill.months_in_year, bill.year_opening_known) == (7, True)
    # 7/12 of 2160 and 3120 kWh: 1260 and 1820; 1400 kWh reach 140 kWh into the second step.
    assert bill.amount_fen == 1400 * 56 + 140 * 5


def test_a_class_without_a_price_is_held_with_the_file_that_lacks_it(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.AGRICULTURAL)
    run(station, 202407)
    read(point, 202408, 1300)
    job = run(station, 202408)

    assert not Bill.objects.exists()
    assert reasons(job) == {"01": ["电价未录入"]}
    held = queries.held(builder.ALL, job_id=job.pk)[0]
    assert "agricultural.yaml" in held.findings[0].reason


def test_what_is_held_does_not_hold_the_others_and_is_billed_once_mended(station: Station) -> None:
    fine, backwards = opened_household(station, "01"), opened_household(station, "02")
    run(station, 202407)
    read(fine, 202408, 1200)
    read(backwards, 202408, 900)
    job = run(station, 202408)
    assert reasons(job) == {"02": ["倒走"]}
    assert list(Bill.objects.values_list("contract", "amount_fen")) == [(fine.contract_id, 11_200)]

    RegisterReading.objects.filter(point=backwards, period=202408).delete()
    read(backwards, 202408, 1100)
    run(station, 202408)

    assert reasons(job) == {}
    assert sorted(Bill.objects.values_list("amount_fen", flat=True)) == [5_600, 11_200]
    assert Bill.objects.filter(state=Bill.State.ISSUED).count() == Receivable.objects.count() == 2


def test_a_month_waits_for_the_month_before_it(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 900)
    run(station, 202408)
    read(point, 202409, 1200)
    job = run(station, 202409)

    assert reasons(job) == {"01": ["上期未结", "倒走"]}
    assert not Bill.objects.exists()


def test_a_change_to_a_commercial_class_inside_the_period_holds_the_bill(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 15), price_class=int(PriceClass.COMMERCIAL_SINGLE_PART)
    )
    read(point, 202408, 1200)
    job = run(station, 202408)

    assert not Bill.objects.exists()
    assert "期内变更无示数" in reasons(job)["01"]


def test_price_terms_that_change_on_the_reading_day_price_each_month_by_its_own(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 8, 1), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    for period, kwh in ((202408, 1100), (202409, 1200)):
        read(point, period, kwh)
        run(station, period)

    assert list(Bill.objects.order_by("period").values_list("amount_fen", flat=True)) == [5_600, 5_680]


def test_a_draft_is_no_bill_until_it_is_issued(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1100)
    run(station, 202408, until="audit")
    assert Bill.objects.get().state == Bill.State.DRAFT
    assert not Receivable.objects.exists()
    assert list(billing_queries.issued_energy_and_amounts(builder.ALL, period=202408)) == []

    run(station, 202408)
    assert list(billing_queries.issued_energy_and_amounts(builder.ALL, period=202408)) == [
        ("01", "202408", "100.00", "56.00")
    ]


def test_a_draft_whose_lines_were_tampered_with_is_not_issued(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1100)
    run(station, 202408, until="bill")
    BillLine.objects.update(amount_fen=1)
    job = run(station, 202408)

    assert Bill.objects.get().state == Bill.State.DRAFT
    assert reasons(job) == {"01": ["明细与合计不符"]}
    assert not Receivable.objects.exists()


def test_an_issued_bill_recomputes_from_the_slices_stored_with_it(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
    for register, kwh in ((2, 600), (4, 400)):
        read(point, 202407, kwh, register)
    run(station, 202407)
    for register, kwh in ((0, 1400.01), (2, 850), (4, 550)):
        read(point, 202408, kwh, register)
    run(station, 202408)
    bill = Bill.objects.get()

    again = recompute(_inputs(bill), [row.content for row in RuleSlice.objects.all()])

    stored = bill.lines.order_by("sequence").values_list(
        "quantity", "price_nano", "amount_fen", "remainder_wh"
    )
    lines = again.lines
    assert again.amount_fen.tolist() == [bill.amount_fen]
    assert list(stored) == list(
        zip(
            lines.quantity_wh.tolist(),
            lines.price_nano.tolist(),
            lines.amount_fen.tolist(),
            lines.remainder_wh.tolist(),
            strict=True,
        )
    )


def test_a_slice_that_was_altered_is_refused(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1100)
    run(station, 202408)
    bill = Bill.objects.get()
    altered = [dict(row.content) for row in RuleSlice.objects.all()]
    altered[0]["values"] = {}

    with pytest.raises(AlteredSlice):
        recompute(_inputs(bill), altered)


def _inputs(bill: Bill) -> BillingInput:
    def column(value: int, dtype: type = np.int64) -> Any:
        return np.array([value], dtype=dtype)

    def day(of: date) -> int:
        return (of - date(1970, 1, 1)).days

    return BillingInput(
        price_class=column(bill.price_class, np.int16),
        voltage_class=column(bill.voltage_class, np.int16),
        period=column(bill.period),
        from_day=column(day(bill.from_date)),
        to_day=column(day(bill.to_date)),
        energy_wh=column(bill.consumption.total_wh),
        peak_wh=column(bill.consumption.peak_wh),
        valley_wh=column(bill.consumption.valley_wh),
        has_time_of_use=column(bill.consumption.has_parts, np.bool_),
        year_to_date_wh=column(bill.year_to_date_wh),
        months_in_year=column(bill.months_in_year, np.int16),
    )


def test_issued_bills_of_another_station_are_out_of_sight(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1100)
    run(station, 202408)
    other = builder.make_station("别的供电所")

    assert billing_queries.bills(Scope(frozenset({station.pk}))).count() == 1
    assert billing_queries.bills(Scope(frozenset({other.pk}))).count() == 0
    assert not Finding.objects.filter(severity=Finding.Severity.BLOCKING).exists()
