"""Reads a sample's files the way an analyst would, knowing nothing of how they were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from diansuo.sandbox import station

WH = pl.Float64


@dataclass(frozen=True)
class Books:
    """A sample's files and its registers: one row a meter and day, kWh after the multiplier of the archive."""

    files: station.Files
    registers: pl.DataFrame

    def used(self, column: str = "PAP_R") -> pl.DataFrame:
        """Return kWh by meter between the first and the last register (``kwh``), with area and customer."""
        ordered = self.registers.filter(pl.col(column).is_not_null()).sort("表资产号", "日期")
        first, last = pl.col(column).first(), pl.col(column).last()
        grown = pl.when(last < first).then(last - first + 1_000_000).otherwise(last - first)
        return ordered.group_by("表资产号", "用户编号", "台区编号").agg(
            (grown * pl.col("倍率").first()).alias("kwh"), pl.col("倍率").first()
        )

    def daily(self, customer: str, column: str = "PAP_R") -> pl.DataFrame:
        """Return a customer's kWh by day."""
        rows = self.registers.filter(pl.col("用户编号") == customer).sort("日期")
        return rows.with_columns(
            ((pl.col(column).shift(-1) - pl.col(column)) * pl.col("倍率")).alias("kwh")
        ).drop_nulls("kwh")

    def truth(self, kind: str = "") -> pl.DataFrame:
        """Return the faults, of one kind if asked, with ``kwh`` over their days of use."""
        rows = pl.read_csv(self.files.truth, infer_schema=False).with_columns(
            pl.col("起", "止").str.to_date(), pl.col("每日电量(kWh)").cast(WH).alias("daily")
        )
        last = self.registers["日期"].max()
        days = (pl.min_horizontal(pl.col("止"), pl.lit(last)) - pl.col("起")).dt.total_days()
        rows = rows.with_columns((pl.col("daily") * pl.max_horizontal(days, 1)).alias("kwh"))
        return rows.filter(pl.col("种类") == kind) if kind else rows


def write(folder: Path, **options: object) -> Books:
    """Write a sample and open its books."""
    chosen = {"customers": 400, "months": 2, "last_month": 202402, "seed": 5} | options
    files = station.write(folder, **chosen)  # type: ignore[arg-type]
    numbers = ("PAP_R", "RAP_R", "PAP_A", "PAP_B", "PAP_C")
    frame = pl.concat([pl.read_parquet(path) for path in files.freezes.values()])
    return Books(
        files,
        frame.with_columns(
            pl.col("日期").str.to_date(),
            pl.col("倍率").cast(WH),
            *(pl.col(name).cast(WH) for name in numbers),
        ),
    )


def table(path: Path) -> pl.DataFrame:
    """Return a list of the sample as text, from xlsx (headings in the second row) or csv."""
    if path.suffix == ".xlsx":
        _title, names, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        texts = [[str(cell) for cell in row] for row in rows]
        return pl.DataFrame(texts, schema=dict.fromkeys(map(str, names), pl.String), orient="row")
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "gb18030"
    return pl.read_csv(raw.decode(encoding).encode(), infer_schema=False)


def balance(books: Books) -> pl.DataFrame:
    """Return by area of the archive: supply less sold (``lost``), supply, and how far rounding may go (``slack``)."""
    forward, back = books.used(), books.used("RAP_R")
    masters, customers = pl.col("用户编号") == "", pl.col("用户编号") != ""

    def summed(frame: pl.DataFrame, who: pl.Expr, name: str) -> pl.DataFrame:
        kept = frame.filter(who & (pl.col("台区编号") != ""))
        return kept.group_by("台区编号").agg(pl.col("kwh").sum().alias(name))

    slack = forward.group_by("台区编号").agg((pl.col("倍率").sum() * 0.02 + 0.05).alias("slack"))
    made = summed(forward, masters, "inlet")
    for frame, who, name in (
        (back, customers, "fed"),
        (forward, customers, "used"),
        (back, masters, "returned"),
    ):
        made = made.join(summed(frame, who, name), on="台区编号", how="left")
    made = made.join(slack, on="台区编号").fill_null(0)
    supply = pl.col("inlet") + pl.col("fed")
    return made.with_columns(
        supply.alias("supply"), (supply - pl.col("used") - pl.col("returned")).alias("lost")
    ).sort("台区编号")


def technical(books: Books) -> pl.DataFrame:
    """Return the lines' and meters' loss by area over all days, kWh."""
    rows = pl.read_csv(books.files.technical, infer_schema=False)
    return rows.group_by("台区编号").agg(pl.col("线损kWh").cast(WH).sum().alias("technical"))


def day_rates(books: Books, day: date) -> dict[str, float]:
    """Return the loss of one day against its supply, by area whose master was read at both ends of it."""
    ends = books.registers.filter(
        pl.col("日期").is_between(day, day + timedelta(days=1)) & (pl.col("台区编号") != "")
    )
    grown = (
        ends.sort("日期")
        .group_by("表资产号", "用户编号", "台区编号", "倍率")
        .agg(
            ((pl.col(name).last() - pl.col(name).first()) % 1_000_000).alias(name)
            for name in ("PAP_R", "RAP_R")
        )
        .with_columns(pl.col("PAP_R", "RAP_R").fill_null(0) * pl.col("倍率"))
    )
    master = pl.col("用户编号") == ""
    read = ends.filter(master).group_by("台区编号").len().filter(pl.col("len") == 2)["台区编号"]
    sides = (
        grown.filter(pl.col("台区编号").is_in(read.to_list()))
        .group_by("台区编号")
        .agg(
            supply=pl.when(master).then("PAP_R").otherwise("RAP_R").sum(),
            sold=pl.when(master).then("RAP_R").otherwise("PAP_R").sum(),
        )
    )
    return dict(sides.select("台区编号", 1 - pl.col("sold") / pl.col("supply")).iter_rows())
