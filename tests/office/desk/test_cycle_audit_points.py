"""The audit of customers with several bills a month, one a metering point: what is compared, and what is decided."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.core.metering.energy import PointRelation
from diansuo.core.tariff.auditing.rules import ABSENT
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import ContractTerm, MeteringPoint, MeteringSide, PointTerm
from diansuo.office.base.models import Staff, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import details, like, loading, operations, queries, rules
from diansuo.office.billing.audit.loading import Chunk, Loaded
from diansuo.office.billing.models import Bill
from diansuo.office.desk.audit import queries as desk
from diansuo.office.metering.models import Finding
from tests.office.billing import rebilled
from tests.office.billing.sheets import sheet
from tests.office.desk import commercial_month, months
from tests.office.desk.points import AUGUST, DEMAND, JULY, another, commercial, energies, read, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def auditor(station: Station) -> User:
    user = sheet.person("auditor", "run_cycle")
    Staff.objects.create(station=station, name="auditor", user=user)
    return user


def loaded(station: Station, period: int = AUGUST) -> Loaded:
    """Load the month's drafts as the audit stage does."""
    points = MeteringPoint.objects.order_by("id").values_list("id", flat=True)
    chunk = Chunk(station.pk, period, min(points), max(points), 1, beside=False)
    limits = rules.limits(period)
    return loading.load(chunk, like.read(station.pk, period, limits), limits.order_days)


def found(rule: str, period: int = AUGUST) -> list[Finding]:
    return list(Finding.objects.filter(rule=rule, period=period).order_by("point"))


def master_and_sub(
    station: Station, master_kwh: float, sub_kwh: float
) -> tuple[MeteringPoint, MeteringPoint]:
    master = commercial(station, "0042")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    read(master, master_kwh)
    read(sub, sub_kwh)
    return master, sub


def test_a_kilowatt_hour_of_a_master_is_priced_by_what_it_is_billed_for(station: Station) -> None:
    """9 of 10 MWh went to the sub-meter: what is left costs what it costs everybody."""
    for number in range(6):
        read(commercial(station, f"01{number:02}"), 900 + number)
    master_and_sub(station, 10_000, 9_000)
    sheet.approved(JULY)
    assert run(station) == {}
    assert found("A-AMOUNT") == []
    assert energies()["0042-1"] == 1000


def test_what_sub_meters_read_is_laid_beside_their_master(station: Station) -> None:
    master, sub = master_and_sub(station, 1500, 500)
    supplied = commercial(station, "0043")
    PointTerm.objects.create(
        point=supplied,
        behind=master,
        relation=PointRelation.TRANSFER,
        supplied_use=1,
        valid_from=builder.SINCE,
    )
    beside = another(master.contract, behind=master, relation=PointRelation.PARALLEL)
    for point, kwh in ((supplied, 200), (beside, 4000)):
        read(point, kwh)
    sheet.approved(JULY)
    months.run(station, JULY)
    months.run(station, AUGUST, until="audit")
    columns = loaded(station)
    behind = dict(zip(columns.point.tolist(), columns.drafts.subs_wh.tolist(), strict=True))
    assert behind == {master.pk: 700_000, sub.pk: ABSENT, supplied.pk: ABSENT, beside.pk: ABSENT}
    assert found("A-SUB") == []


def test_sub_meters_put_right_above_their_master_hold_it(station: Station) -> None:
    """The sub-meter's bill went out while its master waited; its correction shows what the check could not know."""
    master, sub = master_and_sub(station, 1000, 800)
    sheet.approved(JULY)
    months.run(station, JULY)
    months.run(station, AUGUST, until="audit")
    user = auditor(station)
    waiting = Finding.objects.create(
        point=master, period=AUGUST, rule="A-UP", severity=Finding.Severity.BLOCKING,
        detail={"kind": "", "figures": {}, "basis": {}, "stake_fen": 0},
    )  # fmt: skip
    months.run(station, AUGUST)
    assert set(energies()) == {"0042-2"}
    rebilled.issued(
        rebilled.asked(sub, rebilled.Kind.MISSED, AUGUST, AUGUST, energy_kwh="300"),
        sheet.person("proposer", "propose_corrections"),
        sheet.person("approver", "approve_corrections"),
    )
    waiting.delete()
    months.rerun(station, AUGUST)
    (one,) = found("A-SUB")
    assert (one.point, one.actual, one.expected) == (master, 1_000_000, 1_100_000)
    assert one.severity == Finding.Severity.BLOCKING
    assert set(energies()) == {"0042-2"}

    operations.decide(user, [one.pk], "released", "分表退补已核", builder.NOW)
    months.rerun(station, AUGUST)
    assert energies()["0042-1"] == 200


def test_energy_put_right_within_the_year_belongs_to_its_steps(station: Station) -> None:
    point = rebilled.billed(station)
    rebilled.issued(
        rebilled.asked(point, rebilled.Kind.MISSED, 202409, 202409, energy_kwh="200"),
        sheet.person("proposer", "propose_corrections"),
        sheet.person("approver", "approve_corrections"),
    )
    months.read(point, 202412, 4130)
    months.run(station, 202412)
    assert found("A-TIER", 202412) == []
    bill = Bill.objects.get(period=202412)
    assert (bill.state, bill.year_to_date_wh) == (Bill.State.ISSUED, 3_070_000)


