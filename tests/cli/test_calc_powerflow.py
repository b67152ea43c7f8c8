"""``diansuo calc powerflow``: the published base losses, and what of a file is refused by its line or place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from diansuo.cli import matpower
from diansuo.cli.app import app
from diansuo.cli.say import Failure

GRIDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "grids"
PER_UNIT = ("--impedance", "pu", "--impedance-base-mva", "100")
LOSSES_KW = [
    ("33bw", 202.677, ()),
    ("69", 224.992, ()),
    ("70da", 341.427, ()),
    ("85", 299.307, ()),
    ("118zh", 1298.092, ()),
    ("16ci", 511.436, PER_UNIT),
]
END = """
[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, GS, BS, BUS_AREA, VM, ...
    VA, BASE_KV, ZONE, VMAX, VMIN, LAM_P, LAM_Q, MU_VMAX, MU_VMIN] = idx_bus;
[F_BUS, T_BUS, BR_R, BR_X, BR_B, RATE_A, RATE_B, RATE_C, ...
    TAP, SHIFT, BR_STATUS, PF, QF, PT, QT, MU_SF, MU_ST, ...
    ANGMIN, ANGMAX, MU_ANGMIN, MU_ANGMAX] = idx_brch;
Vbase = mpc.bus(1, BASE_KV) * 1e3;      %% in Volts
Sbase = mpc.baseMVA * 1e6;              %% in VA
mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);
"""
IN_KILOWATT = "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;\n"
CASE = """function mpc = two
mpc.version = '2';
mpc.baseMVA = 10;
mpc.bus = [ %% three buses
\t7\t3\t0\t0\t0\t0\t1\t1\t0\t10\t1\t1\t1;
\t8\t1\t100\t50\t0\t0\t1\t1\t0\t10\t1\t1.1\t0.9;
\t9\t1\t100\t50\t0\t0\t1\t1\t0\t10\t1\t1.1\t0.9;
];
mpc.gen = [
\t7\t0\t0\t10\t-10\t1\t100\t1\t10\t0;
];
mpc.branch = [
\t7\t8\t0.5\t0.5\t0\t0\t0\t0\t0\t0\t1\t-360\t360;
\t8\t9\t0.5\t0.5\t0\t0\t0\t0\t0\t0\t1\t-360\t360;
\t9\t7\t0.5\t0.5\t0\t0\t0\t0\t0\t0\t0\t-360\t360;
];
"""


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["calc", "powerflow", str(file), *options])


def refusal(tmp_path: Path, text: str, *options: str) -> str:
    """Return what is said; nothing else is printed."""
    file = tmp_path / "case.m"
    file.write_text(text, encoding="utf-8")
    result = run(file, *options)
    assert isinstance(result.exception, Failure), result.exception
    assert result.stdout == ""
    return str(result.exception)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANSUO_LANG", "en")


@pytest.mark.skipif(not GRIDS.is_dir(), reason="the cases are not beside the project")
@pytest.mark.parametrize(("name", "loss_kw", "options"), LOSSES_KW)
def test_the_base_loss_is_the_published_one(name: str, loss_kw: float, options: tuple[str, ...]) -> None:
    result = run(GRIDS / f"case{name}.m", "--json", *options)
    record = json.loads(result.stdout)
    assert round(record["loss_kw"], 3) == loss_kw
    assert record["loss_kw"] == pytest.approx(sum(each["loss_kw"] for each in record["branches"]))
    assert record["v_min_pu"] == min(each["v_pu"] for each in record["buses"])
    assert all(each["current_a"] == 0 for each in record["branches"] if not each["closed"])


def test_ohm_and_kilowatt_or_per_unit_and_megawatt_are_the_same_network(tmp_path: Path) -> None:
    file = tmp_path / "case.m"
    file.write_text(CASE + END + IN_KILOWATT, encoding="utf-8")
    by_ohm = json.loads(run(file, "--json").stdout)
    per_unit = CASE.replace("\t0.5\t0.5\t", "\t0.05\t0.05\t").replace("\t100\t50\t", "\t0.1\t0.05\t")
    file.write_text(per_unit, encoding="utf-8")
    assert json.loads(run(file, "--json").stdout)["loss_kw"] == pytest.approx(by_ohm["loss_kw"], rel=1e-12)
    shown = run(file).stdout
    assert "v_min_pu 0.99" in shown and "open" in shown


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "system('rm x');\n", "line 17: a statement that is not known, \"system('rm x')\""),
        (IN_KILOWATT, IN_KILOWATT.replace("1e3", "1e6"), "line 26: a statement that is not known"),
        ("\t9\t1\t100", "\t9\t1\tabc", "line 7: 'abc' is no number"),
        ("\t9\t1\t100", "\t9\t1\tnan", "line 7: 'nan' is no number"),
        ("\t9\t1\t100\t50", "\t9\t1\t100", "line 7: mpc.bus: columns 12 / 13"),
        ("\t0\t-360\t360;\n];", "\t1\t-360\t360;\n];", "branch 8-9 closes a ring"),
        (
            "\t8\t9\t0.5\t0.5\t0\t0\t0\t0\t0\t0\t1",
            "\t8\t9\t0.5\t0.5\t0\t0\t0\t0\t0\t0\t0",
            "no source feeds bus 9",
        ),
        ("\t9\t1\t100\t50", "\t9\t1\t1e8\t50", "the flow does not converge, worst at bus 9"),
        ("\t9\t1\t100", "\t9\t2\t100", "type 2 of bus 9"),
        ("\t7\t3\t", "\t7\t1\t", "a generator at load bus 7"),
        ("\t1\t100\t1\t10", "\t1\t100\t0\t10", "no generator in service at source 7"),
        ("\t8\t9\t0.5\t0.5\t0\t0\t0\t0\t0", "\t8\t9\t0.5\t0.5\t0\t0\t0\t0\t0.95", "the ratio of branch 8-9"),
        ("\t9\t7\t0.5", "\t9\t6\t0.5", "branch 9-6 names a bus that is not there"),
        ("\t10\t1\t1.1\t0.9;\n];", "\t35\t1\t1.1\t0.9;\n];", "more than one voltage level"),
        ("\t9\t1\t100", "\t8\t1\t100", "two buses have one number"),
        ("mpc.gen", "mpc.dcline", "line 9: a statement that is not known"),
    ],
)
def test_a_file_is_refused_by_its_line_or_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = CASE + END + IN_KILOWATT
    changed = text.replace(old, new, 1) if old else CASE + new + END + IN_KILOWATT
    assert changed != text
    assert said in refusal(tmp_path, changed)


def test_per_unit_without_its_base_and_files_that_are_none_are_refused(tmp_path: Path) -> None:
    assert "go together" in refusal(tmp_path, CASE, "--impedance", "pu")
    assert "go together" in refusal(tmp_path, CASE, "--impedance-base-mva", "100")
    assert "no mpc.bus" in refusal(tmp_path, "")
    assert "bracket is not closed" in refusal(tmp_path, CASE.replace("];", "", 3))
    assert "cannot read" in str(run(tmp_path / "none.m").exception)


def test_a_conversion_before_its_tables_is_not_taken() -> None:
    with pytest.raises(Failure, match="mpc.baseMVA"):
        matpower.parse(END + IN_KILOWATT + CASE)
