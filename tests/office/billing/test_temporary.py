"""Temporary supply without a meter: charged before at real prices, two people, an end that gives back by the rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import PriceSheet, TemporaryCharge, TemporaryLine, TemporarySupply
from diansuo.office.billing.temporary import operations, proving, queries
from diansuo.office.billing.temporary.operations import Terms, UnableToDo
from diansuo.office.billing.temporary.preview import NotPossible, preview
from diansuo.office.collection import operations as collection
from diansuo.office.collection.models import Payment, Receivable
from diansuo.office.collection.queries import open_receivables
from tests.office.billing.sheets import sheet
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
Kind, State = TemporaryCharge.Kind, TemporaryCharge.State
FIRST = date(2024, 7, 20)
TERMS = Terms(
    number="T001",
    name="第二建筑公司",
    purpose="基建工地",
    price_class=PriceClass.RESIDENTIAL_SHARED,  # 0.568 yuan/kWh
    voltage_class=1,
    capacity_w=20_000,
    minutes_a_day=480,
    from_date=FIRST,
    to_date=date(2024, 8, 11),
)


CHARGED_FEN = 22 * 160 * 568 // 10


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def sheets(sample_prices: str, station: Station) -> dict[str, Any]:
    """Approve the price sheets of July and August; return what makes the supply a commercial one."""
    sheet.approved(202407)
    sheet.approved(202408, purchase="0.4100")
    return {"price_class": PriceClass.COMMERCIAL_SINGLE_PART}


@pytest.fixture
def clerk() -> User:
    return sheet.person("proposer", "propose_corrections")


@pytest.fixture
def head() -> User:
    return sheet.person("approver", "approve_corrections")


def proposed(station: Station, user: User, **changed: Any) -> TemporaryCharge:
    terms = replace(TERMS, **changed)
    return operations.propose(Scope.everything(), station, terms, user=user, now=builder.NOW)


def issued(charge: TemporaryCharge, head: User, later: int = 0) -> TemporaryCharge:
    now = builder.NOW + timedelta(days=later)
    operations.approve(charge, user=head, now=now)
    return operations.issue(charge, user=head, now=now)


def more(supply: TemporarySupply, kind: str, day: date, user: User) -> TemporaryCharge:
    return operations.propose_more(
        Scope.everything(), supply, kind, day=day, reason="现场情况", user=user, now=builder.NOW
    )


def everything_stored() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Customer, TemporarySupply, TemporaryCharge, TemporaryLine, Receivable, Payment)
    ]


def test_the_charge_is_capacity_times_hours_times_days_at_the_prices_of_each_month(
    station: Station, sheets: dict[str, Any], clerk: User, head: User
) -> None:
    made = issued(proposed(station, clerk, **sheets), head)

    # 160 kWh a day: 12 days of July, 10 of August; per kWh 0.40 (0.41) + 0.015 + 0.20 + 0.03 + 0.03
    july, august = 12 * 160, 10 * 160
    lines = list(made.lines.order_by("sequence"))
    assert [(one.from_date, one.to_date) for one in lines] == [(FIRST, date(2024, 8, 1))] * 5 + [
        (date(2024, 8, 1), date(2024, 8, 11))
    ] * 5
    assert [one.amount_fen for one in lines] == [
        *(july * price // 10 for price in (400, 15, 200, 30, 30)),
        *(august * price // 10 for price in (410, 15, 200, 30, 30)),
    ]
    assert made.energy_wh == (july + august) * 1000
    assert made.amount_fen == sum(one.amount_fen for one in lines) == 239_200
    receivable = Receivable.objects.get(temporary=made)
    assert (receivable.amount_fen, receivable.customer.number) == (239_200, "T001")
    assert proving.proves(Scope.everything(), made)
    shown = queries.lines(Scope.everything(), made)
    assert all(
        one["quantity"] and one["price"] and one["rule_id"] and one["slice_hash"] and one["rulebook_hash"]
        for one in shown
    )
    assert {one["rounding"] for one in shown} == {("line-fen", "temporary-energy")}
    assert queries.doubts(Scope.everything(), made)  # the sample's prices were never published

    longer = issued(more(made.supply, Kind.EXTENSION, date(2024, 9, 1), clerk), head)
    assert (longer.from_date, longer.to_date) == (date(2024, 8, 11), date(2024, 9, 1))
    assert longer.amount_fen == 21 * 160 * 685 // 10
    assert proving.proves(Scope.everything(), longer)
    with pytest.raises(NotPossible, match="2024-09-01 起的日子没有电价"):
        more(made.supply, Kind.EXTENSION, date(2024, 9, 2), clerk)


def test_whoever_proposed_cannot_approve_and_nothing_is_due_before_it_is_issued(
    station: Station, clerk: User, head: User
) -> None:
    both = sheet.person("both", "propose_corrections", "approve_corrections")
    made = proposed(station, both)
    before = everything_stored()
    for user, words in ((both, "另一人"), (clerk, "不能审批")):
        with pytest.raises(UnableToDo, match=words):
            operations.approve(made, user=user, now=builder.NOW)
    with pytest.raises(UnableToDo, match="待审批"):
        operations.issue(made, user=head, now=builder.NOW)
    assert everything_stored() == before
    operations.approve(made, user=head, now=builder.NOW)
    assert not Receivable.objects.exists()
    operations.withdraw(made, user=both, now=builder.NOW)
    with pytest.raises(UnableToDo, match="已撤回"):
        operations.issue(made, user=head, now=builder.NOW)
    assert not Receivable.objects.exists()


def test_what_makes_no_sense_is_refused_and_nothing_is_stored(station: Station, clerk: User) -> None:
    before = everything_stored()
    senseless: list[tuple[dict[str, Any], str]] = [
        ({"purpose": " "}, "用途"),
        ({"name": ""}, "新用户请写名称"),
        ({"number": ""}, "用户编号"),
        ({"to_date": FIRST}, "不晚于"),
        ({"to_date": date(2034, 7, 20)}, "超过"),
        ({"price_class": PriceClass.RESIDENTIAL_STEPS}, "只能按"),
        ({"capacity_w": 0}, "不能这样计费"),
        ({"price_class": PriceClass.COMMERCIAL_SINGLE_PART}, "没有电价"),
    ]
    for changed, words in senseless:
        with pytest.raises((UnableToDo, NotPossible), match=words):
            proposed(station, clerk, **changed)
    assert everything_stored() == before


def test_a_known_number_with_another_name_is_refused(station: Station, clerk: User) -> None:
    proposed(station, clerk)
    with pytest.raises(UnableToDo, match="第二建筑公司"):
        proposed(station, clerk, name="第三建筑公司")
    assert proposed(station, clerk, name="").supply.customer.number == "T001"


def test_an_extension_goes_on_where_the_agreed_days_end(station: Station, clerk: User, head: User) -> None:
    first = issued(proposed(station, clerk), head)
    longer = issued(more(first.supply, Kind.EXTENSION, date(2024, 9, 1), clerk), head)
    assert (longer.from_date, longer.to_date) == (date(2024, 8, 11), date(2024, 9, 1))
    assert (longer.energy_wh, longer.amount_fen) == (21 * 160_000, (20 * 568 + 568) * 160 // 10)
    with pytest.raises(NotPossible, match="2024-09-01"):
        more(first.supply, Kind.EXTENSION, date(2024, 9, 1), clerk)


def test_an_end_before_the_half_gives_half_back_as_credit_and_one_on_it_nothing(
    station: Station, clerk: User, head: User
) -> None:
    first = issued(proposed(station, clerk), head)  # 22 days
    on_the_half = preview(first.supply, Kind.EARLY_END, FIRST + timedelta(days=11))
    assert (on_the_half.amount_fen, on_the_half.lines) == (0, ())
    ended = issued(more(first.supply, Kind.EARLY_END, FIRST + timedelta(days=10), clerk), head)
    assert ended.amount_fen == -CHARGED_FEN // 2
    doubts = queries.doubts(Scope.everything(), ended)
    assert any("提前终止的退费办法：沿用旧规" in one for one in doubts)
    credit = Payment.objects.get()
    assert (credit.amount_fen, credit.channel) == (CHARGED_FEN // 2, "临时用电")
    # what is owed is settled with it at once
    receivable = Receivable.objects.get(temporary=first)
    assert receivable.paid_fen == CHARGED_FEN // 2
    assert open_receivables(Scope.everything()).get() == receivable
    assert proving.proves(Scope.everything(), ended)
    with pytest.raises(NotPossible, match="已于"):
        more(first.supply, Kind.EXTENSION, date(2024, 8, 20), clerk)


def test_a_cancellation_gives_every_line_back(station: Station, clerk: User, head: User) -> None:
    first = issued(proposed(station, clerk), head)
    issued(more(first.supply, Kind.EXTENSION, date(2024, 8, 20), clerk), head)
    gone = issued(more(first.supply, Kind.CANCEL, FIRST, clerk), head)
    charges = TemporaryCharge.objects.filter(state=State.ISSUED)
    assert sum(one.amount_fen for one in charges) == 0 == sum(one.energy_wh for one in charges)
    assert not open_receivables(Scope.everything()).exists()
    assert proving.proves(Scope.everything(), gone)


def test_one_charge_of_a_supply_waits_at_a_time(station: Station, clerk: User, head: User) -> None:
    waiting = proposed(station, clerk)
    before = everything_stored()
    with pytest.raises(UnableToDo, match="还在办"):
        more(waiting.supply, Kind.CANCEL, FIRST, clerk)
    assert everything_stored() == before


def test_a_price_withdrawn_after_the_proposal_keeps_it_from_being_issued(
    station: Station, sheets: dict[str, Any], clerk: User, head: User
) -> None:
    made = proposed(station, clerk, **sheets)
    operations.approve(made, user=head, now=builder.NOW)
    PriceSheet.objects.filter(from_date=date(2024, 8, 1)).update(state=PriceSheet.State.WITHDRAWN)
    with pytest.raises(UnableToDo, match="没有电价"):
        operations.issue(made, user=head, now=builder.NOW)
    assert not Receivable.objects.exists()


def test_an_altered_line_no_longer_proves_itself(station: Station, clerk: User, head: User) -> None:
    made = issued(proposed(station, clerk), head)
    line = made.lines.first()
    assert line is not None
    TemporaryLine.objects.filter(pk=line.pk).update(quantity=line.quantity + 10)
    assert not proving.proves(Scope.everything(), made)


def test_a_station_beside_another_system_bills_no_temporary_supply(station: Station, clerk: User) -> None:
    Station.objects.update(mode=Station.Mode.BESIDE)
    with pytest.raises(UnableToDo, match="营销2.0"):
        proposed(Station.objects.get(), clerk)
    assert not TemporaryCharge.objects.exists()


def test_a_payment_settles_it_like_any_bill(station: Station, clerk: User, head: User) -> None:
    made = issued(proposed(station, clerk), head)
    collection.take_payment(
        made.supply.customer,
        amount_fen=CHARGED_FEN,
        channel="现金",
        reference="r1",
        paid_date=builder.NOW.date(),
        user=None,
        now=builder.NOW,
    )
    assert Receivable.objects.get(temporary=made).paid_fen == CHARGED_FEN
