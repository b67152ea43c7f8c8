"""``diansuo sandbox`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from diansuo.cli.app import app
from diansuo.cli.say import Failure
from diansuo.sandbox import network

RUN = CliRunner()


def test_a_station_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    words = ["sandbox", "--customers", "130", "--months", "2", "--last-month", "2024-06", "-o", str(tmp_path)]
    done = RUN.invoke(app, [*words, "--theft", "0.05", "--curve-areas", "0"])

    assert done.exit_code == 0, done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert {"truth.csv", "用户档案.xlsx", "日冻结电量_202405.parquet", "低压线路.csv"} <= names
    assert not any(name.startswith("曲线") for name in names)
    assert "窃电" in (tmp_path / "truth.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(("option", "value"), [("--last-month", "2024-13"), ("--last-day", "30.2.2024")])
def test_what_is_no_month_or_day_is_refused_and_nothing_written(
    tmp_path: Path, option: str, value: str
) -> None:
    folder = tmp_path / "out"
    done = RUN.invoke(app, ["sandbox", "--customers", "60", "-o", str(folder), option, value])

    assert isinstance(done.exception, Failure)
    assert value in str(done.exception)
    assert not folder.exists()


def test_a_station_that_cannot_be_supplied_is_refused_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "SOURCE_VOLT", 40.0)
    words = ["sandbox", "--customers", "60", "--months", "2", "--curve-areas", "0", "-o", str(tmp_path)]
    done = RUN.invoke(app, words)

    assert isinstance(done.exception, Failure)
    assert "5200T00001" in str(done.exception)
    assert not list(tmp_path.iterdir())
