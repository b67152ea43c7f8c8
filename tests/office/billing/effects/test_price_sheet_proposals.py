"""A month's prices bill nobody before a second person has seen what they come to, bill by bill."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from diansuo.office.base.models import Proposal, Station, User
from diansuo.office.base.proposals import operations
from diansuo.office.billing.effects import pricesheets
from diansuo.office.billing.models import Bill, ClosedYear, PriceSheet
from tests.office.base import pages
from tests.office.billing.effects import proposed
from tests.office.billing.sheets import sheet
from tests.office.desk.commercial_month import held, single
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]
State = Proposal.State


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def users(station: Station, settings: Settings) -> dict[str, User]:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return proposed.people(station)


def asked(users: dict[str, User], month: int = 202408, **changed: str) -> Proposal:
    _sheet, made = pricesheets.propose(
        sheet.prices(**changed), sheet.publication(month), user=users["clerk"], now=sheet.NOW
    )
    return made


def billed(station: Station) -> None:
    single(station, "0042")
    sheet.approved(202407)
    assert held(station) == {}


def test_the_preview_prices_the_latest_month_by_the_new_prices(
    station: Station, users: dict[str, User]
) -> None:
    billed(station)
    made = asked(users, purchase="0.5000")

    seen = made.preview
    # 10,000 kWh at 0.50 in place of 0.40 yuan.
    assert (seen["before_fen"], seen["after_fen"], seen["customers"]) == (655_000, 755_000, 1)
    assert seen["movers"][0]["number"] == "0042"
    assert (made.state, made.seconds_needed) == (State.PREVIEWED, 1)
    assert PriceSheet.objects.latest("pk").state == PriceSheet.State.PROPOSED


def test_a_second_person_lets_it_price_and_one_click_takes_it_back(
    station: Station, users: dict[str, User]
) -> None:
    billed(station)
    made = asked(users)
    with pytest.raises(operations.UnableToDo):
        operations.second(made, user=users["clerk"], now=sheet.NOW)
    done = operations.second(made, user=users["auditor"], now=sheet.NOW)
    held_sheet = PriceSheet.objects.latest("pk")
    assert (done.state, held_sheet.state, held_sheet.approved_by) == (
        State.APPLIED,
        PriceSheet.State.APPROVED,
        users["auditor"],
    )
    operations.withdraw(done, user=users["clerk"], now=sheet.NOW)
    assert PriceSheet.objects.latest("pk").state == PriceSheet.State.WITHDRAWN


def test_one_sent_back_or_withdrawn_while_it_waits_takes_its_sheet_along(
    station: Station, users: dict[str, User]
) -> None:
    operations.reject(asked(users), user=users["head"], because="与公告不符", now=sheet.NOW)
    assert PriceSheet.objects.latest("pk").state == PriceSheet.State.WITHDRAWN
    operations.withdraw(asked(users), user=users["clerk"], now=sheet.NOW)
    assert set(PriceSheet.objects.values_list("state", flat=True)) == {PriceSheet.State.WITHDRAWN}


def test_prices_that_move_a_fifth_of_the_money_need_two_persons(
    station: Station, users: dict[str, User]
) -> None:
    billed(station)
    made = asked(users, purchase="0.6000")
    assert made.seconds_needed == 2
    one = operations.second(made, user=users["auditor"], now=sheet.NOW)
    assert (one.state, PriceSheet.objects.latest("pk").state) == (State.SECONDED, PriceSheet.State.PROPOSED)
    assert operations.second(one, user=users["head"], now=sheet.NOW).state == State.APPLIED


def test_a_bill_issued_in_between_wants_the_effect_worked_out_again(
    station: Station, users: dict[str, User]
) -> None:
    billed(station)
    made = asked(users)
    Bill.objects.update(amount_fen=Bill.objects.get().amount_fen + 1)
    with pytest.raises(operations.Overtaken):
        operations.second(made, user=users["auditor"], now=sheet.NOW)
    assert Proposal.objects.get(pk=made.pk).state == State.STALE
    assert PriceSheet.objects.latest("pk").state == PriceSheet.State.PROPOSED


def test_once_a_final_bill_used_it_it_is_not_taken_back_by_a_click(
    station: Station, users: dict[str, User]
) -> None:
    single(station, "0042")
    done = operations.second(asked(users, 202407), user=users["auditor"], now=sheet.NOW)
    assert held(station) == {}
    with pytest.raises(operations.UnableToDo, match="退补"):
        operations.withdraw(done, user=users["clerk"], now=sheet.NOW)
    assert PriceSheet.objects.get().state == PriceSheet.State.APPROVED


@pytest.mark.parametrize("purchase", ["4.9000", "5.6000", "0.0560"])
def test_a_slip_of_the_decimal_point_is_stopped_with_its_reason(
    station: Station, users: dict[str, User], purchase: str
) -> None:
    sheet.approved(202407, purchase="0.5600")
    with pytest.raises(pricesheets.operations.UnableToDo, match="小数点|太大"):
        asked(users, purchase=purchase)
    assert (Proposal.objects.count(), PriceSheet.objects.count()) == (0, 1)


def test_prices_from_a_day_in_a_closed_year_are_stopped(station: Station, users: dict[str, User]) -> None:
    ClosedYear.objects.create(station=station, year=2024, closed_at=sheet.NOW)
    with pytest.raises(operations.UnableToDo, match="已关账"):
        asked(users)
    assert (Proposal.objects.count(), PriceSheet.objects.count()) == (0, 0)


def test_the_pages_lead_from_the_sheet_to_its_effect_and_back(
    station: Station, users: dict[str, User], client: Client
) -> None:
    billed(station)
    made = asked(users, purchase="0.5000")
    client.force_login(users["auditor"], pages.BACKEND)
    url = f"/sheets/{made.terms['sheet']}/"
    assert f"/proposals/{made.pk}/" in client.get(url).content.decode()
    assert client.post(f"{url}approve/").headers["Location"] == f"/proposals/{made.pk}/"
    page = client.get(f"/proposals/{made.pk}/").content.decode()
    assert all(words in page for words in ("增减分布", "增减最大的 20 户", "与公布电价和同类比", url))
    assert client.get("/proposals/?kind=price_sheet").status_code == 200


def test_a_sheet_from_before_there_were_proposals_gets_its_own(
    station: Station, users: dict[str, User], client: Client
) -> None:
    waiting = sheet.proposed(202408)
    client.force_login(users["auditor"], pages.BACKEND)
    client.post(f"/sheets/{waiting.pk}/approve/")
    made = Proposal.objects.get()
    assert (made.state, made.terms["sheet"], made.station) == (State.PREVIEWED, waiting.pk, None)
    assert Decimal(made.preview["after_fen"]) == 0
