"""What the sample is besides physics: every fault with its truth, seasons, lists that agree, the same bytes again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from diansuo.sandbox.lists import area_number
from diansuo.sandbox.network import POWER_FACTOR
from diansuo.sandbox.station import Rates
from diansuo.sandbox.transformers import transformer
from tests.sandbox import books

KINDS = {
    "窃电", "倍率错误", "户变关系错误", "电价类别错误", "抄错示数", "漏抄", "采集失败", "电能表停走", "电能表翻转",
    "换表", "时钟偏差", "失压", "接线反", "无表用电",
}  # fmt: skip


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> books.Books:
    """A station large enough to have every kind of fault."""
    return books.write(tmp_path_factory.mktemp("sample"), customers=600, months=4, last_month=202403)


def test_every_kind_of_fault_is_there_with_whom_when_and_how_much(sample: books.Books) -> None:
    truth = sample.truth()

    assert set(truth["种类"]) >= KINDS
    assert (truth["起"] < truth["止"]).all()
    assert truth.filter((pl.col("用户编号") == "") & (pl.col("台区编号") == "")).is_empty()
    assert set(truth.filter(pl.col("种类") == "窃电")["手法"]) >= {"绕越", "挂钩"}
    assert (truth.filter(pl.col("种类").is_in(["窃电", "电能表停走", "无表用电"]))["daily"] > 0).all()


def test_a_rate_of_nought_takes_a_kind_of_fault_out(tmp_path: Path) -> None:
    without = books.write(tmp_path, customers=600, rates=Rates(rollover=0, exchange=0))

    assert not {"电能表翻转", "换表"} & set(without.truth()["种类"])


def test_the_same_seed_gives_the_same_bytes_of_every_file_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        books.write(tmp_path / name, customers=500, seed=seed, mode="beside")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())

    assert {".xlsx", ".csv", ".parquet"} == {Path(name).suffix for name in files}
    different = [
        name for name in files if (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()
    ]
    assert not different
    assert (tmp_path / "a" / "truth.csv").read_bytes() != (tmp_path / "c" / "truth.csv").read_bytes()


def test_beside_another_system_there_are_bills_and_arrears_and_alone_there_are_none(tmp_path: Path) -> None:
    day = date(2024, 2, 20)
    beside = books.write(tmp_path / "beside", months=3, last_day=day, mode="beside").files
    alone = books.write(tmp_path / "alone", months=3, last_day=day).files

    assert (alone.issued, alone.arrears) == ({}, None)
    assert list(beside.issued) == [202401, 202402]
    assert beside.arrears is not None
    owed, bills = books.table(beside.arrears), books.table(beside.issued[202402])
    assert len(bills) > 350
    assert 0 < len(owed) < len(bills) / 2
    for files in (alone, beside):
        silent = books.table(files.failures)
        assert set(silent["失败日期"]) == {"2024-02-20"}
        assert set(silent["电能表编号"]).isdisjoint(
            pl.read_parquet(files.freezes[202402]).filter(pl.col("日期") == "2024-02-20")["表资产号"]
        )


def test_routes_that_come_late_stand_in_a_list_of_their_own_and_nothing_is_lost(tmp_path: Path) -> None:
    whole = books.write(tmp_path / "whole", months=3).files
    parted = books.write(tmp_path / "parted", months=3, rates=Rates(late=0.3)).files

    assert whole.late == {}
    assert parted.late
    for month, file in parted.late.items():
        late, rest = books.table(file), books.table(parted.readings[month])
        assert set(late["抄表段编号"]).isdisjoint(rest["抄表段编号"])
        key = ["电能表编号", "示数类型", "本次示数"]
        every = pl.concat([late.select(key), rest.select(key)]).sort(key)
        assert every.equals(books.table(whole.readings[month]).select(key).sort(key))


def test_every_meter_that_answers_has_a_clock_and_those_that_drift_are_the_listed_ones(
    tmp_path: Path,
) -> None:
    made = books.write(tmp_path, months=3, customers=600, last_day=date(2024, 2, 20))
    clocks = books.table(made.files.clocks)
    silent = set(books.table(made.files.failures)["电能表编号"])
    off = clocks.filter(pl.col("时钟偏差(分钟)").cast(pl.Float64).abs() > 5)
    truth = made.truth()

    assert silent
    assert silent.isdisjoint(clocks["表资产号"])
    assert len(clocks) + len(silent) == made.files.points
    assert set(off["用户编号"]) == set(truth.filter(pl.col("种类") == "时钟偏差")["用户编号"]) != set()


def test_july_uses_more_than_april_and_shops_rest_at_the_spring_festival(tmp_path: Path) -> None:
    year = books.write(
        tmp_path, months=14, last_month=202411, customers=130, rates=Rates(collection=0, exchange=0)
    )
    shop = _customer(year, "工商业（单一制）")
    homes = year.registers.filter(
        (pl.col("台区编号") == "5200T00001") & pl.col("用户编号").is_in(_customers(year, "居民生活用电"))
    )

    def used(month: int) -> float:
        ends = homes.filter(pl.col("日期").dt.day() == 1, pl.col("日期").dt.year() == 2024)
        of = (
            ends.filter(pl.col("日期").dt.month().is_in([month, month + 1]))
            .group_by("用户编号")
            .agg(pl.col("PAP_R").sort_by("日期").diff().last())
        )
        return float(of["PAP_R"].sum())

    assert used(7) > 1.5 * used(4)
    days = year.daily(shop)
    festival = days.filter(pl.col("日期").is_between(pl.date(2024, 2, 8), pl.date(2024, 2, 15)))["kwh"].mean()
    before = days.filter(pl.col("日期").is_between(pl.date(2024, 1, 15), pl.date(2024, 1, 26)))["kwh"].mean()
    assert festival < 0.8 * before


def _archive(of: books.Books) -> list[dict[str, str]]:
    return list(books.table(of.files.archive).iter_rows(named=True))


def _customers(of: books.Books, price_class: str) -> list[str]:
    return [row["用户编号"] for row in _archive(of) if row["用电类别"] == price_class]


def _customer(of: books.Books, price_class: str) -> str:
    return _customers(of, price_class)[0]


def test_a_reading_is_the_freeze_of_its_day_unless_it_was_misread_or_missed(sample: books.Books) -> None:
    rows = books.table(sample.files.readings[202403]).filter(pl.col("示数类型") == "正向有功（总）")
    rows = rows.filter(pl.col("抄表性质").fill_null("") == "")
    first = pl.date(2024, 3, 1)
    frozen = sample.registers.filter(pl.col("日期") == first).select("用户编号", "PAP_R")
    wrong = set(sample.truth("抄错示数").filter(pl.col("起") == first)["用户编号"])
    missed = set(sample.truth("漏抄").filter(pl.col("起") == first)["用户编号"])

    unread = pl.col("本次示数").fill_null("") == ""
    assert set(rows.filter(unread)["用户编号"]) == missed
    both = rows.filter(~unread).join(frozen, on="用户编号")
    differing = both.filter((pl.col("本次示数").cast(pl.Float64) - pl.col("PAP_R")).abs() > 0.001)
    assert set(differing["用户编号"]) == wrong & set(both["用户编号"])
    assert wrong


def test_an_exchanged_meter_ends_in_the_readings_where_it_ends_in_the_freeze(sample: books.Books) -> None:
    (exchange,) = sample.truth("换表").rows(named=True)
    number, day = exchange["用户编号"], exchange["起"]
    meters = sample.registers.filter(pl.col("用户编号") == number)
    old, new = meters.filter(pl.col("日期") < day), meters.filter(pl.col("日期") >= day)
    month = next(at for at in sample.files.readings if at > day.year * 100 + day.month)
    rows = books.table(sample.files.readings[month]).filter(
        (pl.col("用户编号") == number) & (pl.col("示数类型") == "正向有功（总）")
    )

    assert old["表资产号"].unique().to_list() != new["表资产号"].unique().to_list()
    assert new["PAP_R"][0] == 0
    assert rows["抄表性质"].fill_null("").to_list() == ["拆表止度", "装表起度", ""]
    final = float(rows["本次示数"][0])
    assert old["PAP_R"][-1] <= final < old["PAP_R"][-1] + 50
    assert rows["电能表编号"].to_list() == [old["表资产号"][0], new["表资产号"][0], new["表资产号"][0]]
    assert sample.files.exchanges is not None
    assert new["表资产号"][0] in books.table(sample.files.exchanges)["电能表编号"].to_list()


def test_a_register_that_rolls_over_starts_again_at_nought(sample: books.Books) -> None:
    (rollover,) = sample.truth("电能表翻转").rows(named=True)
    register = sample.registers.filter(pl.col("用户编号") == rollover["用户编号"]).sort("日期")["PAP_R"]

    assert (register.diff().drop_nulls() < 0).sum() == 1
    assert register.max() < 1_000_000
    assert rollover["daily"] == 0


def test_a_curve_of_a_day_holds_the_energy_between_its_two_freezes(sample: books.Books) -> None:
    curve = _curves(sample).filter(pl.col("日期") == "2024-02-20")
    by_meter = curve.group_by("表资产号").agg(
        (pl.col("有功功率").sum() / 4).alias("curve"), pl.col("点号").n_unique().alias("points")
    )
    clocks = set(sample.truth("时钟偏差")["用户编号"])
    grown = (
        sample.registers.filter(~pl.col("用户编号").is_in(clocks))
        .sort("表资产号", "日期")
        .with_columns(
            (pl.col(register).shift(-1) - pl.col(register)).over("表资产号")
            for register in ("PAP_R", "RAP_R")
        )
        .filter(pl.col("日期") == pl.date(2024, 2, 20))
    )
    both = by_meter.join(grown, on="表资产号").with_columns(
        pl.col("PAP_R").alias("energy") - pl.col("RAP_R").fill_null(0)
    )

    assert len(both) > 150
    assert (by_meter["points"] == 96).all()
    assert (both["用户编号"] == "").sum() == curve.filter(pl.col("用户编号") == "")["表资产号"].n_unique()
    assert (both["用户编号"] == "").sum() > 3  # of the other areas the masters alone
    apart = both.filter((pl.col("curve") - pl.col("energy")).abs() > 0.03)
    assert apart.is_empty(), apart


def _curves(of: books.Books) -> pl.DataFrame:
    frame = pl.concat([pl.read_parquet(path) for path in of.files.curves.values()])
    return frame.with_columns(pl.col("有功功率", "电压A", "电压B", "电压C").cast(pl.Float64))


def test_in_every_quarter_the_master_sees_its_meters_and_what_their_lines_lose(sample: books.Books) -> None:
    curve = _curves(sample).filter(pl.col("台区编号") == area_number(1))
    multiplier = sample.registers.select("表资产号", "倍率").unique()
    powers = curve.join(multiplier, on="表资产号").with_columns(pl.col("有功功率") * pl.col("倍率"))
    master = pl.col("用户编号") == ""
    quarters = powers.group_by("日期", "点号").agg(
        pl.col("有功功率").filter(master).sum().alias("master"),
        pl.col("有功功率").filter(~master).sum().alias("meters"),
    )
    lost = quarters.group_by("日期").agg((pl.col("master") - pl.col("meters")).sum().alias("kwh") / 4)
    told = pl.read_csv(sample.files.technical, infer_schema=False).filter(
        pl.col("台区编号") == area_number(1)
    )
    both = lost.join(told, on="日期").select("kwh", pl.col("线损kWh").cast(pl.Float64))

    assert len(both) == curve["日期"].n_unique() == 31
    assert (
        both["kwh"] - both["线损kWh"]
    ).abs().max() < 0.15  # four decimals of a kW before 120 at the master
    assert ((quarters["master"] - quarters["meters"]) > 0).all()


def test_voltages_fall_along_the_lines_and_stay_believable(sample: books.Books) -> None:
    curve = _curves(sample)
    masters, customers = curve.filter(pl.col("用户编号") == ""), curve.filter(pl.col("用户编号") != "")
    volts = pl.concat([curve[f"电压{letter}"].drop_nulls() for letter in "ABC"])

    low_tap = customers.filter(pl.col("台区编号") == area_number(1))["电压A"]
    proper = customers.filter(pl.col("台区编号") != area_number(1))["电压A"]
    assert (proper.filter(proper > 0) > 198).mean() > 0.99
    assert (low_tap < 198).mean() > 0.01
    assert volts.max() < 250
    both = pl.col("台区编号").is_in(customers["台区编号"].unique().implode())
    assert customers["电压A"].mean() < masters.filter(both)["电压A"].mean()
    assert masters.select("电压A", "电压B", "电压C").null_count().sum_horizontal().item() == 0


def test_the_low_voltage_lines_are_trees_that_end_at_every_customer(sample: books.Books) -> None:
    lines = pl.read_csv(sample.files.lines, infer_schema=False)
    known = set(lines["线段编号"])
    public = {number for number in _all_customers(sample) if number.startswith("5200")}

    assert set(lines["下接用户编号"].drop_nulls()) - {""} == public
    assert set(lines["上级线段"].drop_nulls()) - {""} <= known
    assert (lines["长度(m)"].cast(pl.Float64) > 0).all()


def _all_customers(of: books.Books) -> set[str]:
    return {row["用户编号"] for row in _archive(of) if row["用户编号"]}


def test_an_office_that_bills_has_sound_customers_of_rarer_kinds_and_their_market_prices(
    tmp_path: Path,
) -> None:
    made = books.write(tmp_path, months=2, customers=500)
    assert made.files.special is not None
    rows = books.table(made.files.special)
    shop, master, share, roof, factory = rows.iter_rows(named=True)

    assert shop["购电方式"] == "直接参与市场"
    assert roof["光伏上网方式"] == "余电上网"
    assert factory["计量方式"] == "高供低计"
    assert (share["上级计量点编号"], share["定量定比"]) == (master["计量点编号"], "定比")
    faulty = set(books.table(made.files.truth).filter(pl.col("种类") != "漏抄")["用户编号"])
    assert {row["用户编号"] for row in (shop, master, roof, factory)}.isdisjoint(faulty)
    assert list(made.files.market)[-2:] == list(made.files.readings)
    for file in made.files.market.values():
        assert books.table(file)["用户编号"].cast(pl.String).to_list() == [str(shop["用户编号"])]


def test_beside_another_system_nobody_is_of_a_rarer_kind(tmp_path: Path) -> None:
    files = books.write(tmp_path, months=2, mode="beside").files

    assert (files.special, files.market) == (None, {})
    assert not list(tmp_path.glob("市场电价_*"))


def test_the_masters_curves_show_a_transformer_that_is_too_small_and_what_its_phases_carry(
    sample: books.Books,
) -> None:
    curve = pl.concat([pl.read_parquet(path) for path in sample.files.curves.values()])
    masters = curve.filter((pl.col("用户编号") == "") & (pl.col("台区编号") == area_number(9)))
    values = masters.select(pl.col("有功功率", "^电压.$", "^电流.$").cast(pl.Float64))
    apparent = sum(values[f"电压{phase}"] * values[f"电流{phase}"] for phase in "ABC") / 1000

    assert transformer(9).kva == 30
    assert (apparent * transformer(9).master_multiplier > 30).mean() > 0.05
    factor = values["有功功率"].abs() / apparent
    # The lines' reactance beside their resistance, as steep as 1.07 and 0.47, moves it a little either way.
    assert POWER_FACTOR - 0.02 < factor.min() < factor.max() < POWER_FACTOR + 0.005
    assert curve.filter(pl.col("用户编号") != "")["电流A"].null_count() == len(
        curve.filter(pl.col("用户编号") != "")
    )
