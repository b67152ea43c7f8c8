"""The pages of checks on site: drawn by a button, written and signed by form, dispatched once, by scope."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Staff, Station, User, WorkOrder
from diansuo.office.metering.models import SiteCheck
from tests.office.base import pages

pytestmark = pytest.mark.django_db
PERIOD = 202408
Kind = SiteCheck.Kind


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


def check(station: Station, kind: str) -> SiteCheck:
    return SiteCheck.objects.create(
        station=station, point=MeteringPoint.objects.get(contract__customer__number="001"), period=PERIOD,
        kind=kind, group=SiteCheck.Group.HOME, drawn_by=User.objects.get(username="head"),
        drawn_at=timezone.now(),
    )  # fmt: skip


def test_the_button_draws_once_and_only_for_whoever_sends_people(station: Station) -> None:
    url = reverse("site_check_draw", args=[station.pk, PERIOD])
    assert pages.signed_in("manager").post(url).status_code == 403
    assert not SiteCheck.objects.exists()
    head = pages.signed_in("head")
    drawn = head.post(url, follow=True).content.decode()
    count = SiteCheck.objects.count()
    assert f"新抽取 {count} 户" in drawn
    assert count > 0
    assert "没有新的要抽" in head.post(url, follow=True).content.decode()
    assert SiteCheck.objects.count() == count


def test_a_row_that_was_sent_offers_no_second_task(station: Station) -> None:
    head, url = pages.signed_in("head"), reverse("site_checks", args=[PERIOD])
    made = check(station, Kind.SITE)
    assert 'name="subject"' in head.get(url).content.decode()
    made.order = WorkOrder.objects.create(
        station=station, number="1", title="x", assignee=Staff.objects.get(user__username="manager"),
        due_date="2024-08-09", created_at=timezone.now(), created_by=made.drawn_by,
    )  # fmt: skip
    made.save()
    assert 'name="subject"' not in head.get(url).content.decode()


def test_it_is_written_by_form_and_signed_by_somebody_else(station: Station) -> None:
    made, today = check(station, Kind.ACCOMPANIED), timezone.localdate().isoformat()
    url = reverse("site_check", args=[made.pk])
    reader, head = pages.signed_in("manager"), pages.signed_in("head")
    assert "要填现场抄到的" in reader.post(url, {"day": today, "found": "good"}).content.decode()
    made.refresh_from_db()
    assert made.seen_date is None
    reader.post(url, {"day": today, "found": "good", "register": "300"})
    assert "另一人签字" in reader.post(url, {"sign": "1"}).content.decode()
    head.post(url, {"sign": "1"})
    made.refresh_from_db()
    assert (made.register_wh, made.seen_by.username, made.companion.username) == (300_000, "manager", "head")


def test_a_correction_asks_for_its_reason_and_the_page_keeps_what_stood(station: Station) -> None:
    made, today = check(station, Kind.SITE), timezone.localdate().isoformat()
    url, reader = reverse("site_check", args=[made.pk]), pages.signed_in("manager")
    reader.post(url, {"day": today, "found": "good", "register": "300"})
    reader.post(url, {"day": today, "found": "good", "register": "310"})
    made.refresh_from_db()
    assert made.register_wh == 300_000, "without a reason nothing is replaced"
    reader.post(url, {"day": today, "found": "good", "register": "310", "why": "看错一位"})
    made.refresh_from_db()
    assert made.register_wh == 310_000
    shown = reader.get(url).content.decode()
    assert "更正前" in shown
    assert "300.00 kWh" in shown
    assert "看错一位" in shown


def test_another_stations_check_is_not_there(station: Station) -> None:
    made = check(station, Kind.SITE)
    Staff.objects.filter(user__username="head").update(
        station=Station.objects.create(company=station.company, name="West station")
    )
    head = pages.signed_in("head")
    url = reverse("site_check", args=[made.pk])
    assert head.get(url).status_code == 404
    said = {"day": timezone.localdate().isoformat(), "found": "good", "register": "1"}
    assert head.post(url, said).status_code == 404
    assert head.post(reverse("site_check_draw", args=[station.pk, PERIOD])).status_code == 404
    made.refresh_from_db()
    assert (made.seen_date, SiteCheck.objects.count()) == (None, 1)
