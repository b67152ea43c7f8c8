"""A register read on another day settles as that of the fixed day (例日): nobody's bill comes from the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.metering import Purpose
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.metering import freezing, lake, wording
from diansuo.office.metering.models import Consumption, Finding, RegisterReading, TakenBack
from tests.office.billing.sheets import sheet
from tests.office.desk import commercial_month
from tests.office.desk.frozen_registers import freeze
from tests.office.desk.months import opened_household, read, read_on, reasons, rerun, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices", "judged")]

AUGUST, SEPTEMBER = date(2024, 8, 1), date(2024, 9, 1)
LATE = date(2024, 8, 4)
OFF = ("R-TAKEN-BACK", "R-BACK-NO-FREEZE", "R-BACK-CONTRADICTED", "R-BACK-EXCHANGED")


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    return builder.make_station()


def bill(point: MeteringPoint, period: int) -> tuple[Any, ...]:
    found = Bill.objects.get(contract=point.contract_id, period=period)
    lines = found.lines.order_by("sequence").values_list(
        "component", "band", "step", "quantity", "amount_fen"
    )
    return found.from_date, found.to_date, found.energy_wh, found.demand_w, found.amount_fen, list(lines)


def said(point: MeteringPoint, period: int) -> list[str]:
    rules = Finding.objects.filter(point=point, period=period, rule__in=OFF)
    return list(rules.values_list("rule", flat=True))


@pytest.mark.parametrize("days", [-5, -1, 1, 3, 9])
def test_read_on_another_day_the_bills_are_those_of_the_fixed_day(station: Station, days: int) -> None:
    """July to October, read on the 1st or some days from it while the meter froze every night: the same to the fen."""
    late, plain = (
        opened_household(station, number, price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
        for number in ("01", "02")
    )
    shown = {0: 1000.0, 2: 600.0, 4: 400.0}
    for point in (late, plain):
        for register in (2, 4):
            read(point, 202407, shown[register], register)
    nights: dict[date, dict[int, float]] = {}
    for night in range(110):
        day = date(2024, 7, 1) + timedelta(night)
        nights[day] = dict(shown)
        peak, valley = 3.07 + night % 7 * 1.31, 1.9 + night % 5 * 0.77
        shown = {
            0: round(shown[0] + peak + valley, 2),
            2: round(shown[2] + peak, 2),
            4: round(shown[4] + valley, 2),
        }
    freeze(late, nights)
    run(station, 202407)
    for period in (202408, 202409, 202410):
        fixed = date(period // 100, period % 100, 1)
        for register in (0, 2, 4):
            read(plain, period, nights[fixed][register], register)
            day = fixed + timedelta(days)
            read_on(late, day, nights[day][register], register, period)
        run(station, period, day=20)

        assert bill(late, period) == bill(plain, period)
        assert said(late, period) == ["R-TAKEN-BACK"]
        assert said(plain, period) == []
        raw = RegisterReading.objects.get(point=late, period=period, register=0)
        kept = TakenBack.objects.get(point=late, period=period, register=0)
        assert (raw.read_date, raw.register_wh) == (kept.read_date, kept.read_wh)
        assert (kept.fixed_date, kept.register_wh) == (fixed, round(nights[fixed][0] * 1000))
        assert (kept.frozen_fixed_wh, kept.frozen_read_wh) == (kept.register_wh, kept.read_wh)
    assert Finding.objects.filter(severity=Finding.Severity.BLOCKING).count() == 0


def test_what_is_not_read_by_night_keeps_its_distance_from_the_freeze(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(point, {AUGUST: 1190.0, LATE: 1234.0, date(2024, 8, 5): 1240.0})
    run(station, 202407)
    read_on(point, LATE, 1236.5, period=202408)
    run(station, 202408, day=20)

    assert Bill.objects.get(period=202408).energy_wh == 192_500
    assert set(Finding.objects.filter(period=202408).values_list("rule", flat=True)) == {
        "R-TAKEN-BACK", "R-FREEZE-DAY",
    }  # fmt: skip


def test_a_demand_is_what_was_frozen_on_the_fixed_day(station: Station) -> None:
    late, plain = (
        commercial_month.double(station, number, capacity_method=CapacityMethod.ACTUAL_DEMAND)
        for number in ("01", "02")
    )
    for point in (late, plain):
        commercial_month.transformer(point, "T1", 400_000)
        commercial_month.demands(point, 31)
    end = commercial_month.END
    freeze(
        late,
        {
            AUGUST: {**end, 30: 31.0},
            LATE: {register: kwh + 44 for register, kwh in end.items()} | {30: 9.0},
        },
    )
    RegisterReading.objects.filter(point=late, period=202408).delete()
    for register, kwh in end.items():
        read_on(late, LATE, kwh + 44, register, 202408)
    read_on(late, LATE, 9, 30, 202408)
    sheet.approved(202407)
    run(station, 202407)
    assert reasons(run(station, 202408, day=20)) == {}

    assert bill(late, 202408) == bill(plain, 202408)
    assert Consumption.objects.get(point=late, period=202408).demand_w == 310_000


@pytest.mark.parametrize(
    ("frozen", "rule", "severity"),
    [
        ({}, "R-BACK-NO-FREEZE", Finding.Severity.INFO),
        ({LATE: 1234.0}, "R-BACK-NO-FREEZE", Finding.Severity.WARNING),
        ({AUGUST: 1190.0}, "R-BACK-NO-FREEZE", Finding.Severity.WARNING),
    ],
)
def test_without_both_freezes_it_settles_as_it_was_read_and_somebody_is_told(
    station: Station, frozen: dict[date, float], rule: str, severity: int
) -> None:
    point = opened_household(station, "01")
    if frozen:
        freeze(point, frozen)
    run(station, 202407)
    read_on(point, LATE, 1234, period=202408)
    run(station, 202408, day=20)

    made = Bill.objects.get(period=202408)
    assert (made.to_date, made.energy_wh) == (LATE, 234_000)
    told = Finding.objects.get(period=202408, rule=rule)
    assert told.severity == severity
    words = wording.words_of(told)
    assert "2024-08-04" in words.reason and "2024-08-01" in words.reason
    assert "补采" in words.remedy
    assert not TakenBack.objects.exists()


def test_one_register_without_a_freeze_keeps_the_whole_point_as_it_was_read(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
    for register, kwh in ((2, 600), (4, 400)):
        read(point, 202407, kwh, register)
    freeze(point, {AUGUST: {0: 1190.0, 2: 700.0}, LATE: {0: 1234.0, 2: 720.0, 4: 514.0}})
    run(station, 202407)
    for register, kwh in ((0, 1234), (2, 720), (4, 514)):
        read_on(point, LATE, kwh, register, 202408)
    run(station, 202408, day=20)

    assert Bill.objects.get(period=202408).to_date == LATE
    assert said(point, 202408) == ["R-BACK-NO-FREEZE"]


def test_what_the_freeze_contradicts_is_left_and_held(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(point, {AUGUST: 1190.0, LATE: 1234.0, date(2024, 8, 5): 1240.0})
    run(station, 202407)
    read_on(point, LATE, 1334, period=202408)
    run(station, 202408, day=20)

    assert said(point, 202408) == ["R-BACK-CONTRADICTED"]
    assert Bill.objects.filter(period=202408).count() == 0
    assert Consumption.objects.get(period=202408).to_date == LATE
    assert not TakenBack.objects.exists()


def test_over_an_exchange_nothing_is_taken_back(station: Station) -> None:
    point = opened_household(station, "01")
    old = MeterInstallation.objects.get(point=point)
    freeze(point, {AUGUST: 1190.0})
    MeterInstallation.objects.filter(pk=old.pk).update(valid_to=date(2024, 8, 3))
    new = Meter.objects.create(company=station.company, asset_number="N01")
    MeterInstallation.objects.create(point=point, meter=new, multiplier=1, valid_from=date(2024, 8, 3))
    freeze(point, {LATE: 6.0}, meter=new)
    of = {"point": point, "register": 0, "period": 202408}
    RegisterReading.objects.create(
        **of, meter=old.meter, read_date=date(2024, 8, 3), purpose=Purpose.FINAL, register_wh=1_200_000
    )
    RegisterReading.objects.create(
        **of, meter=new, read_date=date(2024, 8, 3), purpose=Purpose.INITIAL, register_wh=0
    )
    RegisterReading.objects.create(**of, meter=new, read_date=LATE, register_wh=6_000)
    run(station, 202407)
    run(station, 202408, day=20)

    assert said(point, 202408) == ["R-BACK-EXCHANGED"]
    assert Bill.objects.get(period=202408).energy_wh == 206_000
    assert not TakenBack.objects.exists()


def test_a_meter_that_rolled_between_the_days_is_counted_on(station: Station) -> None:
    late, plain = builder.household(station, "01", "M01"), builder.household(station, "02", "M02")
    for point in (late, plain):
        read(point, 202407, 999_700)
    freeze(late, {AUGUST: 999_970.0, LATE: 14.0})
    run(station, 202407)
    read(plain, 202408, 999_970)
    read_on(late, LATE, 14, period=202408)
    run(station, 202408, day=20)
    for point in (late, plain):
        read(point, 202409, 230)
    run(station, 202409, day=20)

    for period in (202408, 202409):
        assert bill(late, period) == bill(plain, period)


def test_with_a_reading_of_the_fixed_day_another_is_left_alone(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(point, {AUGUST: 1190.0, LATE: 1234.0})
    run(station, 202407)
    read(point, 202408, 1190)
    read_on(point, LATE, 1234, period=202408)
    run(station, 202408, day=20)

    assert Bill.objects.get(period=202408).energy_wh == 190_000
    assert said(point, 202408) == []


def test_what_is_frozen_later_mends_a_month_until_its_bill_is_issued_and_never_after(
    station: Station,
) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read_on(point, LATE, 1234, period=202408)
    run(station, 202408, "audit", day=20)
    assert Consumption.objects.get(period=202408).to_date == LATE

    freeze(point, {AUGUST: 1190.0, LATE: 1234.0})
    rerun(station, 202408)
    issued = bill(point, 202408)
    assert issued[1:3] == (AUGUST, 190_000)

    freeze(point, {AUGUST: 1150.0, LATE: 1234.0})
    rerun(station, 202408)
    assert bill(point, 202408) == issued
    read(point, 202409, 1300)
    run(station, 202409, day=20)
    assert bill(point, 202409)[:3] == (AUGUST, SEPTEMBER, 110_000)


def test_on_a_route_of_no_fixed_day_nothing_is_taken_back(station: Station) -> None:
    point = opened_household(station, "01")
    MeteringPoint.objects.filter(pk=point.pk).update(route=None)
    freeze(point, {AUGUST: 1190.0, LATE: 1234.0})
    run(station, 202407)
    read_on(point, LATE, 1234, period=202408)
    run(station, 202408, day=20)

    assert Bill.objects.get(period=202408).to_date == LATE
    assert said(point, 202408) == []


def test_a_list_names_what_was_read_last_and_that_is_no_difference(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(point, {AUGUST: 1190.0, LATE: 1234.0})
    run(station, 202407)
    read_on(point, LATE, 1234, period=202408)
    run(station, 202408, day=20)
    read(point, 202409, 1400)
    RegisterReading.objects.filter(period=202409).update(list_previous_wh=1_234_000)
    run(station, 202409, day=20)

    assert not Finding.objects.filter(period=202409, rule="R-LIST-PREVIOUS").exists()


def test_nothing_to_take_back_asks_the_lake_for_nothing_more(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_args: Any) -> None:
        raise AssertionError("the lake was asked what the fixed day froze")

    monkeypatch.setattr(freezing, "at", asked)
    point = opened_household(station, "01")
    freeze(point, {AUGUST: 1190.0})
    run(station, 202407)
    read(point, 202408, 1190)
    run(station, 202408, day=20)

    assert Bill.objects.get(period=202408).energy_wh == 190_000
