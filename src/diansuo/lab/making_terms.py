"""Mistakes in the archive and in meter exchanges: the rows of an archive list as somebody would have filled it.

``wrong`` makes the mistake; without it the same papers as they should have been, where that is not simply nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from diansuo.core.quantity.month import first_day, next_month
from diansuo.lab.making_lists import say
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import AFTER, TOTAL, TRIED, Row, Sample, kwh
from diansuo.sandbox.lists import AREA_COLUMNS

SINCE = first_day(next_month(TRIED, -1))
EXCHANGE_DAY = 15
# A change is ordered some days before it holds, at the latest on the eve.
ORDER_BEFORE = timedelta(days=5)
METHODS = ("按容量", "按合同最大需量", "按实际最大需量")


def become(papers: Sample, customer: str, day: date, **columns: Any) -> None:
    """Let a customer's row of the archive become another from a day on."""
    papers.extra.setdefault(day, []).append(papers.archive[customer] | columns)


def _times(value: str, percent: int) -> str:
    return f"{Decimal(value) * percent / 100:.0f}"


def multiplier(papers: Sample, case: Case) -> None:
    """Enter another multiplier, as of the first day of the period."""
    become(
        papers,
        case.customer,
        SINCE,
        综合倍率=_times(papers.archive[case.customer]["综合倍率"], case.given["percent"]),
    )


def price_class(papers: Sample, case: Case) -> None:
    """Enter another class, with what the class needs beside it."""
    shop = {
        "是否执行分时": "否",
        "购电方式": "代理购电",
        "功率因数考核标准": "不考核",
        "计量方式": "低供低计",
    }
    commercial = case.given["to"].startswith("工商业")
    beside = shop if commercial else dict.fromkeys(shop, "")
    become(papers, case.customer, SINCE, 用电类别=case.given["to"], **beside)


def time_of_use(papers: Sample, case: Case) -> None:
    """Put a household on time of use, or take it off."""
    become(papers, case.customer, SINCE, 用电类别=case.given["to"])


def capacity(papers: Sample, case: Case) -> None:
    """Enter another contract capacity."""
    become(
        papers,
        case.customer,
        SINCE,
        合同容量=_times(papers.archive[case.customer]["合同容量"], case.given["percent"]),
    )


def contract_demand(papers: Sample, case: Case) -> None:
    """Enter another contract demand."""
    stands = papers.archive[case.customer]["合同最大需量"]
    become(papers, case.customer, SINCE, 合同最大需量=_times(stands, case.given["percent"]))


def capacity_method(papers: Sample, case: Case) -> None:
    """Enter another way of charging capacity."""
    row = papers.archive[case.customer]
    other = METHODS[(METHODS.index(row["基本电费计费方式"]) + 1) % len(METHODS)]
    demand = _times(row["合同容量"], 60) if other == "按合同最大需量" else ""
    become(papers, case.customer, SINCE, 基本电费计费方式=other, 合同最大需量=demand)


def power_factor(papers: Sample, case: Case) -> None:
    """Enter another standard of the power factor."""
    become(papers, case.customer, SINCE, 功率因数考核标准=case.given["to"])


def effective(papers: Sample, case: Case, wrong: bool) -> None:
    """Enter a right change of class from a wrong day; the day of the order is copied from the order itself."""
    said = date.fromisoformat(case.given["day"])
    right = SINCE if said > first_day(TRIED) else first_day(TRIED)
    ordered = (right - ORDER_BEFORE).isoformat()
    become(papers, case.customer, said if wrong else right, 用电类别="居民生活（合表）", 工单日期=ordered)


