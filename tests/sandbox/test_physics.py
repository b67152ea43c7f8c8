"""The sample adds up: supply less sold is what the network loses by physics plus what the written faults take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from diansuo.sandbox.station import Rates
from tests.sandbox import books

NOTHING = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))
FAULTY = replace(
    NOTHING,
    theft=0.03,
    multiplier=0.01,
    area=0.01,
    stopped=0.01,
    lost_phase=0.01,
    reversed_wiring=0.01,
    unmetered=0.3,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> books.Books:
    return books.write(tmp_path_factory.mktemp("sound"), rates=NOTHING)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> books.Books:
    return books.write(tmp_path_factory.mktemp("faulty"), rates=FAULTY)


def test_a_sound_area_loses_what_its_lines_and_meters_lose(sound: books.Books) -> None:
    found = books.balance(sound).join(books.technical(sound), on="台区编号")

    assert len(found) == 7
    apart = found.filter((pl.col("lost") - pl.col("technical")).abs() > pl.col("slack"))
    assert apart.is_empty(), apart
    rates = found["lost"] / found["supply"]
    assert rates.min() > 0.008
    assert rates.max() < 0.05


def test_what_the_faults_take_stands_in_the_truth_to_the_registers_last_digit(faulty: books.Books) -> None:
    truth = faulty.truth()
    assert set(truth["种类"]) == {
        "窃电",
        "倍率错误",
        "户变关系错误",
        "电能表停走",
        "失压",
        "接线反",
        "无表用电",
    }
    taken = truth.group_by("台区编号").agg(pl.col("kwh").sum().alias("taken"))
    archived = _archived_areas(faulty)
    wrong = faulty.truth("户变关系错误").with_columns(
        pl.col("用户编号").replace_strict(archived).alias("booked")
    )
    given = wrong.group_by("booked").agg(pl.col("kwh").sum().alias("given"))
    found = (
        books.balance(faulty)
        .join(books.technical(faulty), on="台区编号")
        .join(taken, on="台区编号", how="left")
        .join(given, left_on="台区编号", right_on="booked", how="left")
        .fill_null(0)
    )

    expected = pl.col("technical") + pl.col("taken") - pl.col("given")
    # A day's kWh in the truth has four decimals: over two months that is another hundredth for each fault.
    apart = found.filter((pl.col("lost") - expected).abs() > pl.col("slack") + 0.02 * len(truth))
    assert apart.is_empty(), apart.with_columns(expected.alias("expected"))
    assert (found["taken"] > 5 * found["slack"]).sum() >= 3


def _archived_areas(of: books.Books) -> dict[str, str]:
    """Return the area each customer hangs on as the freeze's rows (and so the archive) have it."""
    rows = of.registers.filter(pl.col("用户编号") != "").select("用户编号", "台区编号").unique()
    return dict(rows.iter_rows())


def test_a_gate_sees_its_areas_their_transformers_the_line_and_the_factories(sound: books.Books) -> None:
    used = sound.used()
    gate = used.filter(pl.col("台区编号") == "")
    below = used.filter(
        (pl.col("台区编号") != "") & ((pl.col("用户编号") == "") | pl.col("用户编号").str.starts_with("5201"))
    )
    returned = (
        sound.used("RAP_R").filter((pl.col("用户编号") == "") & (pl.col("台区编号") != ""))["kwh"].sum()
    )
    lost = pl.read_csv(sound.files.feeder_technical)

    assert len(gate) == 1
    expected = below["kwh"].sum() - returned + lost["变压器损耗kWh"].sum() + lost["线路损耗kWh"].sum()
    slack = 0.02 * (gate["倍率"].sum() + below["倍率"].sum())
    assert abs(gate["kwh"].sum() - expected) < slack
    assert gate["kwh"].sum() > 100 * slack


def test_a_sunny_area_feeds_back_and_its_balance_still_holds(tmp_path: Path) -> None:
    summer = books.write(tmp_path, months=2, last_month=202406, rates=NOTHING)
    found = books.balance(summer).join(books.technical(summer), on="台区编号")

    sunny = found.filter(pl.col("returned") > 0)
    assert "5200T00005" in set(sunny["台区编号"])
    assert sunny.filter((pl.col("lost") - pl.col("technical")).abs() > pl.col("slack")).is_empty()


def test_the_phases_of_a_master_make_up_its_total(sound: books.Books) -> None:
    masters = sound.registers.filter(pl.col("PAP_A").is_not_null())
    grown = masters.group_by("表资产号", "倍率").agg(
        *(pl.col(name).max() - pl.col(name).min() for name in ("PAP_R", "PAP_A", "PAP_B", "PAP_C")),
        pl.col("RAP_R").max(),
    )

    plain = grown.filter(pl.col("RAP_R") == 0)  # phases that feed one another count more than their sum
    assert len(plain) >= 3
    apart = (plain["PAP_A"] + plain["PAP_B"] + plain["PAP_C"] - plain["PAP_R"]).abs()
    assert apart.max() <= 0.05


def test_the_last_day_shows_a_high_a_negative_a_sudden_and_an_unknown_loss(tmp_path: Path) -> None:
    few = books.write(tmp_path, customers=600, last_day=date(2024, 2, 20), curve_areas=0, rates=NOTHING)
    days = {day: books.day_rates(few, day) for day in (date(2024, 2, 12), date(2024, 2, 19))}
    before, last = days.values()

    told = {f"5200T{number:05d}" for number in (2, 3, 4, 7)}
    assert all(0.008 < rate < 0.05 for area, rate in last.items() if area not in told)
    assert last["5200T00002"] < -0.02
    assert last["5200T00003"] > 0.07
    assert last["5200T00004"] > 0.07
    assert "5200T00006" in before
    assert "5200T00006" not in last
    assert last["5200T00007"] > before["5200T00007"] + 0.05
