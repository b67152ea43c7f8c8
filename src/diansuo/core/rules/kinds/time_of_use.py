"""The periods of a day by month (分时时段) and what they make of the price of the flat period.

Source of the shape: 发改价格〔2021〕1093号; domain.md §3.1, §3.2. Every minute of every day has exactly one period;
hours are half-open, ``["07:00", "16:00"]`` ends as the next stretch begins. Hours differ by month and, where the rule
names types of day, by these too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from diansuo.core.quantity.band import Band
from diansuo.core.quantity.month import MONTHS
from diansuo.core.rules.kinds.day_types import day_types
from diansuo.core.rules.kinds.frame import Body, Units, Values, quantity
from diansuo.core.rules.kinds.hours import HALF_OPEN_REMEDY, Stretch, faults_of_day, stretches, written
from diansuo.core.rules.node import Node, plain

PERIODS: Final = tuple(band.key for band in Band)
MONTH_KEYS: Final = tuple(str(month) for month in range(1, MONTHS + 1))
RATIO_LIMIT: Final = Decimal(100)

Ratios = dict[str, str | None]


def time_of_use_bands(body: Body, units: Units) -> Values:
    """Read ratios, where energy of a period without hours goes, and the hours of the day by month.

    Values: ``ratios`` names all five periods, null for one that is not there or not known; so do the own
    ``ratios`` of a day, which stand in place of the general ones. A day names the periods that exist in its
    months; one whose hours are not known has null there and is left out of the check of the day. ``days`` is
    empty where the rule states no hours: then the meter alone decides, and every period with a ratio exists.
    ``day_types`` is there where the rule has types of day; a day without its own holds for all of them.
    """
    named = _named(body["ratios"])
    types = day_types(body["day_types"]) if "day_types" in body else []
    names = tuple(each["name"] for each in types)
    days = [_day(node, named, names) for node in body["days"].sequence()] if "days" in body else []
    if "days" in body:
        _check_months(body["days"], days, names)
    return {
        "ratios": _ratios(body["ratios"]),
        "without_month": _without_month(body.get("without_month"), named, days),
        "days": days,
        **({"day_types": types} if types else {}),
    }


def _named(ratios: Node) -> Collection[str]:
    """Return the periods that have a ratio, known or not; what is wrong with them :func:`_ratios` says."""
    return ratios.value if isinstance(ratios.value, Mapping) else ()


def _ratios(node: Node) -> Ratios:
    """Read the ratios; from sharp to deep valley none may rise."""
    members = node.fields(("flat",), PERIODS)
    ratios: Ratios = dict.fromkeys(PERIODS)
    known: list[tuple[str, Decimal]] = []
    for name in PERIODS:
        if name not in members or members[name].value is None:
            continue
        ratio = quantity(members[name], above=True, limit=RATIO_LIMIT)
        if ratio is not None:
            ratios[name] = plain(ratio)
            known.append((name, ratio))
    for (dearer, above), (cheaper, below) in zip(known, known[1:], strict=False):
        if below > above:
            node.refuse(f"{cheaper} is dearer than {dearer}", "from sharp to deep valley no ratio may rise")
    return ratios


def _day(node: Node, general: Collection[str], types: Collection[str]) -> Values:
    """Read the day of some months: the hours of each period, together each minute exactly once."""
    members = node.fields(("months",), ("day_types", *PERIODS, "ratios"))
    day: Values = {"months": _chosen(members.get("months"), MONTH_KEYS, "month")}
    if "day_types" in members:
        day["day_types"] = _chosen(members["day_types"], types, "type of day")
    named = _named(members["ratios"]) if "ratios" in members else general
    owned: list[tuple[Stretch, str]] = []
    for name in PERIODS:
        if name not in members:
            continue
        if name not in named:
            members[name].refuse(f"{name} has hours and no ratio", f"add {name} to the ratios")
        if members[name].value is None:
            day[name] = None
            continue
        known = stretches(members[name])
        if not known:
            members[name].refuse(
                f"{name} has no hours", "name its hours, or leave the period out of this day"
            )
        owned.extend((stretch, name) for stretch in known)
        day[name] = written(known)
    for fault in faults_of_day(owned):
        node.refuse(fault, HALF_OPEN_REMEDY)
    if "ratios" in members:
        day["ratios"] = _ratios(members["ratios"])
    return day


def _chosen(node: Node | None, known: Collection[str], what: str) -> list[str]:
    read = [each.choice(known, what) for each in node.sequence()] if node is not None else []
    return [each for each in read if each is not None]


def _check_months(node: Node, days: list[Values], types: Collection[str]) -> None:
    """Check that each month has exactly one day of each type."""
    for name in types or ("",):
        on = f" on a {name}" if name else ""
        found = [month for day in days if name in day.get("day_types", (name,)) for month in day["months"]]
        missing = [month for month in MONTH_KEYS if month not in found]
        twice = [month for month in MONTH_KEYS if found.count(month) > 1]
        if missing:
            node.refuse(
                f"no hours for month {', '.join(missing)}{on}", "name each month of the year in one day"
            )
        if twice:
            node.refuse(f"month {', '.join(twice)} stands there twice{on}", "name each month in one day only")


def _without_month(node: Node | None, named: Collection[str], days: list[Values]) -> dict[str, str]:
    """Read where the energy of a period goes in a month in which the period has no hours."""
    if node is None:
        return {}
    where: dict[str, str] = {}
    by_month: dict[str, set[str]] = {}
    for day in days:
        for month in day["months"]:
            by_month.setdefault(month, set()).update(day)
    for name, member in node.fields((), PERIODS).items():
        target = member.choice([each for each in PERIODS if each != name], "period")
        if target is None:
            continue
        where[name] = target
        nowhere = [month for month, held in by_month.items() if name not in held and target not in held]
        if target not in named:
            member.refuse(f"{target} has no ratio", f"add {target} to the ratios, or name another period")
        elif nowhere:
            member.refuse(
                f"in month {', '.join(nowhere)} {target} has no hours either", "name a period that has some"
            )
    return where