def test_the_steps_of_a_household_are_judged_beside_its_charging_pile(station: Station) -> None:
    home = builder.household(station, "0050", "M0050", point="0050-1")
    ContractTerm.objects.update(valid_from=date(2023, 1, 1))
    pile = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    read(home, 100)
    read(pile, 50)
    assert run(station) == {}
    for point in (home, pile):
        months.read(point, 202409, 1300)
    months.run(station, 202409, until="audit")
    columns = loaded(station, 202409)
    rows = zip(
        *(getattr(columns.drafts, name).tolist() for name in ("year_asked", "year_wh", "months_wh")),
        strict=True,
    )
    assert dict(zip(columns.point.tolist(), rows, strict=True))[home.pk] == (True, 100_000, 100_000)
    assert found("A-TIER", 202409) == []


def test_what_is_wrong_with_a_contract_is_found_once_not_once_a_point(station: Station) -> None:
    first = commercial(
        station, "0042", PriceClass.COMMERCIAL_TWO_PART, time_of_use=False, metering_side=MeteringSide.LOW_LOW,
        capacity_method=CapacityMethod.CAPACITY,
    )  # fmt: skip
    PointTerm.objects.create(point=first, valid_from=builder.SINCE)
    second = another(first.contract)
    commercial_month.transformer(first, "T1", 400_000)
    read(first, 1000)
    read(second, 500)
    sheet.approved(JULY)
    run(station)
    assert [one.point for one in found("A-CAPACITY")] == [first]
    assert [(one.point, one.detail["kind"]) for one in found("A-METERING")] == [(first, "low_own")]
    kinds = [(one.point, one.detail["kind"]) for one in found("A-PRICE")]
    assert len(kinds) == len(set(kinds))
    assert {point for point, _kind in kinds} == {first}


def test_the_demand_of_each_feed_is_held_against_its_own(station: Station) -> None:
    first = commercial(
        station, "0042", PriceClass.COMMERCIAL_TWO_PART, time_of_use=False,
        capacity_method=CapacityMethod.CONTRACT_DEMAND, contract_demand_w=40_000,
    )  # fmt: skip
    PointTerm.objects.create(point=first, valid_from=builder.SINCE)
    second = another(first.contract, contract_demand_w=60_000)
    for point, kilowatts in ((first, 41), (second, 55)):
        read(point, 1000)
        months.read(point, JULY, 1, DEMAND)
        months.read(point, AUGUST, kilowatts, DEMAND)
    sheet.approved(JULY)
    run(station)
    assert found("A-DEMAND") == []


def test_a_decision_lets_out_the_bill_of_its_own_point_and_no_other(station: Station) -> None:
    first = commercial(station, "0042")
    PointTerm.objects.create(point=first, valid_from=builder.SINCE)
    second = another(first.contract)
    read(first, 75_000)  # 100 kVA carry 74,400 kWh in these 31 days
    read(second, 76_000)
    sheet.approved(JULY)
    months.run(station, JULY)
    months.run(station, AUGUST)
    of_first, _of_second = found("A-MAX")
    assert energies() == {}
    user = auditor(station)
    operations.decide(user, [of_first.pk], "released", "已核对", builder.NOW)
    months.run(station, AUGUST)
    assert set(energies()) == {"0042-1"}
    (row,) = queries.findings(Scope.of(user), AUGUST, rule="A-MAX", state="open")
    assert (row.point_id, row.issued, row.point_number) == (second.pk, False, "0042-2")
    kept = details.finding(Scope.of(user), row.id)
    assert kept is not None
    assert kept.decisions == []


def test_the_desk_shows_the_class_of_the_bill_and_counts_customers_not_bills(station: Station) -> None:
    home = builder.household(station, "0050", "M0050", point="0050-1")
    pile = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    again = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    for point in (home, pile, again):
        read(point, 100)
    run(station)
    for point in (home, pile, again):
        months.read(point, 202409, 1300)
    months.run(station, 202409)
    lines = desk.against_last_month(builder.ALL, station.pk, 202409)
    assert {line.title: line.customers for line in lines}[None] == 1
    assert [line.customers for line in lines] == [1, 1, 1]
    of_pile = Finding.objects.create(
        point=pile, period=202409, rule="A-UP", severity=1, detail={"kind": "", "figures": {}, "basis": {}}
    )
    detail = details.finding(builder.ALL, of_pile.pk)
    assert detail is not None
    assert detail.row.price_class == PriceClass.RESIDENTIAL_SHARED
    asked = desk.Asked(state="", price_class=int(PriceClass.RESIDENTIAL_SHARED))
    of_class = {one.point_id for one in desk.rows(builder.ALL, station.pk, 202409, asked)}
    assert of_class == {pile.pk, again.pk}
