"""How far a reading month is, and its readings as an export writes them; never beyond the viewer's stations."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.office.base.scope import Scope
from diansuo.office.metering import queries
from tests.office.metering.builder import ALL, bring_in, household, make_station, reading_list

pytestmark = pytest.mark.django_db


def test_a_month_knows_who_is_due_read_missed_and_waiting(tmp_path: Path) -> None:
    station = make_station()
    for at in range(4):
        household(station, f"004{at}", f"M{at}", multiplier=1 + at)
    read = {"用户编号": "0041", "电能表编号": "M1", "本次示数": "3482.80"}
    missed = {"用户编号": "0042", "电能表编号": "M2", "异常类型": "锁门"}
    late = {"用户编号": "0043", "电能表编号": "M3", "异常类型": "锁门"}
    bring_in("readings", reading_list(tmp_path / "抄表_202408.csv", read, missed, late))
    assert queries.progress(ALL, period=202408) == queries.Progress(due=4, read=1, missed=2)
    bring_in("readings", reading_list(tmp_path / "补抄_202408.csv", late | {"本次示数": "7"}))
    progress = queries.progress(ALL, period=202408)
    assert progress == queries.Progress(due=4, read=2, missed=1)
    assert progress.waiting == 1
    assert queries.progress(Scope(frozenset()), period=202408) == queries.Progress(0, 0, 0)

    rows = list(queries.readings_of_period(ALL, period=202408))
    assert rows == [
        ("0041", "M1", "正向有功（总）", "202408", "2024-08-01", "3482.80", "2", "正常抄表"),
        ("0043", "M3", "正向有功（总）", "202408", "2024-08-01", "7.00", "4", "正常抄表"),
    ]
    assert list(queries.readings_of_period(ALL, period=202408, station="西村供电所")) == []
    assert list(queries.readings_of_period(Scope(frozenset()), period=202408)) == []
