"""Nobody changes what bills stand on alone: seen first, agreed to by a second person, taken back exactly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import ContractTerm, HouseholdTerm, MeterInstallation
from diansuo.office.base.models import Proposal, Staff, Station, User
from diansuo.office.base.proposals import operations
from diansuo.office.billing.models import Bill, ClosedYear, Correction
from tests.office.billing.effects import proposed
from tests.office.billing.effects.proposed import DAY
from tests.office.billing.rebilled import billed
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
State = Proposal.State
# Worked example C1 of docs/rules: July to October bring 1740, 420, 450 and 260 kWh, steps at 2160 and 3120 kWh.
BILLED_FEN = 97_440 + 23_520 + 27_450 + 18_610


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def users(station: Station, settings: Settings) -> dict[str, User]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return proposed.people(station)


def multipliers() -> list[tuple[Any, ...]]:
    return list(MeterInstallation.objects.order_by("pk").values_list("multiplier", "valid_from", "valid_to"))


def test_a_multiplier_shows_by_the_real_engine_what_it_does_before_it_is_done(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    before = multipliers()
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])

    assert made.state == State.PREVIEWED
    assert made.customers == 1
    seen = made.preview
    assert seen["before_fen"] == sum(Bill.objects.values_list("amount_fen", flat=True))
    # 3480, 840, 900 and 520 kWh: the year passes 2160 kWh in July and 3120 kWh in July as well
    july = 2160 * 56 + 960 * 61 + 360 * 86
    assert seen["after_fen"] == july + (840 + 900 + 520) * 86
    assert (seen["energy_before_wh"], seen["energy_after_wh"]) == (2_870_000, 5_740_000)
    assert seen["movers"][0]["number"] == "01"
    assert seen["steps_up"] == 4
    assert multipliers() == before


def test_it_says_which_findings_of_the_audit_would_newly_fire(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    twice, forty = (
        proposed.seen(station, "multiplier", proposed.multiplier(point, to), users["clerk"]) for to in (2, 40)
    )
    assert twice.preview["findings"] == []
    # 260 kWh by 40: no household uses 10,400 kWh a month, nor do its contract's kVA carry it
    assert {one["rule"] for one in forty.preview["findings"]} == {"A-UP", "A-PRICE", "A-MAX"}


def test_a_second_person_applies_it_from_its_day_and_one_click_takes_it_back(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    before = multipliers()
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    done = proposed.agreed(made, users["auditor"])

    assert done.state == State.APPLIED
    assert [row[:2] for row in multipliers()] == [(1, before[0][1]), (2, DAY)]
    assert operations.withdraw(done, user=users["clerk"], now=builder.NOW).state == State.WITHDRAWN
    assert multipliers() == before


@pytest.mark.parametrize("post", ["clerk", "inspector", "supervisor", "admin", "manager", "loss"])
def test_whoever_proposed_inspects_or_has_no_right_cannot_agree(
    station: Station, users: dict[str, User], post: str
) -> None:
    point = billed(station)
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    before = multipliers()
    with pytest.raises(operations.UnableToDo):
        proposed.agreed(made, users[post])
    made.refresh_from_db()
    assert (made.state, made.seconds.count(), multipliers()) == (State.PREVIEWED, 0, before)


def test_an_inspector_cannot_agree_even_with_another_post_beside(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    person = users["auditor"].staff
    # Nobody is given both any more; rights that stood before the floor did are written past it here.
    Staff.posts.through.objects.create(staff=person, post=users["inspector"].staff.posts.get())
    with pytest.raises(operations.UnableToDo, match="检查、稽查"):
        proposed.agreed(made, users["auditor"])
    assert multipliers()[-1][0] == 1


def test_an_auditor_cannot_agree_to_what_he_proposed_himself(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    for proposer, login in ((users["auditor"], ""), (None, "auditor@counter-pc")):
        made = operations.preview(
            proposed.propose(station, "multiplier", proposed.multiplier(point, 2), proposer, ran_by=login),
            now=builder.NOW,
        )
        with pytest.raises(operations.UnableToDo, match="自己的提议"):
            proposed.agreed(made, users["auditor"])
    assert multipliers()[-1][0] == 1


def test_above_the_limits_two_persons_must_agree(
    station: Station, users: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    point = billed(station)
    monkeypatch.setattr(operations, "seconds_needed", lambda _effect, _day: 2)
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    one = proposed.agreed(made, users["auditor"])
    assert (one.state, multipliers()[-1][0]) == (State.SECONDED, 1)
    with pytest.raises(operations.UnableToDo, match="已经复核过"):
        proposed.agreed(one, users["auditor"])
    assert proposed.agreed(one, users["head"]).state == State.APPLIED
    assert multipliers()[-1][0] == 2


ABSURD = [
    ("multiplier", 60, 600, DAY, "多打或少打了零"),
    ("multiplier", 600, 60, DAY, "多打或少打了零"),
    ("multiplier", 1, 900_000, DAY, "超过上限"),
    ("multiplier", 1, 2, date(2014, 12, 1), "核对年份"),
    ("multiplier", 1, 2, date(2029, 12, 1), "核对年份"),
    ("multiplier", 1, 2, date(2024, 1, 1), "起始日"),
    ("multiplier", 2, 2, DAY, "新值与现值相同"),
    ("capacity", 8_000, 80_000, DAY, "核对小数点"),
]


@pytest.mark.parametrize(("what", "standing", "to", "day", "why"), ABSURD)
def test_what_cannot_be_is_stopped_with_its_reason(
    station: Station, users: dict[str, User], what: str, standing: int, to: int, day: date, why: str
) -> None:
    point = months.opened_household(station, "01")
    MeterInstallation.objects.update(multiplier=standing if what == "multiplier" else 1)
    ContractTerm.objects.update(capacity_va=8_000)
    terms = (
        proposed.multiplier(point, to) if what == "multiplier" else proposed.contract(point, capacity_va=to)
    )
    with pytest.raises(operations.UnableToDo, match=why):
        proposed.propose(station, what, terms, users["clerk"], effective=day)
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize(
    ("ordered", "named"),
    [(None, False), (DAY, False), (DAY - timedelta(days=3), False), (DAY + timedelta(days=1), True)],
)
def test_a_change_that_would_hold_before_its_order_was_made_is_named(
    station: Station, users: dict[str, User], ordered: date | None, named: bool
) -> None:
    point = billed(station)
    terms = proposed.multiplier(point, 2)
    terms["changes"][0]["ordered"] = ordered and ordered.isoformat()
    said = proposed.seen(station, "multiplier", terms, users["clerk"]).preview["before_order"]
    number, name = point.contract.customer.number, point.contract.customer.name
    assert said == (
        {"count": 1, "customers": [[number, name, (DAY + timedelta(days=1)).isoformat()]]} if named else None
    )


def test_a_day_in_a_closed_year_is_stopped(station: Station, users: dict[str, User]) -> None:
    point = billed(station)
    ClosedYear.objects.create(station=station, year=2024, closed_at=builder.NOW)
    with pytest.raises(operations.UnableToDo, match="已关账"):
        proposed.propose(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    assert Proposal.objects.count() == 0


def test_a_preview_overtaken_by_a_further_bill_must_be_worked_out_again(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    months.read(point, 202412, 4000)
    months.run(station, 202412)
    with pytest.raises(operations.Overtaken):
        proposed.agreed(made, users["auditor"])
    made.refresh_from_db()
    assert (made.state, multipliers()[-1][0]) == (State.STALE, 1)
    with pytest.raises(operations.UnableToDo):
        proposed.agreed(made, users["auditor"])
    again = operations.preview(made, now=builder.NOW)
    assert proposed.agreed(again, users["auditor"]).state == State.APPLIED


def test_a_second_change_of_the_same_value_finds_its_basis_gone(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    one, other = (
        proposed.seen(station, "multiplier", proposed.multiplier(point, to), users["clerk"]) for to in (2, 3)
    )
    proposed.agreed(one, users["auditor"])
    with pytest.raises(operations.Overtaken):
        proposed.agreed(other, users["auditor"])
    assert multipliers()[-1][0] == 2


def test_once_billed_it_goes_back_only_by_a_proposal_that_corrects_the_bills(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    before = multipliers()
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    done = proposed.agreed(made, users["auditor"])
    months.read(point, 202412, 3970)
    months.run(station, 202412)
    months.read(point, 202501, 4070)
    months.run(station, 202501)
    wrong = Bill.objects.get(period=202501)
    assert wrong.energy_wh == 200_000
    with pytest.raises(operations.UnableToDo, match="撤回提议"):
        operations.withdraw(done, user=users["clerk"], now=builder.NOW)
    assert multipliers()[-1][0] == 2

    back = operations.propose_reversal(done, user=users["clerk"], reason="倍率没有变", now=builder.NOW)
    back = operations.preview(back, now=builder.NOW)
    assert multipliers()[-1][0] == 2
    assert back.difference_fen < 0
    back = proposed.agreed(back, users["auditor"])
    done.refresh_from_db()
    assert (back.state, done.state, multipliers()) == (State.APPLIED, State.WITHDRAWN, before)
    correction = Correction.objects.get()
    assert (correction.state, correction.amount_fen) == (Correction.State.PROPOSED, back.difference_fen)
    assert correction.energy_wh == -100_000
    assert Bill.objects.get(period=202501).amount_fen == wrong.amount_fen


def test_a_class_and_the_persons_of_a_household_are_proposals_too(
    station: Station, users: dict[str, User]
) -> None:
    point = billed(station)
    moved = proposed.contract(point, price_class=int(PriceClass.RESIDENTIAL_SHARED))
    made = proposed.seen(station, "class", moved, users["clerk"])
    assert made.preview["reclassed"] == 4 or made.preview["refused"]
    more = proposed.seen(station, "steps", proposed.household(point, persons=7), users["counter"])
    # With 7 persons the first steps are higher, so nobody pays more.
    assert more.difference_fen <= 0
    done = proposed.agreed(more, users["head"])
    assert HouseholdTerm.objects.values_list("persons", "valid_from").get() == (7, DAY)
    operations.withdraw(done, user=users["head"], now=builder.NOW)
    assert not HouseholdTerm.objects.exists()


def test_one_sent_back_changes_nothing_and_is_over(station: Station, users: dict[str, User]) -> None:
    point = billed(station)
    before = multipliers()
    made = proposed.seen(station, "multiplier", proposed.multiplier(point, 2), users["clerk"])
    with pytest.raises(operations.UnableToDo, match="退回原因"):
        operations.reject(made, user=users["auditor"], because=" ", now=builder.NOW)
    gone = operations.reject(made, user=users["auditor"], because="照片看不清", now=builder.NOW)
    assert gone.state == State.REJECTED
    with pytest.raises(operations.UnableToDo):
        proposed.agreed(gone, users["head"])
    assert multipliers() == before
