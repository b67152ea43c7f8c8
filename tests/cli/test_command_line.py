"""The command line as a scheduler or an analyst uses it: files in, files out, one clear line when it fails."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from diansuo.sandbox import station as sample

CUSTOMERS = 24
# With the master of their area and the gate of its feeder.
POINTS = CUSTOMERS + 2
PERIODS = (202409, 202410, 202411)
CASES = Path(__file__).resolve().parents[1] / "cases"


def diansuo(home: Path, *arguments: str, english: bool = False) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DIANSUO_HOME")}
    environment = kept | {"DIANSUO_HOME": str(home), "DIANSUO_LANG": "en" if english else "zh"}
    command = [sys.executable, "-m", "diansuo", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> sample.Files:
    folder = tmp_path_factory.mktemp("files")
    return sample.write(folder, customers=CUSTOMERS, months=len(PERIODS), last_month=PERIODS[-1], seed=11)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, files: sample.Files) -> Path:
    """Return a home with the archive, all readings, and every month run."""
    folder = tmp_path_factory.mktemp("home")
    assert diansuo(folder, "import", "archive", str(files.archive), "--apply").returncode == 0
    lists = [str(file) for file in files.readings.values()]
    assert diansuo(folder, "import", "readings", *lists, "--apply").returncode == 0
    for period in PERIODS:
        assert diansuo(folder, "cycle", "run", "--period", str(period)).returncode == 0
    return folder


def test_a_preview_writes_nothing(tmp_path: Path, files: sample.Files) -> None:
    preview = diansuo(tmp_path, "import", "archive", str(files.archive), "--json")
    assert preview.returncode == 0, preview.stderr
    report = json.loads(preview.stdout)
    assert report["counts"] == {"new": POINTS, "changed": 0, "unchanged": 0, "refused": 0}
    assert report["files"][0]["state"] == "previewed"

    again = diansuo(tmp_path, "import", "archive", str(files.archive), "--json")
    assert json.loads(again.stdout)["counts"]["new"] == POINTS


@pytest.mark.parametrize(
    "kind",
    [
        "archive",
        "readings",
        "freeze",
        "failures",
        "loss-table",
        "market-prices",
        "issued",
        "arrears",
        "payments",
    ],
)
def test_a_list_of_anything_else_is_refused_in_one_line_that_names_it(
    home: Path, tmp_path: Path, kind: str
) -> None:
    wrong = tmp_path / "poem_20240801.csv"
    wrong.write_text("题目,诗句\n静夜思,床前明月光\n", encoding="utf-8")

    answer = diansuo(home, "import", kind, str(wrong))

    assert answer.returncode == 1
    assert "poem_20240801.csv" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_same_file_twice_changes_nothing(home: Path, files: sample.Files) -> None:
    again = diansuo(home, "import", "archive", str(files.archive), "--apply", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["counts"] == {"new": 0, "changed": 0, "unchanged": POINTS, "refused": 0}


def test_a_bad_row_is_named_with_its_place_and_remedy_and_the_rest_goes_in(tmp_path: Path) -> None:
    headings = "用户编号,用户名称,供电单位,供电所,电能表编号,用电类别,综合倍率\n"
    good = "0041,张三,甲公司,乙所,000123,居民生活用电,1\n"
    bad = "0042,李四,甲公司,乙所,000124,居民生活用电,一倍\n"
    file = tmp_path / "档案.csv"
    file.write_text(headings + good + bad, encoding="gb18030")

    applied = diansuo(tmp_path / "home", "import", "archive", str(file), "--apply")

    assert applied.returncode == 1
    assert "第 3 行 综合倍率" in applied.stderr
    assert "错误：1 行未导入" in applied.stderr
    assert "新增 1" in applied.stdout


def test_a_cycle_stops_at_the_stage_asked_for_and_goes_on_later(tmp_path: Path, files: sample.Files) -> None:
    assert diansuo(tmp_path, "import", "archive", str(files.archive), "--apply").returncode == 0
    for period in PERIODS[:2]:
        assert diansuo(tmp_path, "import", "readings", str(files.readings[period]), "--apply").returncode == 0
    assert diansuo(tmp_path, "cycle", "run", "--period", "2024-09").returncode == 0

    priced = json.loads(
        diansuo(tmp_path, "cycle", "run", "--period", "2024-10", "--until", "bill", "--json").stdout
    )
    assert (priced["state"], priced["issued"]) == ("paused", 0)
    assert priced["drafts"] > 20

    issued = json.loads(diansuo(tmp_path, "cycle", "run", "--period", "2024-10", "--json").stdout)
    assert (issued["state"], issued["drafts"]) == ("done", 0)
    assert issued["issued"] == priced["drafts"]
    assert (priced["amount_yuan"], issued["draft_yuan"]) == ("0.00", "0.00")
    assert issued["amount_yuan"] == priced["draft_yuan"]


def test_exported_bills_are_one_row_a_customer_and_make_up_the_months_total(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "电费.csv"
    assert diansuo(home, "export", "bills", "--period", "2024-11", "-o", str(file)).returncode == 0
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["用户编号", "电费年月", "电量", "电费"]
    assert len({row[0] for row in rows[1:]}) == len(rows) - 1
    assert {row[1] for row in rows[1:]} == {"202411"}
    assert all(len(number.partition(".")[2]) == 2 for row in rows[1:] for number in row[2:])

    report = json.loads(diansuo(home, "cycle", "run", "--period", "2024-11", "--json").stdout)
    fen = sum(int(row[3].replace(".", "")) for row in rows[1:])
    assert f"{fen // 100}.{fen % 100:02d}" == report["amount_yuan"]
    assert len(rows) - 1 == report["issued"]


def test_a_bill_is_explained_and_its_parts_make_up_the_difference(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "bills.csv"
    assert diansuo(home, "export", "bills", "--period", str(PERIODS[-1]), "-o", str(table)).returncode == 0
    number = table.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]
    asked = ("bill", "explain", "--customer", number, "--period", str(PERIODS[-1]))
    told = diansuo(home, *asked, english=True)
    assert told.returncode == 0
    assert "together" in told.stdout
    answer = json.loads(diansuo(home, *asked, "--json").stdout)
    total = sum(part["amount_fen"] for part in answer["parts"])
    assert total == answer["difference_fen"] == answer["bill"]["amount_fen"] - answer["before"]["amount_fen"]

    nobody = diansuo(home, "bill", "explain", "--customer", "nobody", "--period", str(PERIODS[-1]))
    assert nobody.returncode == 1
    assert nobody.stderr.startswith("错误：用户 nobody 没有")


def test_exported_readings_name_meter_register_and_day(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "示数.csv"
    assert diansuo(home, "export", "readings", "--period", "2024-11", "-o", str(file)).returncode == 0
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) >= CUSTOMERS
    assert {row["抄表日期"] for row in rows} == {"2024-11-01"}


def test_case_files_are_computed_without_any_database(tmp_path: Path) -> None:
    case = CASES / "residential_steps" / "a_whole_year.yaml"
    computed = diansuo(tmp_path, "calc", "case", str(case), "--json")
    assert computed.returncode == 0, computed.stderr
    report = json.loads(computed.stdout)
    assert report["cases"][0]["total_yuan"] == "1624.40"
    assert list(tmp_path.iterdir()) == []


def test_a_case_that_does_not_hold_says_so_and_fails(tmp_path: Path) -> None:
    text = (CASES / "residential_steps" / "a_whole_year.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace('"1624.40"', '"1624.41"'), encoding="utf-8")
    computed = diansuo(tmp_path, "calc", "case", str(wrong), english=True)
    assert computed.returncode == 1
    assert "expected 1624.41 yuan, computed 1624.40" in computed.stderr


def test_a_backup_restores_into_an_empty_home_and_nowhere_else(home: Path, tmp_path: Path) -> None:
    saved, fresh = tmp_path / "备份.tar.gz", tmp_path / "fresh"
    assert diansuo(home, "backup", "-o", str(saved)).returncode == 0
    assert diansuo(home, "backup", "--restore", str(saved)).returncode == 1

    assert diansuo(fresh, "backup", "--restore", str(saved)).returncode == 0
    for folder in (home, fresh):
        file = tmp_path / f"{folder.name}.csv"
        assert diansuo(folder, "export", "bills", "--period", "2024-11", "-o", str(file)).returncode == 0
    assert (tmp_path / f"{home.name}.csv").read_bytes() == (tmp_path / "fresh.csv").read_bytes()


def test_a_backup_that_reaches_outside_its_folder_is_refused(tmp_path: Path) -> None:
    hostile, home = tmp_path / "hostile.tar.gz", tmp_path / "home"
    with tarfile.open(hostile, "w:gz") as archive:
        for name in ("database.sqlite3", "../outside"):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())

    refused = diansuo(home, "backup", "--restore", str(hostile))

    assert refused.returncode == 1
    assert "../outside" in refused.stderr
    assert not (tmp_path / "outside").exists()
    assert not (home / "database.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "readings", "nowhere.xlsx"), "找不到文件"),
        (("cycle", "run", "--period", "2024-13"), "不是年月"),
        (("cycle", "run", "--period", "2024-11", "--until", "never"), "readings, check, bill, audit, issue"),
        (("cycle", "run", "--period", "2024-11", "--station", "无此所"), "供电所"),
        (("cycle", "run", "--period", "2024-11", "--issue-date", "1999-01-01"), "早于抄表例日"),
        (("cycle", "run", "--period", "2024-11", "--issue-date", "2999-01-01"), "还没到"),
        (("cycle", "run", "--period", "2999-11"), "还没到"),
        (("serve", "--port", "99999"), "--port"),
        (("import", "archive", __file__), "不支持"),
        (("export", "bills", "--period", "2024-11", "-o", "/nowhere/x.csv"), "文件夹不存在"),
        (("cycle", "run", "--period", "2024-11", "--as", "nobody"), "没有账号"),
    ],
)
def test_a_failure_is_one_line_on_stderr_with_a_remedy(
    home: Path, arguments: tuple[str, ...], words: str
) -> None:
    failed = diansuo(home, *arguments)
    assert failed.returncode in (1, 2)
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""


def test_the_demo_refuses_a_home_that_is_a_real_station(home: Path) -> None:
    refused = diansuo(home, "demo", "--no-serve")
    assert refused.returncode == 1
    assert "不是演示" in refused.stderr


def test_lists_of_commands_end_before_an_example_and_the_commands_own_help_has_it(tmp_path: Path) -> None:
    listed = diansuo(tmp_path, "export", "--help").stdout
    own = diansuo(tmp_path, "export", "lists", "--help").stdout

    assert "例：" not in listed
    assert "例：" in own
