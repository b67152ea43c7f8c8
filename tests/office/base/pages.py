"""A small station with something on every page: issued bills, a held customer, a payment; and users of every post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diansuo.office.archive.models import Customer, MeteringPoint, Route, TransformerArea
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import ImportBatch, Station, TrailEntry, User
from diansuo.office.base.trail import watch
from diansuo.office.billing.models import Bill
from diansuo.office.collection import operations as collection
from diansuo.office.collection.models import Payment
from diansuo.office.desk import cycle
from tests.office.archive import lists
from tests.office.metering import builder

MONTHS = (202407, 202408)
BACKEND = "diansuo.office.base.access.StationBackend"
PASSWORD = "pages-1234"
PLACES = {
    "供电单位": "East company",
    "供电所": "East station",
    "台区名称": "East area",
    "线路名称": "East line",
    "抄表员": "Wang",
    "台区经理": "Zhao",
}


@dataclass(frozen=True)
class Address:
    """A page of the workbench: its name and where it is."""

    name: str
    url: str


def build(folder: Path) -> Station:
    """Make the station: two customers, two months, one of them not read in the second."""
    lists.bring_in(
        folder,
        lists.line("001", "m1", 用户名称="Zhang", 用电地址="East 1", **PLACES),
        lists.line("002", "m2", 用户名称="Li", 用电地址="East 2", **PLACES),
        valid_from=date(2024, 1, 1),
    )
    station = Station.objects.get()
    for period, values in zip(MONTHS, (("100", "200"), ("260.55", "")), strict=True):
        rows = [
            {"用户编号": number, "电能表编号": meter, "本次示数": value, "抄表状态": "" if value else "未抄"}
            for number, meter, value in zip(("001", "002"), ("m1", "m2"), values, strict=True)
        ]
        builder.bring_in("readings", builder.reading_list(folder / f"r{period}.csv", *rows), period=period)
        job = cycle.prepare(
            station, period, issue_date=date(2024, period % 100, 3), user=None, now=timezone.now()
        )
        cycle.run(job, clock=timezone.now)
    collection.take_payment(
        Customer.objects.get(number="001"),
        amount_fen=1000,
        channel="cash",
        reference="1",
        paid_date=date(2024, 8, 10),
        user=None,
        now=timezone.now(),
    )
    install_demo_users(station, PASSWORD)
    return station


def addresses() -> list[Address]:
    """Return every page there is, with the station's own things in it."""
    station, bill = Station.objects.earliest("id"), Bill.objects.get()
    customer = Customer.objects.get(number="001")
    watch.watch_of().write_down()  # as the commit does that no test inside a transaction comes to
    batch, route = ImportBatch.objects.order_by("id").last(), Route.objects.get()
    named: dict[str, tuple[object, ...]] = {
        "home": (),
        "customers": (),
        "customer": (customer.pk,),
        "areas": (),
        "area": (TransformerArea.objects.get().pk,),
        "reading_routes": (),
        "walk": (route.pk, 202408),
        "meter_exchange": (MeteringPoint.objects.first().pk,),
        "loss": (),
        "loss_list": (),
        "loss_trend": (),
        "loss_feeders": (),
        "loss_area": (TransformerArea.objects.get().pk,),
        "whatif": (),
        "whatif_sheet": (),
        "customer_choices": (customer.pk,),
        "cycles": (),
        "cycle": (station.pk, 202408),
        "cycle_issue": (station.pk, 202408),
        "audit_desk": (station.pk, 202408),
        "bills": (),
        "bill_month": (202408,),
        "bill": (bill.pk,),
        "arrears": (),
        "debtors": (),
        "collect": (customer.pk,),
        "receipt": (Payment.objects.get().pk,),
        "letters": (),
        "reminders": (),
        "proposals": (),
        "proposal_new": (),
        "proposal_posts": (),
        "proposal_rules": (),
        "handovers": (),
        "handover_new": (),
        "imports": (),
        "import_new": (),
        "import_batch": (batch.pk,),
        "import_withdraw": (batch.pk,),
        "aliases": (),
        "password_change": (),
        "account_security": (),
        "accounts": (),
        "reaches": (),
        "issued": (),
        "lab": (),
        "lab_practice": (),
        "station": (),
        "trail": (),
        "trail_entry": (TrailEntry.objects.filter(station=station).latest("sequence").sequence,),
        "station_mode": (station.pk, "beside"),
    }
    return [Address(name, reverse(name, args=args)) for name, args in (named | _rounds(route.pk)).items()]


def _rounds(route: int) -> dict[str, tuple[object, ...]]:
    """Return the pages of a reader's round, and of the causes somebody is sent for."""
    return {
        "loss_findings": (),
        "loss_map": (),
        "loss_tree": (),
        "loss_diagram": (TransformerArea.objects.get().pk,),
        "rounds": (),
        "round": (route, 202408),
        "round_sent": (route, 202408),
    }


def signed_in(post: str, language: str = "zh-hans") -> Client:
    """Return a browser in which the demo user of a post is signed in."""
    client = Client()
    client.force_login(User.objects.get(username=post), BACKEND)
    client.cookies["django_language"] = language
    return client
