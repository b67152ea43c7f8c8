"""A reading that a list or somebody else brought is replaced by a second person alone, who saw what it does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.core.metering import Register
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Job, Proposal, Station, User
from diansuo.office.base.proposals import operations
from diansuo.office.billing.models import Bill
from diansuo.office.metering import overriding
from diansuo.office.metering.models import ReadingChange, RegisterReading
from tests.office.base import pages
from tests.office.billing.effects import proposed
from tests.office.billing.rebilled import billed
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
State = Proposal.State
DAY, PERIOD = date(2024, 12, 1), 202412
TOTAL = Register.ACTIVE_TOTAL


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def users(station: Station, settings: Settings) -> dict[str, User]:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return proposed.people(station)


@pytest.fixture
def point(station: Station) -> MeteringPoint:
    """A household of which December is read, 130 kWh, and priced as a draft."""
    made = billed(station)
    months.read(made, PERIOD, 4000)
    months.run(station, PERIOD, until="audit")
    return made


def stands() -> list[tuple[Any, ...]]:
    rows = RegisterReading.objects.filter(period=PERIOD).order_by("pk")
    return list(rows.values_list("register_wh", "entered_by", "batch", "source"))


def asked(point: MeteringPoint, user: User, to_wh: int) -> Proposal:
    values = {TOTAL: to_wh}
    before = overriding.overridden(builder.ALL, point, values, DAY, user)
    return overriding.propose(
        point, values, DAY, PERIOD, estimated=False, before=before, reason="复抄", user=user, now=builder.NOW
    )


def test_the_preview_bills_the_month_both_ways_and_writes_nothing(
    point: MeteringPoint, users: dict[str, User]
) -> None:
    held, jobs, drafts = stands(), Job.objects.count(), list(Bill.objects.order_by("pk").values())
    made = asked(point, users["clerk"], 4_100_000)
    seen = made.preview
    # The second step, 0.61 yuan, up to 3120 kWh of the year: 2870 so far, 130 as read, 230 with the other register.
    assert (seen["before_fen"], seen["after_fen"]) == (130 * 61, 230 * 61)
    assert (seen["energy_before_wh"], seen["energy_after_wh"]) == (130_000, 230_000)
    assert made.difference_fen == 6_100
    assert (stands(), Job.objects.count()) == (held, jobs)
    assert list(Bill.objects.order_by("pk").values()) == drafts


def test_a_slip_of_a_digit_shows_the_checks_that_would_fire(
    point: MeteringPoint, users: dict[str, User]
) -> None:
    made = asked(point, users["clerk"], 40_000_000)
    assert made.preview["findings"]
    assert any(one["blocking"] for one in made.preview["findings"])
    page = pages.signed_in("auditor").get(f"/proposals/{made.pk}/").content.decode()
    assert "审核会新报的疑点" in page


def test_a_second_person_lets_it_stand_and_one_click_takes_it_back(
    point: MeteringPoint, users: dict[str, User]
) -> None:
    before = stands()
    made = asked(point, users["clerk"], 4_100_000)
    with pytest.raises(operations.UnableToDo, match="自己的提议"):
        operations.second(made, user=users["clerk"], now=builder.NOW)
    assert stands() == before
    done = operations.second(made, user=users["auditor"], now=builder.NOW)
    assert [row[0] for row in stands()] == [4_100_000]
    kept = ReadingChange.objects.get()
    assert (kept.before_wh, kept.after_wh, kept.changed_by, kept.reason) == (
        4_000_000, 4_100_000, users["clerk"], "复抄",
    )  # fmt: skip
    operations.withdraw(done, user=users["clerk"], now=builder.NOW)
    assert stands() == before


def test_once_the_month_is_issued_it_goes_by_correction_alone(
    station: Station, point: MeteringPoint, users: dict[str, User]
) -> None:
    done = operations.second(asked(point, users["clerk"], 4_100_000), user=users["auditor"], now=builder.NOW)
    months.run(station, PERIOD)
    with pytest.raises(operations.UnableToDo, match="示数错误"):
        operations.withdraw(done, user=users["clerk"], now=builder.NOW)
    with pytest.raises(operations.UnableToDo, match="退补"):
        asked(point, users["head"], 4_200_000)
    assert [row[0] for row in stands()] == [4_100_000]
    assert Proposal.objects.count() == 1


def test_the_page_asks_for_a_reason_and_leads_to_the_proposal(
    point: MeteringPoint, users: dict[str, User]
) -> None:
    clerk, before = pages.signed_in("clerk"), stands()
    url = reverse("walk_enter", args=[point.route_id or 0, PERIOD, point.pk])
    said = {f"register-{TOTAL:d}": "4100", "day": DAY.isoformat(), "confirmed": "1"}
    assert "写明原因" in clerk.post(url, said).content.decode()
    assert (Proposal.objects.count(), stands()) == (0, before)
    page = clerk.post(url, {**said, "reason": "复抄"}).content.decode()
    made = Proposal.objects.get()
    assert f"/proposals/{made.pk}/" in page
    assert (made.kind, made.state, stands()) == ("reading", State.PREVIEWED, before)


def test_what_one_entered_oneself_is_corrected_at_once(point: MeteringPoint, users: dict[str, User]) -> None:
    RegisterReading.objects.filter(period=PERIOD).update(entered_by=users["clerk"])
    assert overriding.overridden(builder.ALL, point, {TOTAL: 4_100_000}, DAY, users["clerk"]) == {}
    assert overriding.overridden(builder.ALL, point, {TOTAL: 4_000_000}, DAY, users["head"]) == {}
    assert overriding.overridden(builder.ALL, point, {TOTAL: 4_100_000}, DAY, users["head"]) != {}
