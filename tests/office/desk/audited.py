"""A small station whose month waits for the auditor: drafts, and findings of two rules about them."""

from __future__ import annotations

from django.test import Client

from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding
from tests.office.base import pages
from tests.office.desk import months
from tests.office.metering import builder

PERIOD = 202408
ADDRESS = "/cycle/{station}/2024-08/audit/"


def build(customers: int = 4) -> Station:
    """Make the station: every customer draws more than the one before, each bill stands out by two rules."""
    station = builder.make_station()
    points = [
        months.opened_household(station, f"{number:03}", manager="Zhao") for number in range(1, customers + 1)
    ]
    for number, point in enumerate(points, start=1):
        months.read(point, PERIOD, 1000 + 100 * number)
    months.run(station, PERIOD, until="audit")
    Finding.objects.all().delete()
    for bill in Bill.objects.filter(period=PERIOD):
        add(bill, "A-UP", "", energy_wh=bill.energy_wh, expected_wh=50_000, last_wh=50_000, year_ago_wh=-1)
        add(bill, "A-PRICE", "household", energy_wh=bill.energy_wh, most_wh=2_000_000)
    install_demo_users(station, pages.PASSWORD)
    return station


def add(bill: Bill, rule: str, kind: str, **figures: int) -> Finding:
    return Finding.objects.create(
        point=bill.consumption.point,
        period=bill.period,
        rule=rule,
        severity=Finding.Severity.WARNING,
        detail={
            "kind": kind,
            "figures": figures,
            "basis": {"energy_wh": bill.energy_wh},
            "stake_fen": bill.amount_fen,
        },
    )


def address(station: Station, rest: str = "") -> str:
    return ADDRESS.format(station=station.pk) + rest


def client(post: str = "auditor", language: str = "zh-hans") -> Client:
    assert User.objects.filter(username=post).exists()
    return pages.signed_in(post, language)
