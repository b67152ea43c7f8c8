"""``diansuo station``: how a station runs is told and changed, and the change is what the imports then go by."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_command_line import diansuo
from tests.office.archive import lists


def test_the_mode_is_told_changed_and_obeyed(tmp_path: Path) -> None:
    home, archive = tmp_path / "home", tmp_path / "archive.xlsx"
    home.mkdir()
    lists.write(archive, [lists.line("001", "m1", 供电单位="东公司", 供电所="东村供电所")])
    assert diansuo(home, "import", "archive", str(archive), "--apply").returncode == 0
    told = diansuo(home, "station", "--json")
    assert json.loads(told.stdout) == [{"station": "东村供电所", "mode": "alone"}]

    issued = tmp_path / "已发行电费_202408.csv"
    issued.write_text("用户编号,电费年月,结算电量,应收电费\n001,202408,100,56.00\n", encoding="utf-8")
    refused = diansuo(home, "import", "issued", str(issued), "--apply")
    assert refused.returncode == 1
    assert "独立运行" in refused.stderr

    wrong = diansuo(home, "station", "--mode", "both")
    assert wrong.returncode == 1
    assert "alone、beside" in wrong.stderr
    changed = diansuo(home, "station", "--mode", "beside")
    assert changed.returncode == 0
    assert "营销2.0旁运行" in changed.stdout
    assert diansuo(home, "import", "issued", str(issued), "--apply").returncode == 0
