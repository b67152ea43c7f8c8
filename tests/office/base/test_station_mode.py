"""How a station runs: shown on every page, changed by who may, on purpose, and recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.base.models import Proposal, Station, StationModeChange, User
from diansuo.office.base.modes import operations
from tests.office.base import pages
from tests.office.metering.builder import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_every_page_shows_how_the_station_runs(station: Station) -> None:
    client = pages.signed_in("auditor")
    assert "独立运行" in text_of(client, reverse("customers"))

    operations.switch(station, "beside", user=None, now=NOW)
    without = [
        page.name
        for page in pages.addresses()
        if (answer := client.get(page.url)).status_code == 200
        and "营销2.0旁运行" not in answer.content.decode()
    ]

    assert not without
    not_found, forbidden = (
        client.get("/customers/999999/"),
        client.get(f"{reverse('import_new')}?kind=payments"),
    )
    assert (not_found.status_code, forbidden.status_code) == (404, 403)
    assert all("营销2.0旁运行" in answer.content.decode() for answer in (not_found, forbidden))


def test_who_sees_stations_of_both_kinds_is_told_so_and_it_costs_one_query(station: Station) -> None:
    client = pages.signed_in("admin")
    User.objects.filter(username="admin").update(is_superuser=True)
    Station.objects.create(company=station.company, name="西村供电所", mode="beside")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        text = text_of(client, reverse("imports"))

    assert "独立、旁运行都有" in text
    assert sum("DISTINCT" in query["sql"] and '"mode"' in query["sql"] for query in asked) == 1
    assert "独立、旁运行都有" in text_of(client, reverse("admin:index"))


def test_the_head_asks_for_another_mode_after_being_told_what_it_does(station: Station) -> None:
    client = pages.signed_in("head")
    address = reverse("station_mode", args=[station.pk, "beside"])
    assert "不产生应收" in text_of(client, address)
    client.post(address)
    assert not Proposal.objects.exists()  # no reason was given
    client.post(address, {"reason": "并入营销2.0"})
    station.refresh_from_db()
    assert station.mode == "alone"

    made = Proposal.objects.get()
    assert "不产生应收" in text_of(client, reverse("proposal", args=[made.pk]))
    pages.signed_in("auditor").post(reverse("proposal_second", args=[made.pk]), {"basis": made.basis})

    station.refresh_from_db()
    assert station.mode == "beside"
    change = StationModeChange.objects.get()
    assert (change.before, change.after, change.changed_by.username) == ("alone", "beside", "auditor")
    assert "核算员" in text_of(client, reverse("station"))


def test_who_may_not_change_the_mode_is_refused_and_nothing_changes(station: Station) -> None:
    for post in ("auditor", "counter", "manager"):
        address = reverse("station_mode", args=[station.pk, "beside"])
        assert pages.signed_in(post).post(address).status_code == 403
    other = Station.objects.create(company=station.company, name="西村供电所")
    assert pages.signed_in("head").post(reverse("station_mode", args=[other.pk, "beside"])).status_code == 404

    assert not StationModeChange.objects.exists()
    assert set(Station.objects.values_list("mode", flat=True)) == {"alone"}


def test_the_same_mode_again_records_nothing(station: Station) -> None:
    assert operations.switch(station, "alone", user=None, now=NOW) is None
    assert not StationModeChange.objects.exists()
    with pytest.raises(operations.UnableToSwitch, match="没有这种运行方式"):
        operations.switch(station, "both", user=None, now=NOW)
