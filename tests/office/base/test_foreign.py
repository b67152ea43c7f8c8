"""What belongs to another station cannot be reached by its number, nor anything set that a form does not ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import Customer, MeteringPoint, TransformerArea
from diansuo.office.base import floor
from diansuo.office.base.models import Company, Staff, Station, User
from diansuo.office.base.work_orders import operations
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.collection.models import Payment
from diansuo.office.desk.models import Handover
from tests.office.base import access_walk, pages
from tests.office.network import findings

pytestmark = pytest.mark.django_db

# Addresses whose numbers name what no station owns, or which only lead on to a list that is limited itself.
SHARED = {"alias_id", "sheet_id", "post_id"}
LEADS_ON = {"letters_of_area", "customer_opened"}


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


@pytest.fixture
def things(station: Station) -> dict[str, int]:
    """The numbers of what the station has beside its archive, bills and payments."""
    now, head = timezone.now(), User.objects.get(username="head")
    order = operations.dispatch(
        Subject("看表", customer_number="001"),
        assignee=User.objects.get(username="manager").staff,
        due_date=timezone.localdate(),
        instruction="看表",
        safety=["gloves"],
        user=head,
        now=now,
    )
    people = Staff.objects.filter(station=station).order_by("id")[:2]
    handover = Handover.objects.create(
        station=station,
        outgoing=people[0],
        incoming=people[1],
        handover_date=date(2024, 9, 1),
        created_by=head,
        created_at=now,
    )
    point = MeteringPoint.objects.order_by("id")[0]
    correction = Correction.objects.create(
        contract=point.contract,
        point=point,
        kind=Correction.Kind.ARCHIVE,
        from_period=202408,
        to_period=202408,
        reason="错",
        digest="0" * 64,
        energy_wh=0,
        amount_fen=0,
        proposed_by=head,
        proposed_at=now,
    )
    finding = findings.make(TransformerArea.objects.get(), point)
    return {
        "order_id": order.pk,
        "handover_id": handover.pk,
        "correction_id": correction.pk,
        "finding_id": finding.pk,
    }


@pytest.fixture
def stranger(things: dict[str, int]) -> Client:
    """Somebody of the next station who may do everything there."""
    other = Station.objects.create(company=Company.objects.create(name="West company"), name="West station")
    user = User.objects.create(username="stranger")
    inspects = floor.partings()[0].either
    user.user_permissions.set(
        Permission.objects.filter(content_type__model="post").exclude(codename__in=inspects)
    )
    Staff.objects.create(station=other, name="Stranger", user=user)
    client = Client()
    client.force_login(user, pages.BACKEND)
    return client


@contextmanager
def writes() -> Iterator[list[str]]:
    """Collect what is written while the block runs, beside the session."""
    seen: list[str] = []

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        verb = sql.lstrip().split(" ", 1)[0].upper()
        if verb in ("INSERT", "UPDATE", "DELETE", "REPLACE") and "django_session" not in sql:
            seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield seen


def test_nothing_of_another_station_is_reached_by_its_number_and_nothing_changes(
    stranger: Client, things: dict[str, int]
) -> None:
    reached = []
    with writes() as written:
        for name, pattern in access_walk.named():
            numbers = [one for one in pattern.pattern.converters if one.endswith("_id")]
            if ":" in name or not numbers or set(numbers) <= SHARED or name in LEADS_ON:
                continue
            place = access_walk.address(name, pattern, things)
            for method in ("GET", "POST"):
                status = stranger.generic(method, place).status_code
                if status != 404 and not (method == "GET" and status == 405):
                    reached.append(f"{method} {name}: {status}")

    assert not reached, "\n".join(reached)
    assert not written


def test_the_stranger_finds_nothing_of_the_station_in_any_list(stranger: Client, station: Station) -> None:
    found = [
        name
        for name, pattern in access_walk.named()
        if ":" not in name
        and not any(one.endswith("_id") for one in pattern.pattern.converters)
        and name != "logout"
        and "Zhang"
        in stranger.get(access_walk.address(name, pattern), follow=True).content.decode(errors="replace")
    ]

    assert not found


def test_fields_that_no_form_asks_for_set_nothing(station: Station) -> None:
    counter = pages.signed_in("counter")
    other = Station.objects.create(company=Company.objects.create(name="West company"), name="West station")
    before = User.objects.filter(username="counter").values().get()
    customer = Customer.objects.get(number="002")

    counter.post(
        reverse("password_change"), {"is_superuser": "1", "is_staff": "1", "groups": "1", "is_demo": "0"}
    )
    counter.post(
        reverse("collect", args=[customer.pk]),
        {
            "amount": "1.00",
            "channel": "现金",
            "paid_date": "2024-08-11",
            "reference": "R-1",
            "beyond_debt": "on",
            "customer": Customer.objects.get(number="001").pk,
            "company": other.company_id,
            "taken_by": User.objects.get(username="head").pk,
            "allocated_fen": "1",
        },
    )

    payment = Payment.objects.get(reference="R-1")
    assert (payment.customer, payment.taken_by.username, payment.allocated_fen) == (customer, "counter", 0)
    after = User.objects.filter(username="counter").values().get()
    assert {**after, "last_login": None} == {**before, "last_login": None}
