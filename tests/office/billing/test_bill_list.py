"""The list of a month's bills shows every bill once, also where a contract has many metering points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Consumption
from tests.office.base import pages

pytestmark = pytest.mark.django_db

POINTS = 120  # more than two pages
BILL = re.compile(r'href="/bills/(\d+)/">-?[\d,]+\.\d\d</a>')
NEXT, PREVIOUS = re.compile(r'rel="next" href="([^"]+)"'), re.compile(r'rel="prev" href="([^"]+)"')


@pytest.fixture
def client(tmp_path: Path, settings: Settings) -> Client:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    bill = Bill.objects.get()
    point, consumption = bill.consumption.point, bill.consumption
    for place in range(POINTS):
        point.pk, point.number = None, f"P{place:04d}"
        point.save(force_insert=True)
        consumption.pk, consumption.point = None, MeteringPoint.objects.get(pk=point.pk)
        consumption.save(force_insert=True)
        bill.pk, bill.consumption = None, Consumption.objects.get(pk=consumption.pk)
        bill.save(force_insert=True)
    return pages.signed_in("auditor")


def _leaf(client: Client, page: str, link: re.Pattern[str]) -> tuple[list[str], str]:
    found = []
    while following := link.search(page):
        page = client.get(
            reverse("bill_month", args=[202408]) + following[1].replace("&amp;", "&")
        ).content.decode()
        found += BILL.findall(page)
    return found, page


def test_leafing_through_a_month_shows_every_bill_of_a_contract_once(client: Client) -> None:
    first = client.get(reverse("bill_month", args=[202408])).content.decode()

    onwards, last = _leaf(client, first, NEXT)
    backwards, _page = _leaf(client, last, PREVIOUS)

    every = sorted(str(number) for number in Bill.objects.values_list("pk", flat=True))
    assert len(every) == POINTS + 1
    assert sorted(BILL.findall(first) + onwards) == every
    assert sorted(BILL.findall(last) + backwards) == every
