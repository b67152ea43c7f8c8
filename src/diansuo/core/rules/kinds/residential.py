"""Prices of energy in one piece: annual steps, one flat price, and increments by time of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from diansuo.core.rules.kinds.frame import (
    PRICE_UNIT,
    VOLTAGE_KEYS,
    Body,
    Units,
    Values,
    by_voltage,
    price,
    unit_of,
)
from diansuo.core.rules.kinds.hours import HALF_OPEN_REMEDY, faults_of_day, minutes, stretches, written
from diansuo.core.rules.kinds.time_of_use import MONTH_KEYS
from diansuo.core.rules.node import Node, plain

STEP_UNIT: Final = "kWh/year"
BANDS: Final[tuple[str, ...]] = ("peak", "valley")


def annual_steps(body: Body, units: Units) -> Values:
    """Read annual steps (年阶梯): upper limits in kWh a year and one price more than limits."""
    limits = body["limits"].fields(("unit", "upper"))
    unit = unit_of(limits.get("unit"), STEP_UNIT, units)
    uppers = [upper.number() for upper in limits["upper"].sequence()] if "upper" in limits else []
    known = [upper for upper in uppers if upper is not None]
    if len(known) == len(uppers) and any(b <= a for a, b in zip([Decimal(0), *known], known, strict=False)):
        limits["upper"].refuse("steps do not increase", "list the upper limits from low to high, above 0")

    def step_prices(node: Node) -> list[str | None] | None:
        if node.value is None:
            return None
        prices = [price(each) for each in node.sequence()]
        if len(prices) != len(uppers) + 1:
            node.refuse(f"{len(prices)} prices for {len(uppers) + 1} steps", "give one price for each step")
        return prices

    upper = [plain(each) for each in known]
    return {
        "limits": {"unit": unit, "upper": upper},
        "prices": by_voltage(body["prices"], units, step_prices, required=VOLTAGE_KEYS[:1]),
    }


def flat_price(body: Body, units: Units) -> Values:
    """Read one price for every kWh, by voltage class."""
    return {"prices": by_voltage(body["prices"], units, price, required=VOLTAGE_KEYS[:1])}


def time_of_use_increment(body: Body, units: Units) -> Values:
    """Read what is added to the price at peak and at valley hours, with the hours of both.

    Customers who heat with electricity may have other hours, usually a wider valley, in the months of
    ``heating_season`` (采暖季; domain.md §2.4); null where it is not known whether there is one.
    """
    values: Values = {"unit": unit_of(body["unit"], PRICE_UNIT, units)}
    for band in BANDS:
        members = body[band].fields(("increment", "hours"))
        values[band] = {
            "increment": price(members["increment"], signed=True) if "increment" in members else None,
            "hours": written(stretches(members["hours"])) if "hours" in members else [],
        }
    _check_day({band: values[band]["hours"] for band in BANDS}, body["peak"])
    if "heating_season" in body:
        values["heating_season"] = _season(body["heating_season"])
    return values


def _season(node: Node) -> Values | None:
    """Read the months of a season and its hours, which fill the day exactly once."""
    if node.value is None:
        return None
    members = node.fields(("months", *BANDS))
    months = [month.choice(MONTH_KEYS, "month") for month in members["months"].sequence()] if members else []
    twice = [month for month in MONTH_KEYS if months.count(month) > 1]
    if twice or not months:
        wrong = f"month {', '.join(twice)} stands there twice" if twice else "no month"
        node.refuse(wrong, "name each month of the season once")
    hours = {band: written(stretches(members[band])) for band in BANDS if band in members}
    _check_day(hours, node)
    return {"months": months, **hours}


def _check_day(hours: Mapping[str, Sequence[Sequence[str]]], node: Node) -> None:
    """Check that peak and valley fill the day exactly once."""
    owned = [((minutes(start), minutes(end)), band) for band, each in hours.items() for start, end in each]
    faults = list(faults_of_day(owned))
    if faults:
        node.refuse(
            f"peak and valley hours do not fill the day exactly once: {'; '.join(faults)}", HALF_OPEN_REMEDY
        )
