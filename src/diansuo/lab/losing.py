"""Puts the faults of the committed table into a sample station: one an area, the rest of the areas clean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from diansuo.core.network.causes import CauseKind
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import COMMERCIAL_PLACES, CUSTOMERS_AN_AREA, ROOF_PLACE, Array, Layout
from diansuo.sandbox.shapes import Use

NO_AREA: Final = -1
ALONE: Final = ("area", "master")
"""Ways that concern a whole area, or two."""

USUAL_KWH: Final = 5.6


@dataclass(slots=True)
class Case:
    """One fault of the table: ``customer`` is a column of the layout, -1 where it is the area's own."""

    kind: str
    size: str
    accepted: frozenset[CauseKind]
    anybody: bool
    area: int
    customer: int
    from_day: int
    given: Mapping[str, Any]
    other: int = NO_AREA
    wh_per_day: float = 0.0


@dataclass(slots=True)
class Books:
    """What the office's books say of a layout, where it is not what stands in the field; by column of the layout."""

    area: Array
    phase: Array
    multiplier: Array
    roof: Array
    silent_from: Array
    feed_silent_from: Array
    clock_minutes: Array
    voltage_lost: Array
    master_multiplier: Array


@dataclass(slots=True)
class Plan:
    """A station with its faults: what the sandbox is to simulate, and what the books say of it."""

    layout: Layout
    books: Books
    cases: list[Case]
    faults: list[Fault] = field(default_factory=list)
    clean: list[int] = field(default_factory=list)


def areas_needed(table: Mapping[str, Any]) -> int:
    """Return how many areas a station of the table has."""
    sizes = sum(len(kind["sizes"]) * (2 if kind["how"] == "area" else 1) for kind in table["kinds"])
    return sizes + int(table["clean_areas"])


def plan(table: Mapping[str, Any], layout: Layout, days: int, random: np.random.Generator) -> Plan:
    """Choose an area and a customer for every size, and bend layout, faults and books accordingly.

    With ``paired`` in the table every second fault joins one that stands alone in its area, of another customer.
    """
    made = Plan(layout, _books(layout, days), [])
    paired = bool(table.get("paired"))
    order = random.permutation(layout.areas).tolist()
    for kind in table["kinds"]:
        for size, given in kind["sizes"].items():
            mate = _mate(made, kind["how"]) if paired else None
            area = mate.area if mate else _area_for(kind["how"], order)
            customer = _customer(layout, area, kind["how"], given, random)
            if mate is not None and customer == mate.customer:
                area = _area_for(kind["how"], order)
                customer = _customer(layout, area, kind["how"], given, random)
            case = Case(
                kind=kind["kind"],
                size=size,
                accepted=frozenset(
                    CauseKind[name] for name in (kind["kind"].upper(), *kind.get("accept", ()))
                ),
                anybody=bool(kind.get("anybody", False)),
                area=area,
                customer=customer,
                from_day=days - int(given["since"]) if "since" in given else 0,
                given=given,
            )
            if kind["how"] == "area":
                case.other = order.pop()
            WAYS[kind["how"]](made, case, days)
            made.cases.append(case)
    made.clean = sorted(order)
    return made


def _books(layout: Layout, days: int) -> Books:
    count = len(layout.use)
    return Books(
        area=layout.area.copy(),
        phase=layout.phase.copy(),
        multiplier=layout.multiplier.copy(),
        roof=layout.roof_kw > 0,
        silent_from=np.full(count, days + 1),
        feed_silent_from=np.full(count, days + 1),
        clock_minutes=np.zeros(count),
        voltage_lost=np.zeros(count, dtype=np.int64),
        master_multiplier=layout.master_multiplier.copy(),
    )


def _mate(made: Plan, how: str) -> Case | None:
    """Return the latest fault that stands alone in its area and may have another one of this way beside it."""
    if how in ALONE or not made.cases:
        return None
    last = made.cases[-1]
    alone = sum(each.area == last.area for each in made.cases) == 1 and last.other == NO_AREA
    fits = last.customer != NO_AREA and (how != "roof" or last.area % 2 == 0)
    return last if alone and fits else None


