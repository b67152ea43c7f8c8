"""``diansuo calc powerflow`` for three phases: the worked table of the page, and what is refused by row and column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from diansuo.cli.app import app
from diansuo.cli.say import Failure

HEADS = "线段编号,上级线段,长度(m),电阻(Ω/km),电抗(Ω/km),A相有功(kW),A相无功(kvar),B相有功(kW),C相有功(kW)"
WORKED = f"{HEADS}\n干1,,200,0.253,0.274,4,1.2,4,4\n支1,干1,150,0.641,0.302,3,1,,\n"
HEAD = ("--transformer-kva", "200", "--load-loss-w", "2730")


def run(tmp_path: Path, text: str, *words: str) -> Result:
    file = tmp_path / "网.csv"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["calc", "powerflow", str(file), *words])


def test_losses_voltages_of_each_phase_and_the_neutral_come_out(tmp_path: Path) -> None:
    done = run(tmp_path, WORKED, *HEAD, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    drawn = {"A": 7.0, "B": 4.0, "C": 4.0}
    assert sum(found["source_kw"].values()) - sum(drawn.values()) == pytest.approx(found["loss_kw"], abs=1e-7)
    assert found["loss_lines_kw"] + found["loss_transformer_kw"] == pytest.approx(found["loss_kw"])
    assert found["v_min_pu"]["A"] < min(found["v_min_pu"][letter] for letter in "BC") < 1
    assert found["v_min_segment"]["A"] == "支1"
    branch = found["segments"][1]
    # What only one phase draws comes back by the neutral, over a wire like its own.
    assert branch["neutral_a"] == pytest.approx(branch["current_a"][0])
    assert branch["loss_kw"] == pytest.approx(2 * 0.641 * 0.150 * branch["current_a"][0] ** 2 / 1000)


def test_the_table_shows_every_segment_and_phase(tmp_path: Path) -> None:
    done = run(tmp_path, WORKED, *HEAD)
    assert done.exit_code == 0
    assert {"loss_kw", "v_min_pu", "干1", "支1"} <= set(done.output.split())


def test_one_phase_and_its_neutral_by_hand(tmp_path: Path) -> None:
    text = f"{HEADS},零线电阻(Ω/km),零线电抗(Ω/km)\n一,,1000,0.5,0,2,0,,,0.7,0\n"
    found = json.loads(run(tmp_path, text, "--json").output)
    at_end = (230 + (230**2 - 4 * 1.2 * 2000) ** 0.5) / 2
    assert found["v_min_pu"]["A"] == pytest.approx(at_end / 230, rel=1e-8)
    assert found["loss_kw"] == pytest.approx(1.2 * (2000 / at_end) ** 2 / 1000, rel=1e-7)


def test_a_workbook_says_what_the_csv_of_the_same_columns_says(tmp_path: Path) -> None:
    file = tmp_path / "网.xlsx"
    text = WORKED.replace("干1", "1").replace("支1", "2")
    with xlsxwriter.Workbook(str(file), {"strings_to_numbers": True}) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate(text.splitlines()):
            sheet.write_row(at, 0, line.split(","))
    done = CliRunner().invoke(app, ["calc", "powerflow", str(file), *HEAD, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == json.loads(run(tmp_path, text, *HEAD, "--json").output)


def test_a_workbook_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "坏.xlsx"
    file.write_bytes(b"PK\x03\x04 no workbook")
    done = CliRunner().invoke(app, ["calc", "powerflow", str(file)])
    assert isinstance(done.exception, Failure)
    assert "坏.xlsx" in str(done.exception)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WORKED.replace("150,", "一百五,"), "第 3 行 长度(m)"),
        (WORKED.replace("150,", "-150,"), "第 3 行 长度(m)"),
        (WORKED.replace("支1,干1", "支1,干9"), "第 3 行 上级线段"),
        (WORKED.replace("支1,", "干1,"), "第 3 行 线段编号"),
        (WORKED.replace("干1,,", "干1,支1,"), "第 2 行 上级线段"),
        (WORKED.replace("4,1.2,4", "nan,1.2,4"), "第 2 行 A相有功(kW)"),
        (WORKED.replace("长度(m)", "长度"), "第 1 行"),
        (WORKED.replace("3,1,,", "70,1,,"), "第 3 行"),
        (HEADS + "\n", "没有线段"),
    ],
)
def test_what_will_not_do_is_named_by_file_row_and_column(tmp_path: Path, text: str, place: str) -> None:
    done = run(tmp_path, text)
    assert isinstance(done.exception, Failure)
    assert "网.csv" in str(done.exception)
    assert place in str(done.exception)


def test_a_transformer_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, WORKED, "--transformer-kva", "200", "--load-loss-w", "9000")
    assert isinstance(done.exception, Failure)
    assert "--load-loss-w" in str(done.exception)
