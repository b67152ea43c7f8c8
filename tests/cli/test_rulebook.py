"""``diansuo rulebook``: an auditor checks the files, reads what holds on a day, and sees what nobody has verified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from diansuo.cli.wrapping import wrap
from tests.cli.test_command_line import diansuo

BAD = Path(__file__).resolve().parents[1] / "core" / "rules" / "bad"
SHIPPED = Path(__file__).resolve().parents[2] / "src" / "diansuo" / "rulebook"
AGRICULTURAL = """
id: province/henan/agricultural
kind: flat_price
title: {zh: 占位, en: placeholder}
values:
  "2024-01-01":
    source: {document: 豫发改价管〔2023〕999号, clause: "1", published: "2023-12-20", url: null}
    checked: "2024-01-05"
    prices: {unit: yuan/kWh, below_1kv: "0.4"}
"""
SHEET = """
id: province/henan/commercial_prices/purchase
kind: component_price
title: {zh: 代理购电价格, en: Agent purchase price}
values:
  "2024-08-01":
    until: "2024-09-01"
    source: {document: 2024年8月代理购电价格公告, clause: 表1, published: "2024-07-29", url: null}
    checked: "2024-07-30"
    prices: {unit: yuan/kWh, two_part: {kv_1_10: "0.40"}}
