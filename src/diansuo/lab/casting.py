"""Who gets which mistake: every customer at most one, chosen by seed among those whom the kind may befall."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import numpy as np

from diansuo.lab import making_lists
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import AFTER, REVERSE, TRIED, Row, Sample

HOUSEHOLD, TIME_OF_USE = "居民生活用电", "居民生活（峰谷）"
SHOP, FACTORY = "工商业（单一制）", "工商业（两部制）"
LEAST_KWH: Final = 25
AREA_MOVE_AT_MOST: Final = 10


class NobodyLeft(ValueError):
    """The station has no customer left for a mistake; it must be larger."""


def cast(papers: Sample, cases: list[Case]) -> list[Case]:
    """Give every case of a customer's mistake its customers; cases of the whole station stay without.

    Raises:
        NobodyLeft: the station is too small for so many mistakes.
    """
    taken: set[str] = set()
    roofs = {
        number
        for number, rows in papers.lists[TRIED].items()
        if any(row["示数类型"] == REVERSE for row in rows)
    }
    groups = {who: _members(papers, rule, roofs, who == "roof") for who, rule in WHO.items()}
    for case in sorted(cases, key=lambda each: len(groups.get(each.kind.who, groups["household"]))):
        if case.kind.door == "sheet":
            continue
        random = np.random.default_rng([case.seed, _number(case)])
        group = groups[_group(case)]
        free = [number for number in group if number not in taken]
        fits = FITS.get(case.kind.how)
        able = [number for number in free if fits is None or fits(papers, _at(case, number))]
        if not able:
            raise NobodyLeft(f"{case.kind.name} {case.size}: {len(group)} in {_group(case)}, none left")
        case.customer = able[int(random.integers(len(able)))]
        free.remove(case.customer)
        case.others = _others(papers, case, free, random)
        taken.update(case.customers)
    return cases


def _others(papers: Sample, case: Case, free: list[str], random: np.random.Generator) -> list[str]:
    """Return the further customers a mistake needs; the last of an area's move only shows where to."""
    how = case.kind.how
    if how == "cross":
        return [making_lists.pair(papers, case, free, random)]
    if how == "drop_sub":
        mine = papers.archive[case.customer]["台区编号"]
        houses = [number for number in papers.archive if _is(papers.archive[number], HOUSEHOLD)]
        return [next(number for number in houses if papers.archive[number]["台区编号"] == mine)]
    if how == "area":
        home = papers.archive[case.customer]["台区编号"]
        near = [number for number in free if papers.archive[number]["台区编号"] == home]
        away = [number for number in free if papers.archive[number]["台区编号"] != home]
        return [*near[: case.given["customers"] - 1], away[int(random.integers(len(away)))]]
    return []


def _group(case: Case) -> str:
    """Return from which group a case's customer comes; two kinds take one by size."""
    if case.kind.who == "household_or_shop":
        return "shop" if case.size.startswith("shop") else "household"
    if case.kind.how == "time_of_use" and case.size == "taken_off":
        return "household_tou"
    return case.kind.who


def _at(case: Case, customer: str) -> Case:
    return Case(case.kind, case.size, case.seed, customer)


def _number(case: Case) -> int:
    return int.from_bytes(f"{case.kind.name}/{case.size}".encode(), "little") % 2**31


def _is(row: Row, word: str) -> bool:
    return bool(row["用电类别"] == word)


def _members(papers: Sample, rule: Callable[[Row], bool], roofs: set[str], on_roofs: bool) -> list[str]:
    """Return the customers of a group who are read and use something; who feeds energy back is a group alone."""
    return [
        number
        for number, row in papers.archive.items()
        if rule(row)
        and (number in roofs) == on_roofs
        and number in papers.lists[AFTER]
        and papers.used(number) >= LEAST_KWH / Decimal(row["综合倍率"])
    ]


def _household(row: Row) -> bool:
    return _is(row, HOUSEHOLD)


WHO: Final[dict[str, Callable[[Row], bool]]] = {
    "household": _household,
    "household_in_steps": _household,
    "household_tou": lambda row: _is(row, TIME_OF_USE),
    "roof": lambda row: _is(row, HOUSEHOLD) or _is(row, TIME_OF_USE),
    "shop": lambda row: _is(row, SHOP) and row["综合倍率"] == "1",
    "multiplied": lambda row: _is(row, SHOP) and row["综合倍率"] != "1",
    "main_meter": lambda row: _is(row, SHOP) and row["综合倍率"] == "1",
    "factory": lambda row: _is(row, FACTORY),
    "by_capacity": lambda row: _is(row, FACTORY) and row["基本电费计费方式"] == "按容量",
    "by_contract_demand": lambda row: _is(row, FACTORY) and row["基本电费计费方式"] == "按合同最大需量",
    "by_demand": lambda row: _is(row, FACTORY) and row["基本电费计费方式"] == "按实际最大需量",
}
FITS: Final[dict[str, Callable[[Sample, Case], Any]]] = {
    "transpose": making_lists.can_transpose,
    "digit": making_lists.can_digit,
    "stale": making_lists.within,
    "swap_parts": making_lists.within,
}
