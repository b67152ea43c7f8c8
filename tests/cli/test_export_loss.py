"""``diansuo export loss``: the sample station's losses as a file, by area, feeder and station."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from diansuo.sandbox import station as sample
from tests.cli.test_command_line import diansuo


def test_the_losses_of_a_month_leave_as_csv(tmp_path: Path) -> None:
    files = sample.write(
        tmp_path / "files", customers=70, months=2, last_month=202410, seed=3, last_day=date(2024, 10, 6)
    )
    home, goal = tmp_path / "home", tmp_path / "loss.csv"
    archive = diansuo(home, "import", "archive", str(files.archive), "--valid-from", "2024-09-01", "--apply")
    assert archive.returncode == 0, archive.stderr
    diansuo(home, "import", "freeze", *map(str, files.freezes.values()), "--apply")

    done = diansuo(home, "export", "loss", "--period", "2024-10", "-o", str(goal))

    assert done.returncode == 0, done.stderr
    with goal.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["层级"], row["周期"]) for row in rows} == {
        (level, cycle) for level in ("台区", "线路", "电压等级", "全所") for cycle in ("日", "月")
    }
    assert {row["日期"] for row in rows if row["周期"] == "日"} == {f"2024-10-0{day}" for day in range(1, 6)}
    assert all(row["线损率（%）"] or row["不可算原因"] for row in rows)
    for asked, remedy in (
        (("export", "loss", "--period", "2030-01"), "2030-01 没有日冻结"),
        (("export", "missing", "--period", "2030-01"), "2030-01 没有日冻结"),
        (("export", "missing", "--day", "2030-01-01"), "示数到 2024-10-05 为止"),
        (("export", "technical", "--period", "2024-10", "--area", "NOPE"), "没有台区 NOPE"),
        (("export", "missing", "--station", "不存在"), "没有供电所 不存在"),
    ):
        refused = diansuo(home, *asked, "-o", str(tmp_path / "nothing.csv"))
        assert (refused.returncode, remedy in refused.stderr) == (1, True), refused.stderr
        assert not (tmp_path / "nothing.csv").exists()
    late = diansuo(home, "loss", "find", "--day", "2030-01-01")
    assert (late.returncode, "示数只到 2024-10-05" in late.stderr) == (1, True), late.stderr


def test_before_any_freezes_the_command_names_the_import_and_writes_nothing(tmp_path: Path) -> None:
    done = diansuo(tmp_path / "home", "export", "loss", "--period", "2024-10", "-o", str(tmp_path / "a.csv"))

    assert done.returncode == 1
    assert "diansuo import freeze" in done.stderr
    assert not (tmp_path / "a.csv").exists()