"""


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "100")
    yield


def own_rules(folder: Path, text: str = AGRICULTURAL) -> Path:
    file = folder / "province" / "henan" / "agricultural.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_rulebook_is_sound_and_says_how_much_of_it_is_unverified(tmp_path: Path) -> None:
    checked = diansuo(tmp_path, "rulebook", "check")
    assert checked.returncode == 0, checked.stderr
    assert "没有错误" in checked.stdout
    report = json.loads(diansuo(tmp_path, "rulebook", "check", "--json").stdout)
    assert report["ok"] and report["count"] == len(report["rules"])
    steps = next(rule for rule in report["rules"] if rule["rule_id"] == "province/henan/residential_steps")
    assert steps["dates"] == ["2012-07-01"] and steps["absent"] == 1
    assert f"{report['absent']} 项未知" in checked.stdout


def test_a_whole_rulebook_is_checked_by_itself(tmp_path: Path) -> None:
    checked = diansuo(tmp_path, "rulebook", "check", str(SHIPPED), "--json")
    assert checked.returncode == 0, checked.stderr
    shipped = json.loads(diansuo(tmp_path, "rulebook", "check", "--json").stdout)
    assert json.loads(checked.stdout)["hash"] == shipped["hash"]


def test_a_folder_without_units_is_laid_onto_the_shipped_rulebook(tmp_path: Path) -> None:
    folder = own_rules(tmp_path / "own")
    report = json.loads(diansuo(tmp_path, "rulebook", "check", str(folder), "--json").stdout)
    own = next(rule for rule in report["rules"] if rule["rule_id"] == "province/henan/agricultural")
    assert own["dates"] == ["2012-07-01", "2024-01-01"]


def test_every_problem_is_named_with_file_place_and_remedy(tmp_path: Path) -> None:
    folder = own_rules(tmp_path / "own", AGRICULTURAL.replace('"0.4"', "0.4"))
    for name in ("day_with_a_gap", "not_yaml", "missing_source"):
        (folder / f"{name}.yaml").write_bytes((BAD / f"{name}.yaml").read_bytes())
    (folder / "latin.yaml").write_bytes("id: latin # é".encode("latin-1"))
    (folder / "coverage.yaml").write_text(
        "id: coverage\nkind: coverage\ndefault_place: province/henan\nplaces: {}\n", encoding="utf-8"
    )

    refused = diansuo(tmp_path, "rulebook", "check", str(folder))

    assert refused.returncode == 1
    assert "错误：5 处不对" in refused.stderr
    for place in (
        f"{folder}/province/henan/agricultural.yaml: line 9: bare number 0.4",
        f"{folder}/day_with_a_gap.yaml: values.2012-07-01.days.1: 18:30-19:00 belongs to no period",
        f"{folder}/not_yaml.yaml: line 3: not YAML",
        f"{folder}/missing_source.yaml: values.2012-07-01: 'source' is missing",
        f"{folder}/latin.yaml: is not UTF-8",
        '→ quote it: "0.4"',
    ):
        assert place in refused.stderr
    listed = json.loads(diansuo(tmp_path, "rulebook", "check", str(folder), "--json").stdout)
    assert not listed["ok"] and len(listed["problems"]) == 5


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused = diansuo(tmp_path, "rulebook", "check", str(tmp_path / "nowhere"), english=True)
    assert refused.returncode == 1
    assert f"no rule files: {tmp_path / 'nowhere'}" in refused.stderr


def test_a_price_sheet_may_be_called_anything_and_brings_only_what_it_owns(tmp_path: Path) -> None:
    good, wrong = tmp_path / "代理购电_202408.yaml", tmp_path / "wrong.yaml"
    good.write_text(SHEET, encoding="utf-8")
    report = json.loads(diansuo(tmp_path, "rulebook", "check", "--sheet", str(good), "--json").stdout)
    assert "province/henan/commercial_prices/purchase" in {rule["rule_id"] for rule in report["rules"]}

    wrong.write_text(SHEET.replace("prices/purchase", "prices/transmission"), encoding="utf-8")
    refused = diansuo(tmp_path, "rulebook", "check", "--sheet", str(good), "--sheet", str(wrong))
    assert refused.returncode == 1
    assert f"{wrong}: values.2024-08-01: transmission belongs to the rulebook" in refused.stderr


def test_show_prints_what_holds_on_the_day_and_from_where(tmp_path: Path) -> None:
    before = diansuo(tmp_path, "rulebook", "show", "--on", "2024-05-31", "--rule", "commercial_time_of_use")
    after = diansuo(tmp_path, "rulebook", "show", "--on", "2024-06-01", "--rule", "commercial_time_of_use")
    assert "豫发改价管〔2022〕867号" in before.stdout and "峰 1.64" in before.stdout
    assert "尖 时刻不详" in before.stdout
    assert "豫发改价管〔2024〕283号" in after.stdout
    assert "尖 2.064  峰 1.72  平 1  谷 0.45 ※" in after.stdout
    assert "尖 17:00–19:00" in after.stdout
    assert "※ 比例" not in after.stdout and "来源冲突" in after.stdout


def test_show_marks_what_is_not_known_and_lists_what_does_not_hold_yet(tmp_path: Path) -> None:
    shown = diansuo(tmp_path, "rulebook", "show", "--on", "2024-06-01", english=True)
    assert shown.returncode == 0, shown.stderr
    assert "NOT KNOWN" in shown.stdout
    assert "province/henan/commercial_prices/surcharge (2026-01-01)" in shown.stdout
    assert "Policy changes around 2024-06-01" in shown.stdout
    assert "国家发展改革委令第14号《供" in shown.stdout
    assert max(cell_len(line) for line in shown.stdout.splitlines()) <= 100


def test_show_takes_the_own_rules_of_the_home(tmp_path: Path) -> None:
    own_rules(tmp_path / "rulebook")
    own = diansuo(tmp_path, "rulebook", "show", "--on", "2024-06-01", "--rule", "agricultural")
    assert "豫发改价管〔2023〕999号" in own.stdout and "0.4 元/千瓦时" in own.stdout
    elsewhere = diansuo(
        tmp_path / "other", "rulebook", "show", "--on", "2024-06-01", "--rule", "agricultural"
    )
    assert "未知" in elsewhere.stdout
    assert not (tmp_path / "other").exists(), "looking something up makes no home"


def test_show_says_which_file_filled_what_the_shipped_rule_left_open(tmp_path: Path) -> None:
    own_rules(tmp_path / "own", AGRICULTURAL.replace("2024-01-01", "2012-07-01"))
    command = (
        "rulebook",
        "show",
        "--on",
        "2024-06-01",
        "--id",
        "agricultural",
        "--rules",
        str(tmp_path / "own"),
    )
    shown = diansuo(tmp_path, *command, english=True).stdout
    assert "; shipped" in shown and "filled below 1 kV: by" in shown
    assert "0.4 yuan/kWh  filled by own file" in shown
    assert "no published value was found" in shown, "the other classes are still not known"
    (rule,) = json.loads(diansuo(tmp_path, *command, "--json").stdout)["rules"]
    assert (rule["layer"], rule["fills"][0]["fields"]) == ("shipped", ["prices.below_1kv"])
    assert rule["unverified"]["prices.kv_1_10"]["en"] == "no published value was found"


def test_show_as_json_holds_the_values_with_their_hash(tmp_path: Path) -> None:
    shown = json.loads(
        diansuo(tmp_path, "rulebook", "show", "--on", "2024-06-01", "--rule", "national", "--json").stdout
    )
    charge = next(rule for rule in shown["rules"] if rule["rule_id"] == "national/capacity_charge")
    assert charge["values"]["parameters"]["day_base"] == {"value": "calendar_days", "unit": "choice"}
    assert charge["slice_hash"] and charge["source"]["document"].startswith("国家发展改革委令第14号")
    assert [change["effective"] for change in shown["changes"]["after"]][:1] == ["2025-06-01"]


def test_a_rule_that_is_not_there_and_a_day_that_is_none_are_refused(tmp_path: Path) -> None:
    assert diansuo(tmp_path, "rulebook", "show", "--rule", "mars").returncode == 1
    assert diansuo(tmp_path, "rulebook", "show", "--on", "2024-02-30").returncode == 2


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("power_factor/adjustment", "0.25      95     85     75"),
        ("transformers", "S13          1000   0.83      -"),
    ],
)
def test_a_long_table_is_written_out_when_it_is_asked_for_alone(tmp_path: Path, rule: str, row: str) -> None:
    shown = diansuo(tmp_path, "rulebook", "show", "--on", "2026-11-25", "--rule", rule)
    assert shown.returncode == 0, shown.stderr
    assert row in shown.stdout


def test_the_calendar_lists_the_changes_in_the_order_of_their_days(tmp_path: Path) -> None:
    changes = json.loads(diansuo(tmp_path, "rulebook", "calendar", "--json").stdout)
    days = [change["effective"] for change in changes]
    assert days == sorted(days) and days[0] == "1983-12"
    printed = diansuo(tmp_path, "rulebook", "calendar").stdout
    assert "发改价格〔2026〕1077号 ※" in printed
    assert max(cell_len(line) for line in printed.splitlines()) <= 100


def test_chinese_is_broken_anywhere_but_before_its_marks_and_words_at_blanks() -> None:
    assert wrap("电价，目录", 4) == "电\n价，\n目录"
    assert wrap("see the rule book", 8) == "see the\nrule\nbook"
    assert wrap("（甲）乙", 6) == "（甲）\n乙"
    assert wrap("abcdefghij", 4) == "abcd\nefgh\nij"
    assert all(cell_len(line) <= 10 for line in wrap("按 1077 号文，260 kWh/kVA 起九折。", 10).split("\n"))
