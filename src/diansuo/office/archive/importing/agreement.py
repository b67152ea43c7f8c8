"""Whether the lines of one file agree with each other: nothing twice, and one value for one thing."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.archive.importing import households, points, supply
from diansuo.office.archive.importing.columns import HEADINGS
from diansuo.office.archive.importing.lines import Lines

CUSTOMER_FIELDS = (
    "customer_name", "address", "phone", "price_class", "voltage_class", "capacity_va", "opened_date",
    "opening_energy_wh", "opening_year", "closed_date", "transferred_date", *supply.SUPPLY_FIELDS,
    *households.ALL_FIELDS,
)  # fmt: skip
AREA_FIELDS = (
    "area_name",
    "area_capacity_va",
    "area_winding",
    "area_model",
    "area_dedicated",
    "feeder_name",
    "feeder_number",
    "substation",
)
ROUTE_FIELDS = ("route_name", "reading_day", "reading_method")
FEEDER_FIELDS = ("feeder_number", "substation")
Key = Callable[[int], Hashable | None]


def check(lines: Lines, place_of: list[int]) -> None:
    """Refuse lines that contradict an earlier one; ``place_of`` is the station each line belongs to."""
    _nothing_missing(lines)
    _no_meter_twice(lines)
    _no_point_twice(lines)
    customer, area, route = lines["customer_number"], lines["area_number"], lines["route_number"]
    feeder, unowned = lines["feeder_name"], lines["unowned"]
    _one_value(lines, lambda i: None if unowned[i] else customer[i], CUSTOMER_FIELDS, "customer_number")
    _one_value(
        lines,
        lambda i: None if unowned[i] else (customer[i], supply.number_of(lines, i)),
        supply.TRANSFORMER_FIELDS,
        "customer_number",
    )
    _one_value(lines, lambda i: area[i], AREA_FIELDS, "area_number")
    _one_value(lines, lambda i: route[i] and (place_of[i], route[i]), ROUTE_FIELDS, "route_number")
    _one_value(lines, lambda i: feeder[i], FEEDER_FIELDS, "feeder_name")
    _one_station(lines, "customer_number", place_of)
    _one_station(lines, "area_number", place_of)
    supply.check(lines)
    points.check(lines)


def _nothing_missing(lines: Lines) -> None:
    """A customer's line needs number, name and class, a master's the area, a gate's the feeder; every line a meter."""
    for i in list(lines.accepted()):
        needed: tuple[str, ...] = ("customer_number", "customer_name", "price_class")
        if lines["unowned"][i]:
            needed = ("area_number",) if lines["master"][i] else ("feeder_name",)
        for name in needed if points.is_share(lines, i) else (*needed, "meter_number"):
            if lines[name][i] is None:
                lines.refuse(i, name, _("%(heading)s为空") % {"heading": HEADINGS[name]}, _("补填后重新导入"))
        if lines["area_name"][i] is not None and lines["area_number"][i] is None:
            lines.refuse(i, "area_number", _("有台区名称而无台区编号"), _("补填台区编号"))


def _no_meter_twice(lines: Lines) -> None:
    first: dict[str, int] = {}
    for i in list(lines.accepted()):
        meter = lines["meter_number"][i]
        if meter is None:
            continue
        earlier = first.setdefault(meter, i)
        if earlier == i:
            continue
        if lines["customer_number"][earlier] == lines["customer_number"][i]:
            reason = _("用户编号和电能表编号与%(where)s重复") % {"where": lines.where(earlier)}
            lines.refuse(i, "meter_number", reason, _("只保留一行"))
            continue
        for here, there in ((i, earlier), (earlier, i)):
            if not lines.refused[here]:
                reason = _("同一电能表在%(where)s装在另一用户处") % {"where": lines.where(there)}
                lines.refuse(here, "meter_number", reason, _("核对现场表号后改正其中一行"))


def _no_point_twice(lines: Lines) -> None:
    first: dict[str, int] = {}
    for i in list(lines.accepted()):
        point = lines["point_number"][i]
        if point is not None and (earlier := first.setdefault(point, i)) != i:
            reason = _("计量点编号与%(where)s重复") % {"where": lines.where(earlier)}
            lines.refuse(i, "point_number", reason, _("一个计量点只保留一行"))


def _one_value(lines: Lines, key: Key, names: tuple[str, ...], key_name: str) -> None:
    """Refuse every line whose thing (a customer, an area…) was given another value earlier in the file."""
    keys = [key(i) for i in range(len(lines))]
    for name in names:
        column: list[Any] = lines[name]
        first: dict[Hashable, int] = {}
        for i in list(lines.accepted()):
            if keys[i] is None or column[i] is None:
                continue
            earlier = first.setdefault(keys[i], i)
            if column[earlier] != column[i]:
                reason = _("%(key)s %(number)s 的%(heading)s与%(where)s不同（该行为 %(value)s）") % {
                    "key": HEADINGS[key_name],
                    "number": lines[key_name][i],
                    "heading": HEADINGS[name],
                    "where": lines.where(earlier),
                    "value": lines.quoted(earlier, name),
                }
                lines.refuse(i, name, reason, _("改成一致的值后重新导入"))


def _one_station(lines: Lines, name: str, place_of: list[int]) -> None:
    first: dict[str, int] = {}
    for i in list(lines.accepted()):
        number = lines[name][i]
        if number is None or (name == "customer_number" and lines["unowned"][i]):
            continue
        earlier = first.setdefault(number, i)
        if place_of[earlier] != place_of[i]:
            reason = _("同一编号在%(where)s属于另一供电所") % {"where": lines.where(earlier)}
            lines.refuse(i, name, reason, _("核对供电所后改正其中一行"))
