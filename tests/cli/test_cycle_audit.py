"""``diansuo cycle audit`` and ``diansuo cycle release``: what a scheduler reads, and a release that is signed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import diansuo

PERIOD = 202408
MONTH = ("--period", "2024-08")
# 001 used 6,500 kWh on 8 kVA: more than these carry; 002 an ordinary 100.
BUILD = """
from diansuo.cli import office
office.wake()
from diansuo.office.base.access import install_demo_users
from tests.office.desk import months
from tests.office.metering import builder
station = builder.make_station()
for number, kwh in (("001", 7500), ("002", 1100)):
    months.read(months.opened_household(station, number), {period}, kwh)
months.run(station, 202407)
months.run(station, {period})
install_demo_users(station, "cli-1234")
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audited")
    (folder / "settings.toml").write_text('demo_password = "cli-1234"\n', encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["DIANSUO_HOME"] = str(folder)
    command = [sys.executable, "-c", BUILD.format(period=PERIOD)]
    built = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert built.returncode == 0, built.stderr
    return folder


def found(home: Path, rule: str = "A-MAX") -> list[dict[str, object]]:
    told = diansuo(home, "cycle", "audit", *MONTH, "--rule", rule, "--json")
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)["findings"]


def test_findings_and_what_became_of_them_are_told_in_words_and_as_json(home: Path) -> None:
    (one,) = found(home)
    assert (one["number"], one["standing"], one["blocking"]) == ("001", "open", True)
    assert one["expected"] == "不超过 5,952.00 千瓦时"
    told = diansuo(home, "cycle", "audit", *MONTH)
    assert told.returncode == 0
    assert "超理论最大电量（审核）：发现 1，未审 1" in told.stdout
    assert "A-MAX: " not in told.stdout
    assert "holds" in diansuo(home, "cycle", "audit", *MONTH, "--rule", "A-MAX", english=True).stdout


@pytest.mark.parametrize(
    ("user", "reason", "words"),
    [
        ("system", "已核对", "--as"),
        ("reader", "已核对", "没有账号"),
        ("manager", "已核对", ""),
        ("auditor", " ", "理由"),
    ],
)
def test_without_a_name_a_right_or_a_reason_nothing_is_released(
    home: Path, user: str, reason: str, words: str
) -> None:
    refused = diansuo(home, "cycle", "release", *MONTH, "--rule", "A-MAX", "--reason", reason, "--as", user)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert found(home)[0]["standing"] == "open"


def test_a_signed_release_lets_the_bill_out_when_the_month_runs_on(home: Path) -> None:
    asked = ("cycle", "release", *MONTH, "--rule", "A-MAX", "--reason", "已核对示数", "--as", "auditor")
    done = diansuo(home, *asked, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["released"] == 1
    (one,) = found(home)
    assert one["standing"] == "released"
    assert one["decision"]["by"] == "auditor"  # type: ignore[index]
    assert diansuo(home, *asked).returncode == 1  # nothing is left to release
    assert diansuo(home, "cycle", "run", *MONTH, "--as", "auditor").returncode == 0
    assert found(home)[0]["issued"] is True
