"""Reading lists: judged row by row, stored as previewed, taken back exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive.models import Contract, ContractTerm, MeteringPoint
from diansuo.office.base.imports import operations
from diansuo.office.base.models import ImportBatch, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.metering import entry
from diansuo.office.metering.models import Consumption, MissedReading, RegisterReading
from tests.office.metering.builder import (
    ALL,
    NOW,
    PEAK,
    agree,
    bring_in,
    household,
    issue,
    make_station,
    preview,
    reading_list,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    made = make_station()
    household(made, "0041", "M1", point="P1")
    household(made, "0042", "M2")
    return made


def row(current: str, **cells: Any) -> dict[str, Any]:
    return {"用户编号": "0041", "电能表编号": "M1", "本次示数": current, **cells}


def stored() -> list[tuple[Any, ...]]:
    fields = (
        "id",
        "point_id",
        "meter_id",
        "register",
        "read_date",
        "purpose",
        "register_wh",
        "period",
        "estimated",
    )
    return list(
        RegisterReading.objects.order_by("id").values_list(*fields, "source", "list_previous_wh", "batch_id")
    )


def verdicts(
    tmp_path: Path, *rows: dict[str, Any], name: str = "抄表_202408.csv", **options: Any
) -> list[dict[str, Any]]:
    before = stored(), list(MissedReading.objects.values_list())
    _batch, plan = preview("readings", reading_list(tmp_path / name, *rows), **options)
    assert (stored(), list(MissedReading.objects.values_list())) == before
    return plan.verdicts.table().sort("row").to_dicts()


def test_a_list_is_stored_at_the_scheduled_day_of_the_month_in_its_name(
    station: Station, tmp_path: Path
) -> None:
    batch = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("3872.27", 计量点编号="P1")))
    reading = RegisterReading.objects.get()
    assert (reading.register_wh, reading.read_date, reading.period) == (3_872_270, date(2024, 8, 1), 202408)
    assert (reading.register, reading.purpose) == (Register.ACTIVE_TOTAL, Purpose.PERIODIC)
    assert reading.batch == batch
    assert any("202408" in note and "文件名" in note for note in batch.notes)


@pytest.mark.parametrize(
    ("name", "cells", "options", "period", "day"),
    [
        ("抄表_202408.csv", {}, {"period": 202409}, 202409, date(2024, 9, 1)),
        ("抄表_202408.csv", {"电费年月": "2024-10"}, {}, 202410, date(2024, 10, 1)),
        ("抄表_202408.csv", {"抄表日期": "2024/10/30"}, {}, 202411, date(2024, 10, 30)),
        ("抄表_202408.csv", {"抄表日期": "2024-10-03"}, {}, 202410, date(2024, 10, 3)),
    ],
)
def test_the_month_is_what_is_said_else_a_column_else_the_name(
    station: Station,
    tmp_path: Path,
    name: str,
    cells: dict[str, str],
    options: dict[str, int],
    period: int,
    day: date,
) -> None:
    bring_in("readings", reading_list(tmp_path / name, row("1.00", **cells)), **options)
    reading = RegisterReading.objects.get()
    assert (reading.period, reading.read_date) == (period, day)


def test_a_list_for_no_month_is_refused_with_the_remedy(station: Station, tmp_path: Path) -> None:
    with pytest.raises(SheetRefused, match="--period"):
        preview("readings", reading_list(tmp_path / "抄表.csv", row("1.00")))
    assert not ImportBatch.objects.exists()


def test_a_scheduled_day_beyond_the_month_is_its_last(tmp_path: Path) -> None:
    household(make_station(), "0041", "M1", reading_day=31)
    bring_in("readings", reading_list(tmp_path / "抄表_202402.csv", row("1.00")))
    assert RegisterReading.objects.get().read_date == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"用户编号": "9999"}, "用户编号", "没有该用户"),
        ({"电能表编号": "M2"}, "电能表编号", "没有装过"),
        ({"电能表编号": "M9"}, "电能表编号", "没有装过"),
        ({"计量点编号": "P9"}, "计量点编号", "P1"),
        ({"综合倍率": "40"}, "综合倍率", "档案倍率为 1"),
        ({"本次示数": "1000000"}, "本次示数", "6 位整数"),
        ({"本次示数": "-1"}, "本次示数", "不能为负"),
        ({"本次示数": "1.005"}, "本次示数", "2 位小数"),
        ({"本次示数": "约100"}, "本次示数", "不是数字"),
        ({"示数类型": "正向有功（深）"}, "示数类型", "没有这个选项"),
        ({"上次示数": "1000000"}, "上次示数", "6 位整数"),
        ({"抄表日期": "2026-03-02"}, "抄表日期", "还没到"),
        ({"抄表日期": "2023-12-31"}, "电能表编号", "不在该处"),
        ({"抄表性质": "拆表止度"}, "抄表日期", "没有抄表日期"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_with_column_and_remedy(
    station: Station, tmp_path: Path, cells: dict[str, str], column: str, reason: str
) -> None:
    good = {"用户编号": "0042", "电能表编号": "M2", "本次示数": "5.00"}
    found = verdicts(tmp_path, row("10.00") | cells, good)
    assert [each["outcome"] for each in found] == ["refused", "new"]
    assert (found[0]["column"], found[0]["row"]) == (column, 2)
    assert reason in found[0]["reason"]
    assert found[0]["remedy"]


def test_a_reading_of_tomorrow_is_refused_and_of_today_is_not(station: Station, tmp_path: Path) -> None:
    file = reading_list(tmp_path / "抄表_202408.csv", row("1.00"))
    for now, outcome in (
        (datetime(2024, 7, 31, 1, tzinfo=UTC), "refused"),
        (datetime(2024, 8, 1, 1, tzinfo=UTC), "new"),
    ):
        batch, _plan = preview("readings", file, now=now)
        assert batch.counts[outcome] == 1


def test_the_same_register_twice_counts_once_and_is_refused_where_it_differs(
    station: Station, tmp_path: Path
) -> None:
    same = verdicts(tmp_path, row("10.00"), row("10"))
    assert [each["outcome"] for each in same] == ["new", "unchanged"]
    other = verdicts(tmp_path, row("10.00"), row("11.00"))
    assert [each["outcome"] for each in other] == ["refused", "refused"]


def test_the_same_list_twice_changes_nothing(station: Station, tmp_path: Path) -> None:
    file = reading_list(
        tmp_path / "抄表_202408.csv", row("10.00", 上次示数="4.00"), row("", 用户编号="0042", 电能表编号="M2")
    )
    bring_in("readings", file)
    before = stored(), MissedReading.objects.count()
    again = bring_in("readings", file)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 2, "refused": 0}
    assert (stored(), MissedReading.objects.count()) == before


def test_a_first_list_with_a_previous_register_opens_it_marked(station: Station, tmp_path: Path) -> None:
    batch = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00", 上次示数="4.00")))
    opening = RegisterReading.objects.get(purpose=Purpose.OPENING)
    assert (opening.register_wh, opening.read_date, opening.source) == (4000, date(2024, 7, 1), "previous")
    assert any("底数" in note for note in batch.notes)
    # From then on the system has its own: a further list opens nothing.
    bring_in("readings", reading_list(tmp_path / "抄表_202409.csv", row("12.00", 上次示数="10.00")))
    assert RegisterReading.objects.filter(purpose=Purpose.OPENING).count() == 1


def test_a_list_whose_previous_register_differs_is_noted(station: Station, tmp_path: Path) -> None:
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00")))
    found = verdicts(tmp_path, row("15.00", 上次示数="11.00", 抄见电量="4.00"), name="抄表_202409.csv")
    assert found[0]["outcome"] == "new"
    assert "上次示数不符" in found[0]["reason"]
    assert "11.00" in found[0]["reason"]
    assert "10.00" in found[0]["reason"]


def test_a_register_that_runs_backwards_is_noted_on_its_row(station: Station, tmp_path: Path) -> None:
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00")))
    found = verdicts(tmp_path, row("9.00"), name="抄表_202409.csv")
    assert found[0]["outcome"] == "new"
    assert "倒走" in found[0]["reason"]
    assert found[0]["remedy"]


def test_an_unread_row_is_kept_as_missed_with_its_reason(station: Station, tmp_path: Path) -> None:
    file = reading_list(
        tmp_path / "抄表_202408.csv", row("", 上次示数="4.00", 异常类型="锁门"), row("", 示数类型=PEAK)
    )
    bring_in("readings", file)
    missed = MissedReading.objects.get()
    assert (missed.period, missed.reason, missed.point.number) == (202408, "锁门", "P1")
    assert not RegisterReading.objects.exists()


def test_a_changed_register_says_from_what_to_what_and_goes_back(station: Station, tmp_path: Path) -> None:
    bring_in(
        "readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00", 估抄标志="是", 上次示数="4.00"))
    )
    before = stored()
    mended = reading_list(tmp_path / "抄表更正_202408.csv", row("11.50"))
    batch, plan = preview("readings", mended)
    assert batch.counts["changed"] == 1
    assert "10.00 → 11.50" in plan.verdicts.reason[0]
    operations.apply(batch, scope=Scope.everything(), now=NOW, plan=plan)
    reading = RegisterReading.objects.get(purpose=Purpose.PERIODIC)
    assert (reading.register_wh, reading.estimated, reading.list_previous_wh) == (11_500, False, None)
    operations.withdraw(batch, now=NOW)
    assert stored() == before


def test_a_withdrawn_list_leaves_nothing_and_can_come_again(station: Station, tmp_path: Path) -> None:
    file = reading_list(
        tmp_path / "抄表_202408.csv", row("10.00", 上次示数="4.00"), row("", 用户编号="0042", 电能表编号="M2")
    )
    batch = bring_in("readings", file)
    operations.withdraw(batch, now=NOW)
    assert not RegisterReading.objects.exists()
    assert not MissedReading.objects.exists()
    assert bring_in("readings", file).counts["new"] == 2


def test_a_list_changed_by_a_later_one_cannot_be_taken_back_first(station: Station, tmp_path: Path) -> None:
    first = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00")))
    second = bring_in("readings", reading_list(tmp_path / "抄表更正_202408.csv", row("11.00")))
    agree(second)
    before = stored()
    with pytest.raises(operations.UnableToWithdraw, match=str(second.pk)):
        operations.withdraw(first, now=NOW)
    assert stored() == before
    operations.withdraw(second, now=NOW)
    operations.withdraw(first, now=NOW)
    assert not RegisterReading.objects.exists()


def test_what_a_bill_stands_on_neither_changes_nor_goes(station: Station, tmp_path: Path) -> None:
    batch = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00", 上次示数="4.00")))
    assert len(issue(station, 202408)) == 1
    before = stored()
    with pytest.raises(operations.UnableToWithdraw, match="0041"):
        operations.withdraw(batch, now=NOW)
    for cells in ({"本次示数": "11.00"}, {"本次示数": "7.00", "抄表日期": "2024-07-15"}):
        found = verdicts(tmp_path, row("") | cells, period=202408)
        assert found[0]["outcome"] == "refused"
        assert "发行" in found[0]["reason"]
    assert verdicts(tmp_path, row("10.00"))[0]["outcome"] == "unchanged"
    assert stored() == before
    assert bring_in("readings", reading_list(tmp_path / "抄表_202409.csv", row("12.00"))).counts["new"] == 1


def test_another_stations_customer_is_unknown(station: Station, tmp_path: Path) -> None:
    other = Scope(frozenset([make_station("西村供电所").pk]))
    batch, _plan = preview("readings", reading_list(tmp_path / "抄表_202408.csv", row("1.00")), scope=other)
    assert batch.counts["refused"] == 1


@pytest.mark.parametrize("begins", ["opened", "term", "installation"])
def test_an_opening_register_never_stands_before_the_customer_can_be_billed(
    station: Station, tmp_path: Path, begins: str
) -> None:
    point, since = MeteringPoint.objects.get(number="P1"), date(2024, 7, 10)
    if begins == "opened":
        Contract.objects.filter(points=point).update(opened_date=since)
    elif begins == "term":
        ContractTerm.objects.filter(contract__points=point).update(valid_from=since)
    else:
        point.installations.update(valid_from=since)
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00", 上次示数="4.00")))
    assert RegisterReading.objects.get(purpose=Purpose.OPENING).read_date == since
    assert len(issue(station, 202408)) == 1
    assert Consumption.objects.get(point=point).from_date == since


def test_a_reading_on_the_day_the_terms_begin_opens_the_register_itself(
    station: Station, tmp_path: Path
) -> None:
    ContractTerm.objects.update(valid_from=date(2024, 8, 1))
    found = verdicts(tmp_path, row("10.00", 上次示数="4.00"))
    assert "2024-08-01" in found[0]["reason"]
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00", 上次示数="4.00")))
    assert not RegisterReading.objects.filter(purpose=Purpose.OPENING).exists()
    bring_in("readings", reading_list(tmp_path / "抄表_202409.csv", row("12.00", 上次示数="10.00")))
    assert len(issue(station, 202409)) == 1
    assert Consumption.objects.get(period=202409, point__number="P1").total_wh == 2000


@pytest.mark.parametrize("changes", [False, True])
def test_a_bill_issued_after_the_preview_keeps_the_whole_list_out(
    station: Station, tmp_path: Path, changes: bool
) -> None:
    bring_in("readings", reading_list(tmp_path / "抄表_202407.csv", row("4.00")))
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00")))
    cells = {} if changes else {"抄表日期": "2024-07-20", "抄表性质": "特抄"}
    other = row("5.00", 用户编号="0042", 电能表编号="M2")
    batch, plan = preview("readings", reading_list(tmp_path / "补_202408.csv", row("11.00", **cells), other))
    assert batch.counts["changed" if changes else "new"] == (1 if changes else 2)
    assert len(issue(station, 202408)) == 1
    before = stored()
    with pytest.raises(operations.UnableToImport, match=r"0041.*2024-08-01.*重新预览"):
        operations.apply(batch, scope=ALL, now=NOW, plan=plan)
    assert stored() == before


def test_a_reading_changed_or_entered_after_the_preview_keeps_the_whole_list_out(
    station: Station, tmp_path: Path
) -> None:
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("10.00")))
    other = row("5.00", 用户编号="0042", 电能表编号="M2")
    point = MeteringPoint.objects.get(contract__customer__number="0042")
    batch, plan = preview("readings", reading_list(tmp_path / "更正_202408.csv", row("11.00"), other))
    RegisterReading.objects.update(register_wh=12_000)
    before = stored()
    with pytest.raises(operations.UnableToImport, match="重新预览"):
        operations.apply(batch, scope=ALL, now=NOW, plan=plan)
    assert stored() == before
    batch, plan = preview("readings", reading_list(tmp_path / "再更正_202408.csv", row("11.00"), other))
    enter(point, 6)
    before = stored()
    with pytest.raises(operations.UnableToImport, match="重新预览"):
        operations.apply(batch, scope=ALL, now=NOW, plan=plan)
    assert stored() == before


def enter(point: MeteringPoint, kwh: int, user: User | None = None) -> entry.Entered:
    return entry.enter_reading(
        ALL,
        point=point,
        values={Register.ACTIVE_TOTAL: kwh * 1000},
        read_date=date(2024, 8, 1),
        period=202408,
        purpose=Purpose.PERIODIC,
        user=user,
        today=date(2024, 12, 31),
        now=timezone.now(),
    )


def test_a_list_over_an_entry_says_whose_it_was_and_goes_back_exactly(
    station: Station, tmp_path: Path
) -> None:
    reader = User.objects.create_user("wangwu")
    point = MeteringPoint.objects.get(number="P1")
    enter(point, 10, reader)
    before = list(RegisterReading.objects.values_list())
    batch, plan = preview("readings", reading_list(tmp_path / "抄表_202408.csv", row("11.00")))
    assert batch.counts["changed"] == 1
    assert "wangwu" in plan.verdicts.reason[0]
    operations.apply(batch, scope=ALL, now=NOW, plan=plan)
    assert list(RegisterReading.objects.values_list()) == before
    agree(batch)
    reading = RegisterReading.objects.get()
    assert (reading.source, reading.entered_by, reading.batch) == ("list", None, batch)
    operations.withdraw(batch, now=NOW)
    assert list(RegisterReading.objects.values_list()) == before


def test_an_entry_after_a_list_that_went_over_an_entry_keeps_it_from_being_withdrawn(
    station: Station, tmp_path: Path
) -> None:
    point = MeteringPoint.objects.get(number="P1")
    enter(point, 10)
    batch = bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", row("11.00")))
    agree(batch)
    enter(point, 12)
    before = list(RegisterReading.objects.values_list())
    with pytest.raises(operations.UnableToWithdraw, match="人工录入"):
        operations.withdraw(batch, now=NOW)
    assert list(RegisterReading.objects.values_list()) == before
