"""The trail's pages: who may see them, whose entries they show, what a search finds, what a list taken out leaves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from typer.testing import CliRunner

from diansuo.cli.app import app
from diansuo.cli.say import Failure
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Company, Station, TrailEntry, User
from diansuo.office.base.scope import Scope
from diansuo.office.base.trail import acts, queries, watch
from tests.office.base.pages import BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations(settings: Settings) -> tuple[Station, Station]:
    """Two stations of a company, each renamed once by its own clerk; the posts sign in at the first."""
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    company = Company.objects.create(name="一公司")
    one, other = (Station.objects.create(company=company, name=name) for name in ("东村所", "西村所"))
    install_demo_users(one, "pages-1234")
    for station, person, why in ((one, "zhang", "更名批复"), (other, "li", "合并")):
        user = User.objects.create(username=person)
        with acts.acting(
            user=user, doing="POST /station/", origin="10.0.0.7", why=why, station_id=station.pk
        ):
            Station.objects.filter(pk=station.pk).update(name=f"{station.name}（新）", number=str(station.pk))
            watch.watch_of().write_down()
    return one, other


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    return client


def renamed(station: Station) -> TrailEntry:
    return TrailEntry.objects.get(table="base_station", what="update", key=str(station.pk))


def test_only_head_supervisor_and_administrator_see_the_trail(stations: tuple[Station, Station]) -> None:
    answers = {
        name: client_of(name).get(reverse("trail")).status_code
        for name in (
            "head",
            "supervisor",
            "admin",
            "auditor",
            "counter",
            "manager",
            "inspector",
            "loss",
            "clerk",
        )
    }

    assert {name for name, status in answers.items() if status == 200} == {"head", "supervisor", "admin"}
    assert set(answers.values()) == {200, 403}
    assert client_of("counter").get(reverse("trail_entry", args=[1])).status_code == 403


def test_a_station_sees_its_own_entries_and_no_others(stations: tuple[Station, Station]) -> None:
    one, other = stations
    head = client_of("head")

    page = head.get(reverse("trail")).content.decode()

    assert "zhang" in page
    assert "合并" not in page
    assert head.get(reverse("trail_entry", args=[renamed(one).sequence])).status_code == 200
    assert head.get(reverse("trail_entry", args=[renamed(other).sequence])).status_code == 404
    User.objects.filter(username="admin").update(is_superuser=True)
    assert "合并" in client_of("admin").get(reverse("trail")).content.decode()


def test_an_entry_shows_before_and_after_side_by_side(stations: tuple[Station, Station]) -> None:
    entry = renamed(stations[0])

    page = client_of("supervisor").get(reverse("trail_entry", args=[entry.sequence])).content.decode()

    for said in ("东村所", "东村所（新）", "更名批复", "10.0.0.7", "zhang", entry.digest):
        assert said in page


@pytest.mark.parametrize(
    "words", ["zhang", "更名", "东村所（新）", "10.0.0", "{day}", "{month} zhang", "{sequence}"]
)
def test_a_search_finds_by_person_day_number_and_word(stations: tuple[Station, Station], words: str) -> None:
    entry, everything = renamed(stations[0]), Scope.everything()
    day = timezone.localdate(entry.written_at)
    asked = words.format(day=day, month=f"{day:%Y-%m}", sequence=entry.sequence)

    found = queries.search(everything, queries.entries(everything), asked)

    assert entry in found


@pytest.mark.parametrize(
    "words", ["wang", "2020-01-01", "2020-01", "9999-99", "0001-01-01", "没有这个词", "%", "\\"]
)
def test_a_search_for_what_is_not_there_finds_nothing(stations: tuple[Station, Station], words: str) -> None:
    everything = Scope.everything()

    assert not queries.search(everything, queries.entries(everything), words).exists()


def test_the_way_of_one_thing_is_listed(stations: tuple[Station, Station]) -> None:
    one, other = stations

    page = client_of("admin").get(reverse("trail"), {"object": f"base_station:{one.pk}"}).content.decode()

    assert reverse("trail_entry", args=[renamed(one).sequence]) in page
    assert reverse("trail_entry", args=[renamed(other).sequence]) not in page


def test_a_list_taken_out_leaves_an_entry_with_the_digest_of_the_file(
    stations: tuple[Station, Station],
) -> None:
    answer = client_of("head").get(reverse("trail"), {"export": "xlsx", "q": "zhang"})
    watch.watch_of().write_down()

    entry = TrailEntry.objects.filter(what="export").get()
    body = json.loads(entry.body)
    assert answer.status_code == 200
    assert (entry.person, entry.count) == ("head", 1)
    assert body["details"] == {"sha256": hashlib.sha256(answer.content).hexdigest(), "asked": {"q": "zhang"}}


def test_the_command_takes_out_what_its_user_may_see_and_leaves_an_entry(
    stations: tuple[Station, Station], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "_process", acts.Act())  # put back afterwards
    file = tmp_path / "trail.csv"

    done = CliRunner().invoke(app, ["audit", "export", "-o", str(file), "-q", "POST", "--as", "supervisor"])
    watch.watch_of().write_down()

    assert done.exit_code == 0, done.output
    assert "更名批复" in file.read_text(encoding="utf-8-sig")
    assert "合并" not in file.read_text(encoding="utf-8-sig")
    entry = TrailEntry.objects.filter(what="export").get()
    assert (entry.person, entry.count) == ("supervisor", 1)
    assert json.loads(entry.body)["details"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_command_refuses_who_may_not_see_the_trail(
    stations: tuple[Station, Station], tmp_path: Path
) -> None:
    file = tmp_path / "trail.csv"

    done = CliRunner().invoke(app, ["audit", "export", "-o", str(file), "--as", "counter"])
    watch.watch_of().write_down()

    assert isinstance(done.exception, Failure)
    assert not file.exists()
    assert not TrailEntry.objects.filter(what="export").exists()


def test_a_page_names_its_act_and_the_reason_its_form_gives(stations: tuple[Station, Station]) -> None:
    one, _other = stations
    last = TrailEntry.objects.order_by("-sequence")[0].sequence

    client_of("head").post(
        reverse("station_mode", args=[one.pk, "beside"]),
        urlencode({"reason": "并入营销2.0"}),
        content_type="application/x-www-form-urlencoded",
    )
    watch.watch_of().write_down()

    entry = TrailEntry.objects.filter(sequence__gt=last, table="base_proposal").earliest("sequence")
    assert (entry.person, entry.why) == ("head", "并入营销2.0")
    assert entry.doing == f"POST {reverse('station_mode', args=[one.pk, 'beside'])}"
    assert '"after": "beside"' in json.dumps(json.loads(entry.body)["details"]).replace('\\"', '"')
