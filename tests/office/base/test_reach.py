"""Whoever is limited to the areas they or their team answer for reaches nothing of the others, by number or by list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import (
    Customer,
    MeteringPoint,
    PointArea,
    Responsibility,
    TransformerArea,
)
from diansuo.office.archive.reaching import operations
from diansuo.office.base import floor
from diansuo.office.base.models import Staff, Station, Team, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries as billing
from diansuo.office.billing.models import Bill
from diansuo.office.metering import entry
from diansuo.office.metering.models import Consumption, RegisterReading
from tests.office.base import access_walk, pages
from tests.office.base.test_foreign import LEADS_ON, SHARED, writes
from tests.office.network import findings

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    """Customer 001 (Zhang) hangs on East area, which the area manager answers for; 002 (Li) on West area."""
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = pages.build(tmp_path)
    west = TransformerArea.objects.create(company=made.company, station=made, number="W-1", name="West area")
    theirs = MeteringPoint.objects.get(contract__customer__number="002")
    PointArea.objects.filter(point=theirs).update(area=west)
    manager = User.objects.get(username="manager").staff
    Responsibility.objects.exclude(point=theirs).filter(duty="manager").update(staff=manager)
    return made


@pytest.fixture
def manager(station: Station) -> Staff:
    """The area manager, limited to the own areas, with every right that does not inspect."""
    found = User.objects.get(username="manager").staff
    operations.set_reach(found, Staff.Reach.OWN, [])
    found.user.user_permissions.set(
        Permission.objects.filter(content_type__model="post").exclude(codename__in=floor.partings()[0].either)
    )
    return found


def scope_of(staff: Staff) -> Scope:
    return Scope.of(User.objects.get(pk=staff.user_id))


def seen(staff: Staff) -> list[str]:
    rows = Customer.objects.filter(scope_of(staff).limit("station"))
    return sorted(rows.values_list("number", flat=True))


def ids_of(number: str) -> dict[str, int]:
    point = MeteringPoint.objects.get(contract__customer__number=number)
    bill = Bill.objects.filter(contract=point.contract_id).first()
    return {
        "customer_id": point.contract.customer_id,
        "point_id": point.pk,
        "area_id": PointArea.objects.get(point=point).area_id,
        **({"bill_id": bill.pk} if bill else {}),
        "finding_id": findings.make(PointArea.objects.get(point=point).area, point).pk,
    }


def test_ones_own_areas_are_what_one_answers_for_and_what_was_named(station: Station, manager: Staff) -> None:
    assert seen(manager) == ["001"]

    west = TransformerArea.objects.get(name="West area")
    operations.set_reach(manager, Staff.Reach.OWN, [west.pk])
    assert seen(manager) == ["001", "002"]
    operations.set_reach(manager, Staff.Reach.OWN, [])
    assert seen(manager) == ["001"]


def test_a_team_sees_what_any_of_it_answers_for(station: Station, manager: Staff) -> None:
    colleague = User.objects.get(username="loss").staff
    operations.set_reach(colleague, Staff.Reach.TEAM, [])
    assert seen(colleague) == []
    team = Team.objects.create(station=station, name="Team 1")
    Staff.objects.filter(pk__in=[colleague.pk, manager.pk]).update(team=team)

    assert seen(colleague) == ["001"]


def test_a_hand_over_moves_what_one_sees(station: Station, manager: Staff) -> None:
    colleague = User.objects.get(username="loss").staff
    operations.set_reach(colleague, Staff.Reach.OWN, [])
    for duty in Responsibility.objects.filter(staff=manager):
        duty.change_from(date(2024, 9, 1), staff_id=colleague.pk)

    assert (seen(manager), seen(colleague)) == ([], ["001"])


def test_rows_of_every_kind_are_limited_alike_and_what_is_of_the_station_as_a_whole_is_closed(
    station: Station, manager: Staff
) -> None:
    scope = scope_of(manager)
    for model, path in ((Consumption, "point__station"), (RegisterReading, "point__station")):
        numbers = model.objects.filter(scope.limit(path)).values_list("point__contract__customer__number")
        assert {number for (number,) in numbers} == {"001"}, model
        left = model.objects.exclude(scope.limit(path)).values_list("point__contract__customer__number")
        assert {number for (number,) in left} == {"002"}, model
    assert {bill.contract.customer.number for bill in billing.bills(scope)} == {"001"}
    assert not scope.stations().exists()
    assert not scope.allows(station.pk)


def test_a_reading_of_anothers_area_is_refused_and_nothing_is_written(
    station: Station, manager: Staff
) -> None:
    scope, day = scope_of(manager), date(2024, 9, 1)
    theirs = MeteringPoint.objects.get(contract__customer__number="002")
    before = RegisterReading.objects.count()
    with pytest.raises(entry.UnableToEnter):
        entry._installation(scope, theirs, day, "periodic", day)

    assert RegisterReading.objects.count() == before
    mine = MeteringPoint.objects.get(contract__customer__number="001")
    assert entry._installation(scope, mine, day, "periodic", day).point == mine


def test_nothing_of_anothers_area_is_reached_by_its_number_and_nothing_changes(
    station: Station, manager: Staff
) -> None:
    client, known = pages.signed_in("manager"), ids_of("002")
    reached = []
    with writes() as written:
        for name, pattern in access_walk.named():
            numbers = {one for one in pattern.pattern.converters if one.endswith("_id")}
            if ":" in name or not numbers & {*known, "station_id"} or numbers <= SHARED or name in LEADS_ON:
                continue
            place = access_walk.address(name, pattern, known)
            for method in ("GET", "POST"):
                status = client.generic(method, place).status_code
                if status != 404 and not (method == "GET" and status == 405):
                    reached.append(f"{method} {name}: {status}")

    assert not reached, "\n".join(reached)
    assert not written


def test_no_list_names_anybody_of_anothers_area_and_ones_own_are_there(
    station: Station, manager: Staff
) -> None:
    client = pages.signed_in("manager")
    found: dict[str, bytes] = {}
    for name, pattern in access_walk.named():
        if ":" not in name and name != "logout":
            place = access_walk.address(name, pattern, ids_of("001"))
            found[name] = client.get(place, follow=True).content

    assert not [name for name, page in found.items() if b"West area" in page or b">Li<" in page]
    for name in ("customers", "customer", "areas", "area", "bill", "bill_month"):
        assert b"Zhang" in found[name] or b"East area" in found[name], name
    # Sums are those of the part: the one bill, its 89.91 less the 10.00 that were paid.
    assert b"89.91" in found["bills"]
    assert b"79.91" in found["arrears"]
    assert "台区经理".encode() in found["board"]


def test_one_sees_the_orders_one_was_given(station: Station, manager: Staff) -> None:
    assert not WorkOrder.objects.filter(scope_of(manager).limit("station")).exists()
    assert Client().get(reverse("my_work")).status_code == 302
    assert pages.signed_in("manager").get(reverse("my_work")).status_code == 200
