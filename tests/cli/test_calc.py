"""``diansuo calc case`` on many files: a folder, a summary, one line each, and what is wrong in both languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "name: right\nsource: x\nsteps: [{id: b, do: bill, energy: {total: 100}, prices: {energy: 0.5}}]\n"
FILES = {
    "good.yaml": GOOD + "expect: {total_yuan: 50}\n",
    "bad.yaml": GOOD + "expect: {total_yuan: 51, values: {b.settled: 100}}\n",
    "typo.yaml": GOOD.replace("prices", "price"),
    "colon.yaml": "name: a: b\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def calc(*arguments: str, english: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DIANSUO_LANG": "en" if english else "zh"}
    command = [sys.executable, "-m", "diansuo", "calc", "case", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_folder_is_computed_and_summed_up(folder: Path) -> None:
    result = calc(str(folder), "--brief")
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "4 cases: 1 as expected, 1 not, 2 not readable"
    assert f"✓ {folder / 'good.yaml'}: right" in result.stdout
    assert "did you mean b.settled_kwh?" in result.stderr
    assert "steps.0 (step 1): unknown key 'price'; did you mean 'prices'?" in result.stderr
    assert "a text with a colon and a space needs quotes" in result.stderr
    assert calc(str(folder / "good.yaml")).returncode == 0


def test_the_same_in_chinese(folder: Path) -> None:
    result = calc(str(folder), english=False)
    assert "共 4 个算例：1 个与期望相符，1 个不符，2 个无法读取" in result.stdout
    assert "电度电费" in result.stdout
    assert "合计：期望 51 元，算得 50.00" in result.stderr
    assert "没有 'price' 这个键" in result.stderr


def test_json_holds_the_counts_and_every_problem(folder: Path) -> None:
    data = json.loads(calc(str(folder), "--json").stdout)
    assert data["summary"] == {"cases": 4, "as_expected": 1, "wrong": 3}
    by_name = {Path(case["file"]).name: case for case in data["cases"]}
    assert by_name["good.yaml"]["total_yuan"] == "50.00"
    assert len(by_name["typo.yaml"]["mismatches"]) == 1
    assert by_name["typo.yaml"]["total_yuan"] is None


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    result = calc(str(tmp_path))
    assert result.returncode == 1
    assert "no case files" in result.stderr
