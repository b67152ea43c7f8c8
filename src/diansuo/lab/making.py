"""Makes the mistakes of a month in the station's papers, or the same papers as they should have been."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import polars as pl

from diansuo.lab import making_lists, making_terms
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import POINT_COLUMNS, TOTAL, Sample, kwh

LISTS: Final[dict[str, Callable[[Sample, Case], None]]] = {
    name: getattr(making_lists, name)
    for name in (
        "transpose", "shift", "digit", "add", "less", "rollover", "cross", "stale", "invent", "later", "period",
        "swap_parts", "part", "drop_parts", "multiplied", "demand", "reactive", "repeat", "again", "meter",
        "reverse", "drop_sub",
    )
}  # fmt: skip
TERMS: Final[dict[str, Callable[[Sample, Case], None]]] = {
    "multiplier": making_terms.multiplier,
    "class": making_terms.price_class,
    "time_of_use": making_terms.time_of_use,
    "capacity": making_terms.capacity,
    "contract_demand": making_terms.contract_demand,
    "capacity_method": making_terms.capacity_method,
    "power_factor": making_terms.power_factor,
    "opening": making_terms.opening,
    "household": making_terms.household,
    "area": making_terms.area,
}
BOTH_WAYS: Final[dict[str, Callable[[Sample, Case, bool], None]]] = {
    "effective": making_terms.effective,
    "no_registers": making_terms.no_registers,
    "final": making_terms.final,
    "initial": making_terms.initial,
}


def prepare(papers: Sample, cases: list[Case]) -> None:
    """Change the station's past where a mistake needs one: a register near its end, a meter behind another."""
    for case in cases:
        if case.kind.how == "rollover":
            _raise(papers, case)
        elif case.kind.how == "drop_sub":
            main = papers.archive[case.customer]
            papers.archive[case.others[0]] |= {"上级计量点编号": main["计量点编号"], "主分表关系": "分表"}
    # A list of the archive has the columns of all its rows.
    for row in papers.archive.values():
        for name in POINT_COLUMNS:
            row.setdefault(name, "")


def _raise(papers: Sample, case: Case) -> None:
    by = making_lists.raised(papers, case)
    for rows in papers.lists.values():
        for row in rows[case.customer]:
            if row["示数类型"] == TOTAL:
                for name in ("上次示数", "本次示数"):
                    row[name] = kwh(_rolled(Decimal(row[name]) + by)) if row[name] else ""
    mine = pl.col("用户编号") == case.customer
    frame = papers.freeze.filter(mine)
    moved = [kwh(_rolled(Decimal(text) + by)) for text in frame["PAP_R"]]
    papers.freeze = pl.concat([papers.freeze.filter(~mine), frame.with_columns(pl.Series("PAP_R", moved))])


def _rolled(register: Decimal) -> Decimal:
    return register % making_lists.TOP


def make(papers: Sample, cases: list[Case], *, wrong: bool) -> Sample:
    """Return the papers of the month with every mistake in them, or, not ``wrong``, as they should have been."""
    made = papers.copy()
    for case in cases:
        how = case.kind.how
        if case.kind.door == "exchange" and how == "multiplier":
            making_terms.new_multiplier(made, case, wrong)
        elif how in BOTH_WAYS:
            BOTH_WAYS[how](made, case, wrong)
        elif wrong and case.kind.door == "list":
            LISTS[how](made, case)
        elif wrong and case.kind.door == "archive":
            TERMS[how](made, case)
    return made
