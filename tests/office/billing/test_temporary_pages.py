"""Pages and command of temporary supply: one proposes, another approves and issues; other stations see nothing."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from typer.testing import CliRunner

from diansuo.cli import bill as command
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import Staff, Station, User
from diansuo.office.billing.models import TemporaryCharge
from diansuo.office.collection.models import Receivable
from tests.office.billing.sheets import sheet
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
BACKEND = "diansuo.office.base.access.StationBackend"
GIVEN = {
    "number": "T001",
    "name": "第二建筑公司",
    "purpose": "基建工地",
    "address": "",
    "price_class": "3",
    "voltage_class": "1",
    "capacity_kw": "20",
    "hours": "7.5",
    "from_date": "2024-07-20",
    "to_date": "2024-08-11",
}


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def signed_in(station: Station, name: str, *rights: str) -> Client:
    user = sheet.person(f"{station.pk}-{name}", *rights)
    Staff.objects.create(station=station, user=user, name=name)
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def clerk_of(station: Station) -> Client:
    return signed_in(station, "clerk", "propose_corrections")


def head_of(station: Station) -> Client:
    return signed_in(station, "head", "propose_corrections", "approve_corrections")


def propose(client: Client, station: Station, **changed: str) -> TemporaryCharge:
    given = {**GIVEN, "station": str(station.pk), **changed}
    page = client.post(reverse("temporary_new"), given)
    assert page.status_code == 200
    seen = page.context["found"].digest
    assert not TemporaryCharge.objects.filter(digest=seen).exists()
    client.post(reverse("temporary_new"), {**given, "propose": "", "seen": seen})
    return TemporaryCharge.objects.latest("pk")


def test_one_proposes_what_was_shown_and_another_issues_it(station: Station) -> None:
    clerk, head = clerk_of(station), head_of(station)
    made = propose(clerk, station)

    assert "须由另一人审批" in clerk.get(reverse("temporary_charge", args=[made.pk])).content.decode()
    assert "审批通过" in head.get(reverse("temporary_charge", args=[made.pk])).content.decode()
    head.post(reverse("temporary_approve", args=[made.pk]))
    head.post(reverse("temporary_issue", args=[made.pk]))
    owed = Receivable.objects.get(temporary=made)
    assert owed.amount_fen == made.amount_fen == 22 * 150 * 568 // 10
    address = reverse("temporary_charge", args=[made.pk])
    for page in (
        reverse("temporary"),
        reverse("temporary_supply", args=[made.supply_id]),
        reverse("customer", args=[made.supply.customer_id]),
        reverse("collect", args=[owed.customer_id]),
    ):
        assert address in head.get(page).content.decode(), page
    ended = clerk.post(
        reverse("temporary_more", args=[made.supply_id, "early_end"]),
        {"day": "2024-07-25", "reason": "工程停工"},
    )
    assert ended.context["found"].amount_fen == -made.amount_fen // 2
    assert TemporaryCharge.objects.count() == 1


def test_one_who_has_no_contract_is_reminded_like_everybody_else(station: Station) -> None:
    made = propose(clerk_of(station), station, address="东村桥头")
    head = head_of(station)
    for step in ("temporary_approve", "temporary_issue"):
        head.post(reverse(step, args=[made.pk]))
    Receivable.objects.update(due_date=date(2024, 9, 1))
    page = head.get(reverse("reminders"))
    assert page.status_code == 200
    assert "东村桥头" in page.content.decode()
    supply = reverse("temporary_supply", args=[made.supply_id])
    assert "东村桥头" not in head.get(supply).content.decode()  # who does not need it sees it masked
    for name in ("arrears", "debtors", "customers", "home"):
        assert head.get(reverse(name)).status_code == 200, name


def test_what_changed_since_it_was_shown_is_shown_again_and_not_proposed(station: Station) -> None:
    clerk = clerk_of(station)
    given = {**GIVEN, "station": str(station.pk), "propose": "", "seen": "another"}
    assert "这是新的结果" in clerk.post(reverse("temporary_new"), given).content.decode()
    assert not TemporaryCharge.objects.exists()


def test_a_form_that_says_nothing_sound_is_refused_where_it_is_wrong(station: Station) -> None:
    clerk = clerk_of(station)
    for name, value in [("hours", "7.33"), ("capacity_kw", "0"), ("to_date", "")]:
        page = clerk.post(reverse("temporary_new"), {**GIVEN, "station": str(station.pk), name: value})
        assert page.status_code == 422
        assert name in page.context["form"].errors
    assert not Customer.objects.filter(number="T001").exists()


def test_another_station_sees_and_decides_nothing(station: Station) -> None:
    made = propose(clerk_of(station), station)
    other = Station.objects.create(company=station.company, name="西村供电所", number="0002")
    stranger = head_of(other)
    before = TemporaryCharge.objects.values().get()
    for page in (
        reverse("temporary_charge", args=[made.pk]),
        reverse("temporary_supply", args=[made.supply_id]),
        reverse("temporary_more", args=[made.supply_id, "cancel"]),
    ):
        assert stranger.get(page).status_code == 404
    assert stranger.post(reverse("temporary_approve", args=[made.pk])).status_code == 404
    assert "第二建筑公司" not in stranger.get(reverse("temporary")).content.decode()
    assert TemporaryCharge.objects.values().get() == before


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command.app, ["temporary", *arguments], catch_exceptions=True)


def test_the_command_takes_it_from_the_agreement_to_the_end(station: Station) -> None:
    sheet.person("approver", "approve_corrections", "propose_corrections")
    User.objects.filter(username="approver").update(is_superuser=True)
    terms = ["--customer", "T9", "--name", "庙会", "--purpose", "集会", "--kw", "20", "--hours", "7.5"]
    days = ["--class", "shared", "--from", "2024-07-20", "--to", "2024-08-11"]
    tried = json.loads(run("propose", *terms, *days, "--dry-run", "--json").output)
    assert not TemporaryCharge.objects.exists()
    made = json.loads(run("propose", *terms, *days, "--json").output)
    assert (made["amount_fen"], made["state"]) == (tried["amount_fen"], "proposed")
    number, supply = str(made["charge"]), str(made["supply"])
    assert run("issue", number, "--as", "approver").exception is not None
    run("approve", number, "--as", "approver")
    assert json.loads(run("issue", number, "--as", "approver", "--json").output)["state"] == "issued"
    ended = json.loads(run("end", supply, "--day", "2024-07-25", "--reason", "停工", "--json").output)
    assert ended["amount_fen"] == -made["amount_fen"] // 2
    run("withdraw", str(ended["charge"]))
    assert json.loads(
        run("extend", supply, "--to", "2024-08-20", "--reason", "x", "--dry-run", "--json").output
    )
    assert run("cancel", supply, "--reason", "录错", "--dry-run").exit_code == 0
    assert json.loads(run("prove", "--json").output) == {"charges": 1, "differ": []}
    assert [one["state"] for one in json.loads(run("list", "--json").output)] == ["withdrawn", "issued"]


def text_on(made: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def test_a_charge_prints_with_its_lines_and_says_across_the_sheet_that_it_is_not_issued(
    station: Station, tmp_path: Path
) -> None:
    clerk, head = clerk_of(station), head_of(station)
    made = propose(clerk, station)
    address = reverse("temporary_pdf", args=[made.pk])
    assert "待审批" in text_on(clerk.get(address).content)
    for step in ("temporary_approve", "temporary_issue"):
        head.post(reverse(step, args=[made.pk]))
    answer = clerk.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    said = text_on(answer.content)
    made.refresh_from_db()
    for part in ("临时用电电费单", "基建工地", "第二建筑公司", f"{made.amount_fen / 100:,.2f}"):
        assert part in said
    assert "待审批" not in said
    out = tmp_path / "one.pdf"
    written = CliRunner().invoke(command.app, ["temporary", "pdf", str(made.pk), "--out", str(out)])
    assert (written.exit_code, out.read_bytes()) == (0, answer.content)


def test_another_station_prints_nothing(station: Station) -> None:
    made = propose(clerk_of(station), station)
    stranger = clerk_of(builder.make_station("西村供电所"))
    assert stranger.get(reverse("temporary_pdf", args=[made.pk])).status_code == 404
