"""The average price: what moved it opens to the customers behind, and every figure sums to the fen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml
from django.test import Client
from pytest_django.fixtures import Settings

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import ContractTerm, SupplyTerm
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average import book, policy, queries
from diansuo.office.billing.average.book import Group
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.sums import operations
from diansuo.office.billing.sums.queries import periods
from diansuo.office.billing.waterfall import between
from diansuo.office.config import rulebook
from tests.office.base import pages
from tests.office.desk import sandbox_books
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
STEPS = "province/henan/residential_steps"
ADDRESSES = (
    "/average/",
    "/average/?by=area",
    "/average/customers/",
    "/average/outliers/",
    "/average/execution/",
)


def _two_months() -> None:
    """Bill three households twice: 100, 200, 300 kWh, then 150, 200 and nobody read the third."""
    station = builder.make_station()
    points = [opened_household(station, f"80{at}") for at in range(3)]
    for period, registers in ((202408, (1100, 1200, 1300)), (202409, (1250, 1400, None))):
        for point, register in zip(points, registers, strict=True):
            if register is not None:
                read(point, period, register)
        run(station, period)


def test_the_effects_sum_to_the_change_of_the_bills_and_of_every_customer() -> None:
    _two_months()

    found = queries.change(Scope.everything(), 202409, 202408)

    assert found is not None
    parts = found.effects.volume_fen + found.effects.structure_fen + found.effects.price_fen.sum(axis=1)
    billed = {
        (bill.period, bill.consumption.point_id): bill.amount_fen
        for bill in Bill.objects.select_related("consumption")
    }
    expected = [billed.get((202409, p), 0) - billed.get((202408, p), 0) for p in found.point.tolist()]
    assert parts.tolist() == expected
    assert found.effects.structure_fen.tolist() == [0, 0, 0]  # one class


def test_the_money_of_a_bill_by_group_is_that_of_its_lines() -> None:
    _two_months()

    one = queries.book_of(Scope.everything(), 202408)

    lines = BillLine.objects.filter(bill__period=202408)
    assert int(one.amount_fen.sum()) == sum(lines.values_list("amount_fen", flat=True))
    assert one.amount_fen[:, Group.CAPACITY].tolist() == [0, 0, 0]


@pytest.fixture
def dearer_from_august(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A home whose own rulebook lets the first step cost a fen more from 1 August 2024 on."""
    shipped = rulebook.book().in_force(STEPS, date(2024, 7, 1))
    prices = {**shipped.values["prices"], "below_1kv": ["0.57", "0.62", "0.87"]}
    document = {
        "id": STEPS,
        "kind": shipped.kind,
        "title": {"zh": "河南居民阶梯电价", "en": "Henan residential annual steps"},
        "values": {
            "2024-08-01": {
                "source": {"document": "调价通知（测试）", "clause": None, "published": None, "url": None},
                "checked": "2026-11-25",
                "unverified": dict(shipped.unverified),
                **shipped.values,
                "prices": prices,
            }
        },
    }
    file = tmp_path / "home" / "rulebook" / f"{STEPS}.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    settings.HOME = replace(settings.HOME, folder=tmp_path / "home")
    rulebook.book.cache_clear()
    yield
    rulebook.book.cache_clear()


@pytest.mark.usefixtures("dearer_from_august")
def test_a_change_of_prices_between_two_months_is_the_effect_of_policy_to_the_fen() -> None:
    _two_months()

    found = queries.change(Scope.everything(), 202409, 202408)

    assert found is not None
    # 150, 200 and no kWh at a fen each
    assert found.effects.policy_fen.tolist() == [150, 200, 0]
    parts = found.effects.volume_fen + found.effects.structure_fen + found.effects.price_fen.sum(axis=1)
    billed = found.now.amount_fen.sum(axis=1) - found.before.amount_fen.sum(axis=1)
    assert (parts + found.effects.policy_fen).tolist() == billed.tolist()
    # the energy price itself is what it was
    assert found.effects.price_fen.sum() == 0


def test_without_new_values_nothing_is_priced_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _two_months()

    def priced_again(*_given: object, **_named: object) -> None:
        raise AssertionError("priced again")

    monkeypatch.setattr(policy, "load", priced_again)
    found = queries.change(Scope.everything(), 202409, 202408)

    assert found is not None
    assert found.effects.policy_fen.tolist() == [0, 0, 0]