def opening(papers: Sample, case: Case) -> None:
    """Enter energy of the year that the year did not have."""
    become(papers, case.customer, SINCE, 年初累计电量=str(case.given["kwh"]), 累计年度=str(TRIED // 100))


def household(papers: Sample, case: Case) -> None:
    """Enter what a household is not entitled to."""
    become(papers, case.customer, SINCE, **{case.given["column"]: case.given["to"]})


def area(papers: Sample, case: Case) -> None:
    """Book customers on an area on which they do not hang."""
    head = papers.archive[case.others[-1]]
    for number in case.customers[: case.given["customers"]]:
        become(papers, number, SINCE, **{name: head[name] for name in AREA_COLUMNS})


def no_registers(papers: Sample, case: Case, wrong: bool) -> None:
    """Exchange the meter; the list knows the new meter and nothing of the old one's end."""
    _exchange(papers, case, day=case.given["day"], told=not wrong)


def final(papers: Sample, case: Case, wrong: bool) -> None:
    """Exchange the meter; the last register of the old one is too high."""
    _exchange(papers, case, final=case.given["kwh"] if wrong else 0)


def initial(papers: Sample, case: Case, wrong: bool) -> None:
    """Exchange the meter; the first register of the new one is too high."""
    _exchange(papers, case, initial=case.given["kwh"] if wrong else 0)


def new_multiplier(papers: Sample, case: Case, wrong: bool) -> None:
    """Exchange meter and transformers; the archive keeps the multiplier that was."""
    _exchange(papers, case, multiplier=case.given["to"], told_multiplier=not wrong)


def _exchange(
    papers: Sample,
    case: Case,
    *,
    day: int = EXCHANGE_DAY,
    told: bool = True,
    final: int = 0,
    initial: int = 0,
    multiplier: int = 0,
    told_multiplier: bool = True,
) -> None:
    """Put up a new meter on a day of the period: in archive, lists and freeze."""
    when = SINCE + timedelta(days=day - 1)
    row = papers.archive[case.customer]
    new, old = f"9{row['电能表编号'][1:]}", row["电能表编号"]
    shown, factor = row["综合倍率"], Decimal(1)
    if multiplier:
        factor = Decimal(row["综合倍率"]) / multiplier
        shown = str(multiplier) if told_multiplier else row["综合倍率"]
    frozen = papers.frozen(case.customer, when)
    assert frozen is not None
    ended = Decimal(frozen["PAP_R"])
    become(papers, case.customer, when, 电能表编号=new, 综合倍率=shown)
    for month in (TRIED, AFTER):
        this = next(each for each in papers.lists[month][case.customer] if each["示数类型"] == TOTAL)
        now = (Decimal(this["本次示数"]) - ended) * factor
        this |= {"电能表编号": new, "综合倍率": shown, "上次示数": ""}
        say(this, now)
    if told:
        this = papers.row(case.customer)
        rows = [_joint(this, old, row["综合倍率"], ended + final, when, "拆表止度")]
        rows.append(_joint(this, new, shown, Decimal(initial), when, "装表起度"))
        papers.lists[TRIED][case.customer] = [*rows, *papers.lists[TRIED][case.customer]]
    _frozen_after(papers, case.customer, when, new, ended, factor)


def _joint(row: Row, meter: str, multiplier: str, register: Decimal, day: date, purpose: str) -> Row:
    beside = {"上次示数": "", "抄见电量": "", "抄表日期": day.isoformat(), "抄表性质": purpose}
    return row | {"电能表编号": meter, "综合倍率": multiplier, "本次示数": kwh(register), **beside}


def _frozen_after(
    papers: Sample, customer: str, when: date, meter: str, ended: Decimal, factor: Decimal
) -> None:
    """Let the freeze be that of the new meter from the day after the exchange on."""
    mine = (pl.col("用户编号") == customer) & (pl.col("日期") > when.isoformat())
    frame = papers.freeze.filter(mine)
    registers = [kwh((Decimal(text) - ended) * factor) for text in frame["PAP_R"]]
    changed = frame.with_columns(pl.lit(meter).alias("表资产号"), pl.Series("PAP_R", registers))
    papers.freeze = pl.concat([papers.freeze.filter(~mine), changed])
