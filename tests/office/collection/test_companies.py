"""Several companies in one house: their numbers may be the same, their money never mixes, and none sees another's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from diansuo.office.archive.models import Customer
from diansuo.office.base.models import Company, Staff, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.collection import operations, queries
from diansuo.office.collection.models import Payment
from tests.office.collection.test_payments import HEADINGS, books, owe, pay, require_law, row
from tests.office.metering.builder import ALL, bring_in, make_station, preview, write_csv

pytestmark = pytest.mark.django_db


def elsewhere() -> Station:
    return Station.objects.create(company=Company.objects.create(name="别的公司"), name="东村供电所")


def clerk(station: Station) -> User:
    user = User.objects.create(username="clerk")
    Staff.objects.create(station=station, name="收费员", user=user)
    return user


def only(station: Station) -> Scope:
    return Scope(frozenset([station.pk]))


def test_two_companies_may_use_the_same_reference() -> None:
    ours, theirs = owe(make_station(), "0041", 5000), owe(elsewhere(), "0041", 6000)
    first, second = pay(ours, 3000, "R1"), pay(theirs, 4000, "R1")
    assert first != second
    assert [one.company_id for one in (first, second)] == [ours.company_id, theirs.company_id]
    assert [one.receivables.get().paid_fen for one in (ours, theirs)] == [3000, 4000]
    require_law()


def test_two_companies_files_may_use_the_same_reference(tmp_path: Path) -> None:
    here, there = make_station(), elsewhere()
    owe(here, "0041", 5000)
    theirs = owe(there, "0042", 6000)
    file = write_csv(
        tmp_path / "a.csv", HEADINGS, [row("0041", "30", "1"), row("0042", "40", "1"), row("0042", "40", "1")]
    )
    assert bring_in("payments", file).counts == {"new": 2, "changed": 0, "unchanged": 1, "refused": 0}
    assert theirs.payments.get().company_id == there.company_id
    assert Payment.objects.filter(reference="1").count() == 2
    require_law()


def test_a_clerk_learns_nothing_of_another_stations_payment_from_a_used_reference(tmp_path: Path) -> None:
    here, there = make_station(), make_station("西村供电所")
    owe(here, "0041", 5000)
    theirs = owe(there, "0999", 6000)
    pay(theirs, 1234, "1", channel="网上国网")
    before = books()

    with pytest.raises(operations.UnableToCollect) as refusal:
        pay(Customer.objects.get(number="0041"), 3000, "1", channel="网上国网", user=clerk(here))
    file = write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "30", "1")])
    batch, plan = preview("payments", file, scope=only(here))

    assert batch.counts["refused"] == 1
    for words in (str(refusal.value), plan.verdicts.reason[0]):
        assert "已被使用" in words
        assert "0999" not in words
        assert "12.34" not in words
    assert books() == before


def test_who_sees_the_other_payment_is_told_what_it_is(tmp_path: Path) -> None:
    station = make_station()
    pay(owe(station, "0999", 6000), 1234, "1", channel="网上国网")
    ours = owe(station, "0041", 5000)

    with pytest.raises(operations.UnableToCollect, match="0999 的 12.34 元"):
        pay(ours, 3000, "1", channel="网上国网", user=clerk(station))
    _batch, plan = preview("payments", write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "30", "1")]))

    assert "12.34" in plan.verdicts.reason[0]


def test_what_customers_of_the_same_number_owe_is_never_added_up() -> None:
    here, there = make_station(), elsewhere()
    owe(here, "0041", 5000, 700)
    owe(there, "0041", 6000)
    owe(there, "0042", 100)

    assert queries.open_by_customer(ALL, station_id=here.pk) == {"0041": 5700}
    assert queries.open_by_customer(only(there)) == {"0041": 6000, "0042": 100}
    assert queries.open_by_customer(only(here), station_id=there.pk) == {}
    with pytest.raises(ValueError, match="0041"):
        queries.open_by_customer(ALL)
    assert {one.overdue_fen for one in queries.arrears_by_person(ALL, day=date(2026, 1, 1))} == {11_800}
