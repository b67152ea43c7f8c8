"""A reading keeps the instant its first true value came in: who was on time stays so after a correction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.imports import operations
from diansuo.office.metering import entry
from diansuo.office.metering.models import RegisterReading
from tests.office.metering.builder import ALL, NOW, agree, bring_in, household, make_station, reading_list

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)


@pytest.fixture
def point() -> MeteringPoint:
    return household(make_station(), "0041", "M1")


def enter(point: MeteringPoint, kwh: int, now: datetime, *, estimated: bool = False) -> None:
    done = entry.enter_reading(
        ALL, point=point, values={Register.ACTIVE_TOTAL: kwh * 1000}, read_date=date(2026, 2, 1), period=202602,
        purpose=Purpose.PERIODIC, user=None, today=date(2026, 3, 1), now=now, estimated=estimated, confirmed=True,
    )  # fmt: skip
    assert done.stored


def the_list(tmp_path: Path, kwh: int, **more: Any) -> Path:
    row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": kwh, "抄表日期": "2026-02-01", **more}
    return reading_list(tmp_path / f"抄表数据-202602-{kwh}.csv", row)


def came_in() -> tuple[int, datetime | None]:
    row = RegisterReading.objects.get()
    return row.register_wh // 1000, row.entered_at


def test_an_entry_keeps_its_instant_through_a_correction(point: MeteringPoint) -> None:
    enter(point, 100, NOW)
    enter(point, 101, LATER)
    assert came_in() == (101, NOW)


def test_an_estimate_is_no_reading_that_could_be_on_time(point: MeteringPoint) -> None:
    enter(point, 100, NOW, estimated=True)
    enter(point, 101, LATER)
    assert came_in() == (101, LATER)


def test_a_list_brings_the_instant_of_its_import(point: MeteringPoint, tmp_path: Path) -> None:
    bring_in("readings", the_list(tmp_path, 100), now=LATER)
    assert came_in() == (100, LATER)


def test_a_list_over_an_estimate_brings_its_instant_and_gives_it_back(
    point: MeteringPoint, tmp_path: Path
) -> None:
    enter(point, 100, NOW, estimated=True)
    batch = bring_in("readings", the_list(tmp_path, 104), now=LATER)
    assert came_in() == (104, LATER)
    operations.withdraw(batch, now=LATER)
    assert came_in() == (100, NOW)


def test_a_list_over_a_true_entry_leaves_the_instant(point: MeteringPoint, tmp_path: Path) -> None:
    enter(point, 100, NOW)
    agree(bring_in("readings", the_list(tmp_path, 104), now=LATER), now=LATER)
    assert came_in() == (104, NOW)
