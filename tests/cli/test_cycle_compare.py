"""``diansuo cycle compare``: the causes of a month's differences, in words and as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import diansuo

MONTH = ("--period", "2024-08")
BUILD = """
from pathlib import Path
from diansuo.cli import office
office.wake()
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.modes import operations as modes
from tests.office.desk import months
from tests.office.metering import builder
station = builder.make_station()
modes.switch(station, "beside", user=None, now=builder.NOW)
for number in ("001", "002", "003"):
    months.read(months.opened_household(station, number), 202408, 1200)
months.run(station, 202407)
months.run(station, 202408)
columns = ("用户编号", "电费年月", "结算电量", "应收电费")
rows = [("001", "202408", "200", "112.00"), ("002", "202408", "300", "168.00")]
file = builder.write_csv(Path({folder!r}) / "已发行电费.csv", columns, [dict(zip(columns, row)) for row in rows])
builder.bring_in("issued", file)
install_demo_users(station, "cli-1234")
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beside")
    (folder / "settings.toml").write_text('demo_password = "cli-1234"\n', encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["DIANSUO_HOME"] = str(folder)
    command = [sys.executable, "-c", BUILD.format(folder=str(folder))]
    built = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert built.returncode == 0, built.stderr
    return folder


def test_the_causes_are_told_in_words_and_as_json(home: Path) -> None:
    told = diansuo(home, "cycle", "compare", *MONTH)
    assert told.returncode == 0, told.stderr
    assert "示数、电量：1 户，差额 56.00 元" in told.stdout
    assert "核对 2 户，有差额 1 户，对方没有发行 1 户" in told.stdout
    found = json.loads(diansuo(home, "cycle", "compare", *MONTH, "--json").stdout)
    assert (found["compared"], found["differing"], found["only_ours"]) == (2, 1, 1)
    assert [(row["title"], row["bills"], row["difference_fen"]) for row in found["causes"]] == [
        ("示数、电量", 1, 5600)
    ]


def test_a_month_without_issued_bills_says_what_to_do(home: Path) -> None:
    told = diansuo(home, "cycle", "compare", "--period", "2024-07")
    assert told.returncode == 0
    assert "diansuo import issued" in told.stdout


def test_who_may_not_import_may_not_compare(home: Path) -> None:
    told = diansuo(home, "cycle", "compare", *MONTH, "--as", "manager")
    assert told.returncode != 0
    assert "Traceback" not in told.stderr
