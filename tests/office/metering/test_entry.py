"""Readings entered by hand are checked by the same pass; a meter is exchanged on one day or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation
from diansuo.office.base.imports import operations
from diansuo.office.base.models import Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering import checking, entry
from diansuo.office.metering.models import Consumption, Finding, ReadingChange, RegisterReading
from tests.office.metering.builder import (
    ALL,
    NOW,
    bring_in,
    household,
    issue,
    make_station,
    reading_list,
    settle,
)

pytestmark = pytest.mark.django_db

TODAY = date(2024, 12, 31)


@pytest.fixture
def station() -> Station:
    return make_station()


@pytest.fixture
def point(station: Station) -> MeteringPoint:
    return household(station, "0041", "M1")


def enter(
    point: MeteringPoint, kwh: float, period: int, day: date | None = None, **more: Any
) -> entry.Entered:
    settings: dict[str, Any] = {
        "scope": ALL, "purpose": Purpose.PERIODIC, "user": None, "today": TODAY, "now": timezone.now(),
        "read_date": day or date(period // 100, period % 100, 1),
    }  # fmt: skip
    settings |= more
    values = {Register.ACTIVE_TOTAL: round(kwh * 1000)}
    return entry.enter_reading(settings.pop("scope"), point=point, values=values, period=period, **settings)


def exchange(
    point: MeteringPoint, day: date, final: int, first: int, asset: str = "M9", **more: Any
) -> MeterInstallation:
    settings: dict[str, Any] = {"user": None, "today": TODAY, "now": timezone.now()} | more
    return entry.exchange_meter(
        settings.pop("scope", ALL),
        point=point,
        day=day,
        final={Register.ACTIVE_TOTAL: final * 1000},
        asset_number=asset,
        first={Register.ACTIVE_TOTAL: first * 1000},
        **settings,
    )


def everything() -> tuple[Any, ...]:
    return (
        list(RegisterReading.objects.order_by("id").values_list()),
        list(MeterInstallation.objects.order_by("id").values_list()),
        list(Meter.objects.order_by("id").values_list()),
        list(Finding.objects.order_by("id").values_list()),
        list(ReadingChange.objects.order_by("id").values_list()),
        list(Station.objects.order_by("id").values_list()),
    )


def consumption(point: MeteringPoint, period: int) -> Consumption:
    return Consumption.objects.get(point=point, period=period)


def test_an_entry_is_stored_and_settled(station: Station, point: MeteringPoint) -> None:
    assert enter(point, 10, 202407).stored
    assert enter(point, 110, 202408) == entry.Entered(True, ())
    assert settle(station, 202408) == {
        "due": 1, "settled": 1, "opening": 0, "missing": 0, "unconnected": 0, "findings": 0, "held": 0,
    }  # fmt: skip
    # July was read and not billed, because it opened the register: nothing of it is left open.
    assert consumption(point, 202408).total_wh == 100_000


def test_a_reader_enters_a_reading_that_runs_backwards(point: MeteringPoint) -> None:
    enter(point, 110, 202407)
    before = everything()
    asked = enter(point, 100, 202408)
    assert not asked.stored
    assert [found.rule for found in asked.findings] == ["R-REVERSED"]
    assert "100.00" in asked.findings[0].words.reason
    assert asked.findings[0].words.remedy
    assert everything() == before
    assert enter(point, 100, 202408, confirmed=True).stored
    kept = Finding.objects.get()
    assert (kept.rule, kept.severity, kept.job) == ("R-REVERSED", Finding.Severity.BLOCKING, None)


def test_a_mended_entry_takes_its_findings_away(point: MeteringPoint) -> None:
    enter(point, 110, 202407)
    enter(point, 100, 202408, confirmed=True)
    assert enter(point, 120, 202408).stored
    assert not Finding.objects.exists()
    assert RegisterReading.objects.get(period=202408).register_wh == 120_000


@pytest.mark.parametrize(
    ("kwh", "day", "more", "reason"),
    [
        (10, date(2025, 1, 1), {}, "还没到"),
        (10, date(2023, 12, 31), {}, "没有装表"),
        (-1, None, {}, "不是"),
        (1_000_000, None, {}, "不是"),
        (1.005, None, {}, "不是"),
        (10, None, {"scope": Scope(frozenset())}, "权限"),
    ],
)
def test_an_entry_that_cannot_be_true_stores_nothing(
    point: MeteringPoint, kwh: float, day: date | None, more: dict[str, Any], reason: str
) -> None:
    with pytest.raises(entry.UnableToEnter, match=reason):
        enter(point, kwh, 202408, day, **more)
    assert not RegisterReading.objects.exists()


def test_nothing_is_entered_into_what_is_billed(station: Station, point: MeteringPoint) -> None:
    enter(point, 10, 202407)
    enter(point, 110, 202408)
    assert len(issue(station, 202408)) == 1
    before = everything()
    for day in (date(2024, 8, 1), date(2024, 7, 15)):
        with pytest.raises(entry.UnableToEnter, match="2024-08-01"):
            enter(point, 60, 202408, day)
    with pytest.raises(entry.UnableToEnter, match="2024-08-01"):
        exchange(point, date(2024, 7, 15), 60, 0)
    assert everything() == before
    assert enter(point, 150, 202409).stored


def test_an_entry_over_an_imported_reading_leaves_its_batch(point: MeteringPoint, tmp_path: Path) -> None:
    row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": "10.00"}
    batch = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row))
    enter(point, 11, 202408)
    operations.withdraw(batch, now=NOW)
    assert RegisterReading.objects.get().register_wh == 11_000


def test_a_missed_month_is_held_and_settled_with_the_next(station: Station, point: MeteringPoint) -> None:
    enter(point, 10, 202407)
    settle(station, 202407)
    assert consumption(point, 202407).status == Consumption.Status.OPENING
    assert settle(station, 202408)["missing"] == 1
    assert Finding.objects.get(period=202408).rule == "R-MISSING"
    enter(point, 210, 202409)
    assert len(issue(station, 202409)) == 1
    late = consumption(point, 202409)
    assert (late.from_date, late.to_date, late.total_wh) == (date(2024, 7, 1), date(2024, 9, 1), 200_000)


def test_a_late_reading_clears_the_missed_month(station: Station, point: MeteringPoint) -> None:
    enter(point, 10, 202407)
    settle(station, 202408)
    enter(point, 60, 202408, date(2024, 8, 9))
    assert settle(station, 202408)["held"] == 0
    assert consumption(point, 202408).to_date == date(2024, 8, 9)


def test_a_month_left_open_holds_the_next(station: Station, point: MeteringPoint) -> None:
    for period, kwh in ((202407, 110), (202408, 100), (202409, 130)):
        enter(point, kwh, period, confirmed=True)
    settle(station, 202408)
    settle(station, 202409)
    rules = set(Finding.objects.filter(period=202409).values_list("rule", flat=True))
    assert "R-PREVIOUS-OPEN" in rules


def test_a_register_that_rolls_over_is_settled_and_marked(station: Station, point: MeteringPoint) -> None:
    enter(point, 999_950, 202407)
    enter(point, 50.5, 202408)
    settle(station, 202408)
    rolled = consumption(point, 202408)
    assert (rolled.total_wh, rolled.rolled) == (100_500, True)
    assert Finding.objects.get(rule="R-ROLLOVER").severity == Finding.Severity.INFO


def test_an_exchange_settles_both_meters_each_with_its_multiplier(station: Station) -> None:
    point = household(station, "0042", "M2", multiplier=10, capacity_va=80_000)
    enter(point, 100, 202407)
    exchange(point, date(2024, 7, 16), final=130, first=5, multiplier=20)
    enter(point, 15, 202408)
    settle(station, 202408)
    settled = consumption(point, 202408)
    assert settled.total_wh == 30_000 * 10 + 10_000 * 20
    assert (settled.exchanged, settled.status) == (True, Consumption.Status.OK)
    assert [(row.valid_from, row.valid_to) for row in point.installations.order_by("valid_from")] == [
        (date(2024, 1, 1), date(2024, 7, 16)),
        (date(2024, 7, 16), None),
    ]


def test_an_exchange_on_the_reading_day_belongs_to_the_next_month_once(
    station: Station, point: MeteringPoint
) -> None:
    enter(point, 100, 202407)
    enter(point, 150, 202408)
    assert len(issue(station, 202408)) == 1
    exchange(point, date(2024, 8, 1), final=152, first=0)
    enter(point, 40, 202409)
    assert len(issue(station, 202409)) == 1
    assert [consumption(point, period).total_wh for period in (202408, 202409)] == [50_000, 42_000]


def test_transformers_exchanged_on_one_meter_split_at_the_day(station: Station) -> None:
    point = household(station, "0042", "M2", multiplier=10, capacity_va=80_000)
    enter(point, 100, 202407)
    exchange(point, date(2024, 7, 16), final=130, first=130, asset="M2", multiplier=20)
    enter(point, 140, 202408)
    assert settle(station, 202408)["held"] == 0
    assert consumption(point, 202408).total_wh == 30_000 * 10 + 10_000 * 20


def test_a_multiplier_that_changes_with_a_reading_is_a_clean_split(station: Station) -> None:
    point = household(station, "0042", "M2", multiplier=10, capacity_va=80_000)
    enter(point, 100, 202407)
    point.installations.get().change_from(date(2024, 7, 16), multiplier=20)
    enter(point, 140, 202408, confirmed=True)
    settle(station, 202408)
    assert set(Finding.objects.values_list("rule", flat=True)) >= {"R-BROKEN"}
    enter(point, 130, 202408, date(2024, 7, 16), purpose=Purpose.SPECIAL)
    assert settle(station, 202408)["held"] == 0
    assert consumption(point, 202408).total_wh == 30_000 * 10 + 10_000 * 20


def test_an_exchange_is_all_or_nothing(station: Station, point: MeteringPoint) -> None:
    household(station, "0042", "M2")
    enter(point, 100, 202407)
    enter(point, 150, 202408)
    before = everything()
    for day, asset, more in (
        (date(2024, 8, 10), "M2", {}),  # hangs elsewhere
        (date(2024, 7, 20), "M9", {}),  # the old meter was read after that day
        (date(2024, 1, 1), "M9", {}),  # nothing hung there the day before
        (date(2025, 1, 1), "M9", {}),  # not yet
        (date(2024, 8, 10), "M9", {"scope": Scope(frozenset())}),
    ):
        with pytest.raises(entry.UnableToEnter):
            exchange(point, day, 160, 0, asset, **more)
        assert everything() == before
    with pytest.raises(entry.UnableToEnter):
        exchange(point, date(2024, 8, 10), 160, 1_000_000)
    assert everything() == before


def test_a_list_brings_final_and_first_readings_of_an_exchange(
    station: Station, point: MeteringPoint, tmp_path: Path
) -> None:
    enter(point, 100, 202407)
    point.installations.get().change_from(
        date(2024, 7, 16), meter=Meter.objects.create(company=station.company, asset_number="M9")
    )
    old, new = (
        {"用户编号": "0041", "电能表编号": number, "抄表日期": "2024-07-16"} for number in ("M1", "M9")
    )
    bring_in(
        "readings",
        reading_list(
            tmp_path / "抄表_202408.csv",
            old | {"抄表性质": "拆表止度", "本次示数": "130"},
            new | {"抄表性质": "装表起度", "本次示数": "5"},
            new | {"抄表日期": "2024-08-01", "本次示数": "15"},
        ),
    )
    assert settle(station, 202408)["held"] == 0
    assert consumption(point, 202408).total_wh == 40_000


def test_a_bill_issued_while_a_reading_is_checked_keeps_it_out(
    station: Station, point: MeteringPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(point, 10, 202407)
    enter(point, 110, 202408)
    examine, before = checking.examine_incoming, everything()

    def slow(*args: Any) -> Any:
        assert len(issue(station, 202408)) == 1
        return examine(*args)

    monkeypatch.setattr(checking, "examine_incoming", slow)
    with pytest.raises(entry.UnableToEnter, match="2024-08-01"):
        enter(point, 111, 202408, confirmed=True)
    assert RegisterReading.objects.get(period=202408).register_wh == 110_000
    assert everything()[-2:] == before[-2:]


def test_a_bill_issued_while_an_exchange_is_checked_keeps_it_out(
    station: Station, point: MeteringPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(point, 10, 202407)
    enter(point, 110, 202408)
    possible = entry._require_possible

    def slow(*args: Any) -> None:
        if not Consumption.objects.exists():
            issue(station, 202408)
        possible(*args)

    monkeypatch.setattr(entry, "_require_possible", slow)
    with pytest.raises(entry.UnableToEnter, match="2024-08-01"):
        exchange(point, date(2024, 7, 20), 60, 0)
    assert not Meter.objects.filter(asset_number="M9").exists()


def test_what_is_entered_moves_the_stations_revision_and_what_waits_does_not(
    station: Station, point: MeteringPoint
) -> None:
    def revision() -> int:
        return Station.objects.get(pk=station.pk).revision

    start = revision()
    enter(point, 110, 202407)
    assert revision() == start + 1
    assert not enter(point, 100, 202408).stored
    assert revision() == start + 1
    exchange(point, date(2024, 7, 16), 130, 0)
    assert revision() == start + 2


@pytest.mark.parametrize(("period", "taken"), [(203001, False), (202406, False), (202410, False), (202407, True),
                                               (202408, True), (202409, True)])  # fmt: skip
def test_a_reading_is_taken_for_its_own_month_and_its_neighbours_only(
    point: MeteringPoint, period: int, taken: bool
) -> None:
    if taken:
        assert enter(point, 10, period, date(2024, 8, 1)).stored
        return
    with pytest.raises(entry.UnableToEnter, match=r"202408.*更正抄表日期"):
        enter(point, 10, period, date(2024, 8, 1))
    assert not RegisterReading.objects.exists()


def test_a_page_of_a_far_month_stores_nothing(point: MeteringPoint, client: Client) -> None:
    client.force_login(User.objects.create_user("boss", is_superuser=True))
    address = reverse("walk_enter", args=[point.route_id, 203001, point.pk])
    answer = client.post(address, {"register-0": "1300", "day": "2024-08-01"})
    assert "更正抄表日期" in answer.content.decode()
    assert not RegisterReading.objects.exists()


def test_what_an_entry_replaces_is_kept(point: MeteringPoint, tmp_path: Path) -> None:
    row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": "10.00"}
    batch = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row))
    reader = User.objects.create_user("wangwu")
    enter(point, 11, 202408, user=reader, now=NOW)
    enter(point, 12, 202408, user=reader, now=NOW)
    enter(point, 12, 202408, user=reader, now=NOW)
    kept = list(ReadingChange.objects.order_by("id"))
    assert [(one.before_wh, one.after_wh, one.batch_before) for one in kept] == [
        (10_000, 11_000, batch),
        (11_000, 12_000, None),
    ]
    first = kept[0]
    assert (first.point, first.register, first.read_date, first.purpose) == (
        point, Register.ACTIVE_TOTAL, date(2024, 8, 1), Purpose.PERIODIC,
    )  # fmt: skip
    assert (first.changed_by, first.changed_at) == (reader, NOW)
