"""Ten real households over twenty months: what the list says, what is missing, what rolls over."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from diansuo.core.metering import (
    NEVER,
    Evidence,
    Known,
    Register,
    Rule,
    SettledMonths,
    check_readings,
    history,
    part_mask,
    segments,
    settle,
)
from tests.core.metering.histories import THRESHOLDS, D, R, due, readings

FOLDER = Path(__file__).parents[4] / "shared/data/real_households"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the real households are not beside the project")

KINDS = {"总": Register.ACTIVE_TOTAL, "峰": Register.ACTIVE_PEAK, "谷": Register.ACTIVE_VALLEY}
Row = tuple[int, int, Register, str, str, str]  # point, day, register, previous, this, energy


def _cells(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_bytes().decode("gb18030"))))
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def _month(path: Path) -> tuple[int, int]:
    """Month as year × 12 + month − 1, and the day of its freeze: the first."""
    year, month = int(path.stem[-6:-2]), int(path.stem[-2:])
    return year * 12 + month - 1, (datetime.date(year, month, 1) - datetime.date(1970, 1, 1)).days


def _rows(path: Path) -> list[Row]:
    cells = _cells(path)
    top = next(place for place, row in enumerate(cells) if "示数类型" in row)
    names = ("用户编号", "示数类型", "上次示数", "本次示数", "抄见电量")
    at = [cells[top].index(name) for name in names]
    _, day = _month(path)
    rows = []
    for row in cells[top + 1 :]:
        point, kind, before, now, energy = (row[place].strip() for place in at)
        letter = re.search("[总峰谷]", kind)
        assert letter is not None
        rows.append((int(point), day, KINDS[letter[0]], before, now, energy))
    return rows


def test_twenty_months_settle_to_the_kwh_the_lists_print() -> None:
    stored: list[R] = []
    open_day: dict[int, int] = {}
    past: list[tuple[int, int, int, int]] = []
    settled_rows, told = 0, Counter[Rule]()
    rolled: list[tuple[int, int]] = []
    for path in sorted(FOLDER.glob("抄表数据_*"), key=lambda file: file.stem):
        month, day = _month(path)
        rows = _rows(path)
        parts = {row[0]: part_mask(Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY) for row in rows if row[2]}
        points = sorted({row[0] for row in rows})
        first = len(stored)
        read = [row for row in rows if row[4]]
        stored += [R(day, row[4], row[2], point=row[0]) for row in read]
        columns = due(
            *(D(day, open_day.get(point, NEVER), parts=parts.get(point, 0), point=point) for point in points)
        )
        book = readings(stored)
        pairs = segments(book, columns.capacities(), THRESHOLDS)
        result = settle(pairs, columns)

        def listed(place: int, first: int = first, read: list[Row] = read) -> Known:
            values = [""] * first + [row[place] for row in read]
            numbers = [round(float(value) * 100) * 10 if value else 0 for value in values]
            return Known(np.array(numbers, np.int64), np.array([bool(value) for value in values], np.bool_))

        table = np.array(past, np.int64).reshape(-1, 4)
        known = history(columns.point, month, SettledMonths(*table.T.copy()), 3)
        evidence = Evidence(history=known, listed_previous_wh=listed(3), listed_energy_wh=listed(5))
        found = check_readings(book, pairs, columns, result, THRESHOLDS, evidence)
        told.update(Rule(int(rule)) for rule in found.rule)
        rolled += [(month, int(fact)) for fact in found.of(Rule.ROLLOVER).actual]
        energy_wh, _ = result.of(Register.ACTIVE_TOTAL)
        for place, point in enumerate(points):
            if result.ok[place]:
                settled_rows += 1
                open_day[point] = int(result.to_day[place])
                past.append((point, month, int(energy_wh[place]), int(result.days[place])))
    assert rolled == [(2025 * 12, 203_980)]
    assert told[Rule.OPENING] == 10
    assert told[Rule.MISSING] == 4
    assert told[Rule.ROLLOVER] == 1
    assert told[Rule.ZERO] == 1
    # Judged by the own past alone, as a single list is; both new ones stand beside R-HISTORY.
    assert (told[Rule.SPIKE], told[Rule.TRANSPOSED]) == (3, 2)
    assert set(told) == {
        Rule.OPENING, Rule.MISSING, Rule.ROLLOVER, Rule.ZERO, Rule.HISTORY, Rule.SPIKE, Rule.TRANSPOSED,
    }  # fmt: skip
    assert settled_rows == 8 * 20 + 18 + 12 - 10 - 4