@pytest.mark.usefixtures("sample_prices")
def test_another_price_sheet_is_policy_for_those_it_prices_and_for_nobody_else(tmp_path: Path) -> None:
    sandbox_books.run_months(tmp_path)

    found = queries.change(Scope.everything(), 202410, 202409)

    assert found is not None
    commercial = np.isin(found.kind, queries.COMMERCIAL)
    assert found.effects.policy_fen[commercial].any()
    assert not found.effects.policy_fen[~commercial].any()
    parts = found.effects.volume_fen + found.effects.structure_fen + found.effects.price_fen.sum(axis=1)
    billed = found.now.amount_fen.sum(axis=1) - found.before.amount_fen.sum(axis=1)
    assert (parts + found.effects.policy_fen).tolist() == billed.tolist()


def test_a_month_with_nothing_before_it_has_nothing_to_be_held_against() -> None:
    _two_months()

    assert queries.change(Scope.everything(), 202408, 202401) is None


def test_another_station_is_not_seen() -> None:
    _two_months()

    assert queries.change(Scope(frozenset()), 202409, 202408) is None
    assert periods(Scope(frozenset())) == []
    assert periods(Scope.everything()) == [202409, 202408]


def test_time_of_use_is_what_the_lines_cost_beyond_the_flat_price() -> None:
    lines = {
        "bill": np.array([1, 1, 1, 2]),
        "component": np.array([7, 7, 7, 7]),
        "part": np.array([0, 0, 0, 0]),
        "band": np.array([1, 2, 3, 1]),  # peak, flat, valley; a bill without flat energy
        "quantity": np.array([1000, 1000, 1000, 1000]),
        "price_nano": np.array([900_000_000, 500_000_000, 200_000_000, 900_000_000]),
        "amount_fen": np.array([90, 50, 20, 90]),
    }

    assert book.beyond_flat(lines).tolist() == [40, 0, -30, 0]


def test_who_must_follow_a_rule_and_does_not_is_named() -> None:
    _two_months()
    bill = Bill.objects.filter(period=202408).first()
    Bill.objects.filter(pk=bill.pk).update(price_class=int(PriceClass.COMMERCIAL_SINGLE_PART))
    ContractTerm.objects.filter(contract=bill.contract).update(capacity_va=400_000)
    SupplyTerm.objects.filter(contract=bill.contract).delete()

    _book, rates = queries.rates(Scope.everything(), 202408)

    assert [(one.code, one.of.done, one.of.due) for one in rates] == [
        ("time_of_use", 0, 1),
        ("power_factor", 0, 1),
        ("two_part", 0, 1),
    ]


def test_a_waterfall_whose_parts_do_not_make_up_the_difference_is_refused() -> None:
    parts = [("more", 50), ("less", -70)]

    drawn = between(("a", 1000), parts, ("b", 980))

    assert [bar.kind for bar in drawn.bars] == ["whole", "more", "less", "whole"]
    with pytest.raises(ValueError, match="not to 981"):
        between(("a", 1000), parts, ("b", 981))


@pytest.fixture
def auditor(tmp_path: Path, settings: Settings) -> Client:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    return pages.signed_in("auditor")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_pages_open_and_leave_as_workbooks(auditor: Client, address: str) -> None:
    assert auditor.get(address).status_code == 200
    joint = "&" if "?" in address else "?"
    extra = "&rate=time_of_use" if "execution" in address else ""
    assert auditor.get(f"{address}{joint}export=xlsx{extra}").status_code == 200


def test_a_wrong_month_in_the_address_is_refused(auditor: Client) -> None:
    assert auditor.get("/average/?period=2024").status_code == 400
    assert auditor.get("/average/?period=202499").status_code == 400


def test_without_bills_the_page_says_what_fills_it(auditor: Client) -> None:
    BillLine.objects.all().delete()
    from diansuo.office.collection.models import Payment, Receivable

    Payment.objects.all().delete()
    Receivable.objects.all().delete()
    Bill.objects.all().delete()
    operations.recount()

    assert "还没有账单" in auditor.get("/average/").content.decode()
