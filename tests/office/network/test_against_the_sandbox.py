"""The statistical loss of the sample station is its technical loss plus what its faults take, to the registers' steps.

The station comes in through the ordinary importers. Steps of registers do not add up over days: what one day lacks the
next one has, so a whole stretch of days is held to the same allowance as a single one.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from diansuo.core.network import LossKind, Reason
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Plan
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries
from diansuo.sandbox import station as sandbox
from tests.office.metering import builder

START, END = date(2024, 9, 1), date(2024, 10, 29)
EVERYTHING = Scope.everything()
STEP_WH = 10  # of a register, before the multiplier
# Kinds that leave physics and registers of the area as they are.
HARMLESS = {"漏抄", "抄错示数", "电价类别错误", "电能表翻转", "采集失败", "总表采集失败", "换表"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """Import the sample station; return the folder of its files."""
    files = sandbox.write(tmp_path, customers=600, months=2, last_month=202410, seed=7, last_day=END)
    builder.bring_in("archive", files.archive, valid_from=START)
    for _month, path in sorted(files.freezes.items()):
        batch, plan = builder.preview("freeze", path)
        # A meter that was exchanged is not in the archive: those rows wait, the others count.
        assert batch.counts["refused"] <= batch.counts["new"] // 500, _refusals(plan)
        operations.apply(batch, scope=EVERYTHING, now=builder.NOW, plan=plan)
    return tmp_path


def _refusals(plan: Plan) -> Counter[str]:
    table = plan.verdicts.table()
    return Counter(table.filter(table["outcome"] == "refused")["reason"].to_list())


def test_the_loss_of_every_area_is_the_technical_loss_and_what_the_faults_take(station: Path) -> None:
    technical = {
        (row["台区编号"], row["日期"]): Decimal(row["线损kWh"]) for row in _rows(station / "技术线损.csv")
    }
    faults = [row for row in _rows(station / "truth.csv") if row["种类"] not in HARMLESS]
    joined = _falsely_joined(faults)
    apart: dict[str, list[Decimal]] = defaultdict(list)
    allowed: dict[str, Decimal] = {}
    clean = 0

    for loss in queries.loss_of_areas(EVERYTHING, START, END):
        if loss.loss_wh is None or loss.outlets != loss.outlets_known:
            continue
        beyond = Decimal(loss.loss_wh) / 1000 - technical[loss.number, loss.day.isoformat()]
        apart[loss.number].append(beyond)
        allowed[loss.number] = Decimal(STEP_WH * (2 * _multiplier(loss.id) + loss.outlets)) / 1000
        if loss.number not in joined and not _at_fault(faults, loss.number, loss.day):
            assert abs(beyond) <= allowed[loss.number], (loss.number, loss.day)
            clean += 1

    assert clean > 100
    _check_thefts(faults, apart, allowed)


def _at_fault(faults: list[dict[str, str]], number: str, day: date) -> bool:
    return any(row["台区编号"] == number and row["起"] <= day.isoformat() < row["止"] for row in faults)


def _check_thefts(
    faults: list[dict[str, str]], apart: dict[str, list[Decimal]], allowed: dict[str, Decimal]
) -> None:
    """Areas with thefts and nothing else: over all days, the loss beyond the technical one is what was stolen."""
    by_area: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in faults:
        by_area[row["台区编号"]].append(row)
    joined = _falsely_joined(faults)
    days = (END - START).days
    checked = 0
    for number, rows in by_area.items():
        whole = len(apart[number]) == days and number not in joined
        if whole and {row["种类"] for row in rows} == {"窃电"}:
            stolen = sum(
                Decimal(row["每日电量(kWh)"])
                * (date.fromisoformat(row["止"]) - date.fromisoformat(row["起"])).days
                for row in rows
            )
            assert abs(sum(apart[number]) - stolen) <= allowed[number], number
            checked += 1
    assert checked >= 2


def test_each_told_fault_shows_as_its_class(station: Path) -> None:
    rows = {row.number: row for row in queries.loss_on(EVERYTHING, END - timedelta(days=1))}
    kinds = {row.kind for row in rows.values()}
    silent = next(row for row in _rows(station / "truth.csv") if row["种类"] == "总表采集失败")

    dark = rows[silent["台区编号"]]

    assert {LossKind.HIGH, LossKind.NEGATIVE, LossKind.ECONOMIC, LossKind.UNCOMPUTABLE} <= kinds
    assert dark.reason == Reason.NO_MASTER_REGISTER
    assert f"从 {silent['起']} 起无冻结" in dark.reason_detail
    assert dark.manager
    assert any(row.sudden for row in rows.values())


def test_the_loss_of_a_feeder_is_that_of_its_line_and_transformers(station: Path) -> None:
    technical = {
        (row["线路编号"], row["日期"]): Decimal(row["变压器损耗kWh"]) + Decimal(row["线路损耗kWh"])
        for row in _rows(station / "线路技术线损.csv")
    }
    apart = [
        Decimal(loss.loss_wh) / 1000 - technical[loss.number, loss.day.isoformat()]
        for loss in queries.loss_of_feeders(EVERYTHING, START, date(2024, 10, 20))
        if loss.loss_wh is not None
    ]
    gate = MeterInstallation.objects.filter(point__gate_of__isnull=False).earliest("id").multiplier

    assert len(apart) > 40
    assert max(map(abs, apart)) <= Decimal(STEP_WH * 2 * gate) / 1000 + 15
    assert abs(sum(apart)) <= Decimal(STEP_WH * 2 * gate) / 1000 + 15


def _falsely_joined(faults: list[dict[str, str]]) -> set[str]:
    """The areas that customers of others are wrongly put under, named in words: 挂在第 2 号台区."""
    numbers = sorted({row["台区编号"] for row in faults})
    prefix = numbers[0][:-5]
    return {
        f"{prefix}{int(row['说明'].split('第 ')[1].split(' 号')[0]):05d}"
        for row in faults
        if row["种类"] == "户变关系错误"
    }


def _multiplier(area_id: int) -> int:
    return MeterInstallation.objects.get(point__master_of=area_id).multiplier


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
