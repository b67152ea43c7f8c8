"""The slow, obvious twin of core.network: one group and day at a time, meter by meter, in Decimal kWh and Fraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

TOP = Decimal(10) ** 6


@dataclass(frozen=True)
class Register:
    """What one meter showed at 0:00; kWh."""

    meter: int
    multiplier: int
    forward: Decimal | None
    reverse: Decimal | None


@dataclass(frozen=True)
class Point:
    """A metering point of a group, from a day until another: its registers by day."""

    inlet: bool
    from_day: int
    to_day: int
    feeds: bool
    registers: Mapping[int, Register] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss:
    """What a group lost on a day."""

    kind: str
    reason: str = "NONE"
    supply: Decimal = Decimal(0)
    sold: Decimal = Decimal(0)
    rate: Fraction = Fraction(0)


def flow(point: Point, day: int) -> tuple[str, Decimal, Decimal]:
    """What a point measured on a day: its state, forward and reverse kWh."""
    start, end = point.registers.get(day), point.registers.get(day + 1)
    if start is None or end is None or start.forward is None or end.forward is None:
        return "MISSING", Decimal(0), Decimal(0)
    one_sided = (start.reverse is None) != (end.reverse is None)
    if one_sided or (point.feeds and start.reverse is None):
        return "MISSING", Decimal(0), Decimal(0)
    if start.meter != end.meter:
        return "EXCHANGED", Decimal(0), Decimal(0)
    forward = _risen(start.forward, end.forward)
    reverse = (
        Decimal(0) if start.reverse is None or end.reverse is None else _risen(start.reverse, end.reverse)
    )
    if forward is None or reverse is None:
        return "FELL", Decimal(0), Decimal(0)
    return "KNOWN", forward * start.multiplier, reverse * start.multiplier


NOTHING = Decimal(0), Decimal(0)


def month_of(point: Point, first: int, after: int) -> tuple[Decimal, Decimal]:
    """What a point measured of the days it belongs from the first on, as far as its registers reach: kWh, or nothing.

    Register by register: within one meter and multiplier the last less the first; a multiplier that is new from one
    day to the next begins at that day's register; over anything else the month is not known.
    """
    rows = [
        (day, point.registers[day])
        for day in range(max(point.from_day, first), min(point.to_day, after) + 1)
        if day in point.registers
    ]
    while rows and not _whole(rows[0][1], point):
        del rows[0]
    while rows and not _whole(rows[-1][1], point):
        del rows[-1]
    if not rows:
        return NOTHING
    one_sided = (rows[0][1].reverse is None) != (rows[-1][1].reverse is None)
    stretches = None if one_sided else _stretches(rows)
    if stretches is None:
        return NOTHING
    forward = [_between(one[0].forward, one[-1].forward, one[0]) for one in stretches]
    shown = [row.reverse for _day, row in rows if row.forward is not None and row.reverse is not None]
    unused = rows[0][1].reverse is None or not any(shown)
    reverse = (
        [Decimal(0)] if unused else [_between(one[0].reverse, one[-1].reverse, one[0]) for one in stretches]
    )
    if None in forward or None in reverse:
        return NOTHING
    return sum(forward, Decimal(0)), sum(reverse, Decimal(0))  # type: ignore[arg-type]


def _whole(row: Register, point: Point) -> bool:
    return row.forward is not None and (row.reverse is not None or not point.feeds)


def _stretches(rows: Sequence[tuple[int, Register]]) -> list[list[Register]] | None:
    """Rows of one meter and multiplier each; None where one begins or ends at no register."""
    found, silent = [[rows[0][1]]], []
    last = rows[0][0]
    for day, row in rows[1:]:
        old = found[-1][-1]
        if row.forward is None:
            silent.append(_label(row))
            continue
        if not set(silent) <= {_label(old), _label(row)}:
            return None
        if _label(row) != _label(old):
            if row.meter != old.meter or day != last + 1:
                return None
            found[-1].append(row)
            found.append([])
        found[-1].append(row)
        last, silent = day, []
    return found


def _label(row: Register) -> tuple[int, int]:
    return row.meter, row.multiplier


def _between(start: Decimal | None, end: Decimal | None, row: Register) -> Decimal | None:
    risen = None if start is None or end is None else _risen(start, end)
    return None if risen is None else risen * row.multiplier


def _risen(start: Decimal, end: Decimal) -> Decimal | None:
    if end >= start:
        return end - start
    around = end + TOP - start
    return around if start > TOP * Decimal("0.9") and 0 <= around < TOP / 10 else None


def loss(points: Sequence[Point], day: int, least_collection: Decimal) -> Loss:
    """What a group lost on a day; thresholds are those the rulebook ships."""
    here = [point for point in points if point.from_day <= day < point.to_day]
    inlets = [flow(point, day) for point in here if point.inlet]
    outlets = [flow(point, day) for point in here if not point.inlet]
    supply = sum((forward for _, forward, _ in inlets), Decimal(0))
    supply += sum((reverse for _, _, reverse in outlets), Decimal(0))
    sold = sum((forward for _, forward, _ in outlets), Decimal(0))
    sold += sum((reverse for _, _, reverse in inlets), Decimal(0))
    reason = _reason(
        [state for state, _, _ in inlets], [state for state, _, _ in outlets], supply, least_collection
    )
    if reason != "NONE":
        return Loss("UNCOMPUTABLE", reason, supply, sold)
    rate = (Fraction(supply) - Fraction(sold)) / Fraction(supply)
    return Loss(_kind(supply, rate), "NONE", supply, sold, rate)


def _reason(inlets: list[str], outlets: list[str], supply: Decimal, least_collection: Decimal) -> str:
    if not inlets:
        return "NO_MASTER"
    for state, reason in (
        ("FELL", "REGISTER_FELL"),
        ("EXCHANGED", "EXCHANGE_UNKNOWN"),
        ("MISSING", "NO_MASTER_REGISTER"),
    ):
        if state in inlets:
            return reason
    if outlets and Decimal(outlets.count("KNOWN")) / len(outlets) < least_collection:
        return "LOW_COLLECTION"
    return "NO_SUPPLY" if supply <= 0 else "NONE"


def _kind(supply: Decimal, rate: Fraction) -> str:
    if supply < 20:
        return "SMALL"
    if rate <= Fraction(-1, 100):
        return "NEGATIVE"
    if rate >= Fraction(6, 100):
        return "HIGH"
    return "ECONOMIC" if 0 <= rate <= Fraction(4, 100) else "NORMAL"


def basis_points(rate: Fraction) -> int:
    """The rate in hundredths of a per cent, halves away from zero."""
    value = rate * 10_000
    whole, rest = divmod(abs(value.numerator), value.denominator)
    rounded = whole + (2 * rest >= value.denominator)
    return -rounded if rate < 0 else rounded


def sudden(days: Sequence[Loss], at: int) -> tuple[bool, int]:
    """Whether a day differs by 3 points from the mean of the latest 7 judged days of the 14 before, and of how many."""
    judged = [
        basis_points(one.rate)
        for one in days[max(0, at - 14) : at]
        if one.kind not in ("UNCOMPUTABLE", "SMALL")
    ][-7:]
    if len(judged) < 3 or days[at].kind in ("UNCOMPUTABLE", "SMALL"):
        return False, len(judged)
    mean = Fraction(sum(judged), len(judged))
    return abs(basis_points(days[at].rate) - mean) >= 300, len(judged)


def wh(kwh: Decimal) -> int:
    """KWh as whole Wh."""
    return int((kwh * 1000).to_integral_value(ROUND_HALF_UP))