def _area_for(how: str, order: list[int]) -> int:
    """Take an area; a roof needs one of those that have one."""
    if how != "roof":
        return order.pop()
    area = next(each for each in reversed(order) if each % 2 == 0)
    order.remove(area)
    return area


def _customer(
    layout: Layout, area: int, how: str, given: Mapping[str, Any], random: np.random.Generator
) -> int:
    """Choose whom it happens to, and let the customer use as much as the size asks for."""
    if how in ("unmetered", "master"):
        return -1
    first = area * CUSTOMERS_AN_AREA
    if how == "roof":
        return first + ROOF_PLACE
    if how == "multiplier" or given.get("who") == "commercial":
        place = COMMERCIAL_PLACES[1] if how == "multiplier" else COMMERCIAL_PLACES[0]
        return first + place
    own = np.arange(first, first + CUSTOMERS_AN_AREA)
    fits = (layout.use[own] == Use.RESIDENTIAL) & (layout.roof_kw[own] == 0) & ~layout.empty[own]
    column = int(random.choice(own[fits]))
    least = float(given.get("least_kwh", 0))
    most = float(given.get("most_kwh", 2 * least if least else 100))
    layout.level_kwh[column] = random.uniform(least, most) if least else layout.level_kwh[column]
    return column


def _fault(made: Plan, case: Case, days: int, kind: str, method: str, value: float = 0.0) -> None:
    made.faults.append(Fault(kind, method, case.customer, case.area, case.from_day, days, value))


def _silent(made: Plan, case: Case, days: int) -> None:
    made.books.silent_from[case.customer] = case.from_day + 1 if case.from_day else 0


def _multiplier(made: Plan, case: Case, days: int) -> None:
    made.books.multiplier[case.customer] = case.given["booked"]
    if "actual" in case.given:
        share = case.given["booked"] / case.given["actual"]
        _fault(made, case, days, "失压", "互感器已换", share)


def _master(made: Plan, case: Case, days: int) -> None:
    made.books.master_multiplier[case.area] = (
        case.given["percent"] * made.books.master_multiplier[case.area] // 100
    )


def _area(made: Plan, case: Case, days: int) -> None:
    """The customer hangs in its own area; the books have it in the other one."""
    made.books.area[case.customer] = case.other


def _phase(made: Plan, case: Case, days: int) -> None:
    made.books.phase[case.customer] = (made.layout.phase[case.customer] + 1 + case.area % 2) % 3


def _clock(made: Plan, case: Case, days: int) -> None:
    _fault(made, case, days, "时钟偏差", "快")
    made.books.clock_minutes[case.customer] = 180 if case.given.get("read") else np.nan


def _stopped(made: Plan, case: Case, days: int) -> None:
    _fault(made, case, days, "电能表停走", "停走")


def _factor(made: Plan, case: Case, days: int) -> None:
    _fault(made, case, days, "失压", "少计", case.given["factor"])
    made.books.voltage_lost[case.customer] = 30 if case.given.get("event") else 0


def _reversed(made: Plan, case: Case, days: int) -> None:
    _fault(made, case, days, "接线反", "进出线接反")


def _roof(made: Plan, case: Case, days: int) -> None:
    made.books.roof[case.customer] = case.given["booked"]
    made.books.feed_silent_from[case.customer] = case.from_day + 1 if case.given["booked"] else 0


def _unmetered(made: Plan, case: Case, days: int) -> None:
    _fault(made, case, days, "无表用电", "无表", case.given["kw"])


def _theft(made: Plan, case: Case, days: int) -> None:
    _fault(made, case, days, "窃电", case.given["method"], case.given["factor"])


WAYS: Final[dict[str, Callable[[Plan, Case, int], None]]] = {
    "silent": _silent,
    "multiplier": _multiplier,
    "master": _master,
    "area": _area,
    "phase": _phase,
    "clock": _clock,
    "stopped": _stopped,
    "factor": _factor,
    "reversed": _reversed,
    "roof": _roof,
    "unmetered": _unmetered,
    "theft": _theft,
}
