"""The list of customers finds a customer by what the caller knows, and narrows to a round of work."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from diansuo.office.archive import search_queries
from diansuo.office.archive.models import Customer, Premise, Route
from diansuo.office.base.models import Staff, Station, User
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

NUMBER = re.compile(r">(\d{4})</a>")


@pytest.fixture
def station() -> Station:
    """A station with three customers on two routes."""
    made = builder.make_station()
    builder.household(made, "0001", "M1", reader="王五", manager="赵六")
    builder.household(made, "0002", "M2", reader="王五")
    builder.household(made, "0003", "M3", reader="李四", manager="王五", reading_day=8)
    Customer.objects.filter(number="0002").update(phone="13800138000")
    return made


def browser(station: Station | None = None) -> Client:
    """Someone of one station, or of all."""
    user = User.objects.create(username="viewer", is_superuser=station is None)
    if station:
        Staff.objects.create(station=station, name="收费员", user=user)
    user.user_permissions.set(Permission.objects.filter(codename__in=("see_archive", "see_personal")))
    client = Client()
    client.force_login(user, "diansuo.office.base.access.StationBackend")
    return client


def listed(client: Client, **asked: object) -> list[str]:
    return NUMBER.findall(client.get(reverse("customers"), asked).content.decode())


@pytest.mark.parametrize("words", ["13800138000", "138001", "8000"])
def test_a_customer_is_found_by_phone_or_its_last_digits(station: Station, words: str) -> None:
    assert listed(browser(station), q=words) == ["0002"]


def test_a_customer_is_found_by_name_address_and_meter(station: Station) -> None:
    other = builder.make_station("西村供电所")
    builder.household(other, "0004", "M4", reader="钱七")
    Customer.objects.filter(number="0003").update(name="Wang 三")
    Premise.objects.filter(contract__customer__number="0002").update(address="河湾路7号")
    client = browser(station)

    assert listed(client, q="M3") == ["0003"]
    assert listed(client, q="M") == ["0001", "0002", "0003"]
    assert listed(client, q="Wang") == ["0003"]
    assert listed(client, q="湾路7") == ["0002"]
    assert listed(client, q="00") == ["0001", "0002", "0003"]
    assert listed(client, q="0002") == ["0002"]
    assert listed(client, q="0004") == listed(client, q="M4") == []


def test_words_that_fit_more_customers_than_are_named_by_key_find_them_all(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_queries, "FEW", 1)
    Premise.objects.update(address="河湾路7号")
    Customer.objects.filter(number__in=("0001", "0002")).update(name="王家")
    client = browser(station)

    assert listed(client, q="湾路7") == ["0001", "0002", "0003"]
    assert listed(client, q="王家") == ["0001", "0002"]
    assert listed(client, q="M") == ["0001", "0002", "0003"]


def test_the_list_narrows_to_a_reader_a_manager_and_a_route(station: Station) -> None:
    client = browser(station)
    staff = dict(Staff.objects.values_list("name", "pk"))
    route = Route.objects.get(number="R8").pk

    assert listed(client, reader=staff["王五"]) == ["0001", "0002"]
    assert listed(client, manager=staff["王五"]) == ["0003"]
    assert listed(client, route=route) == ["0003"]
    assert listed(client, route=route, reader=staff["王五"]) == []
    assert client.get(reverse("customers"), {"reader": staff["赵六"]}).status_code == 400


def test_who_sees_several_stations_chooses_one_and_nobody_narrows_to_anothers_route(station: Station) -> None:
    other = builder.make_station("西村供电所")
    builder.household(other, "0004", "M4", reader="钱七")
    ours = browser(station)

    assert 'name="station"' not in ours.get(reverse("customers")).content.decode()
    assert ours.get(reverse("customers"), {"route": other.route_set.get().pk}).status_code == 400
    User.objects.filter(username="viewer").update(username="clerk")
    everyone = browser()
    assert listed(everyone) == ["0001", "0002", "0003", "0004"]
    assert listed(everyone, station=other.pk) == ["0004"]
    assert "西村供电所 R1" in everyone.get(reverse("customers")).content.decode()
