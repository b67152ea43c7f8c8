"""From readings to what a metering point used: one point at a time, reading by reading, in Decimal kWh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

PERIODIC, OPENING, FINAL, INITIAL, SPECIAL = range(5)
TOTAL: Final = 0
SHARP, PEAK, FLAT, VALLEY, DEEP_VALLEY = range(1, 6)
REACTIVE_FORWARD, REACTIVE_REVERSE, DEMAND = 20, 21, 30
PARTS: Final = (SHARP, PEAK, FLAT, VALLEY, DEEP_VALLEY)


@dataclass(frozen=True)
class Read:
    """One reading of the point: what the register showed at 0:00 of a day, before the multiplier."""

    day: int
    kwh: Decimal
    register: int
    purpose: int
    meter: int
    multiplier: int
    digits: int
    estimated: bool


@dataclass(frozen=True)
class Flow:
    """What flowed between two readings of a register, and how one comes to it."""

    register: int
    before: Read
    after: Read
    kwh: Decimal
    how: str


@dataclass
class Month:
    """What the point used in the month; energy in kWh by register."""

    status: str
    from_day: int | None = None
    to_day: int | None = None
    energy: dict[int, Decimal] = field(default_factory=dict)
    rolled: bool = False
    backwards: bool = False
    broken: bool = False
    estimated: bool = False
    exchanges: int = 0
    flows: list[Flow] = field(default_factory=list)

    def covers(self, register: int) -> bool:
        """Whether a register was read from the first to the last day of the month."""
        own = [flow for flow in self.flows if flow.register == register]
        if not own:
            return False
        first, last = min(flow.before.day for flow in own), max(flow.after.day for flow in own)
        return (first, last) == (self.from_day, self.to_day)

    def has_parts(self, expected: Iterable[int]) -> bool:
        """Whether peak, flat and valley can be added up: every one there is, and every one that must be, covers."""
        there = [register for register in PARTS if register in self.energy]
        return bool(there) and all(self.covers(register) for register in {*there, *expected})


@dataclass(frozen=True)
class Terms:
    """What else decides: capacity in kW, days on which the multiplier changed, the window of the month.

    A register that falls has passed its end only if it stood above ``rollover_above`` of it, and if what then flowed
    is below ``capacity_factor`` times what the capacity can draw (rule ``national/checks/reading``).
    """

    capacity_kw: Decimal
    due_day: int
    open_day: int | None
    earliest_day: int
    latest_day: int
    multiplier_days: frozenset[int] = frozenset()
    rollover_above: Decimal = Decimal("0.9")
    capacity_factor: Decimal = Decimal("1.2")


def consumption(reads: Iterable[Read], terms: Terms) -> Month:
    """Settle one point; the readings may come in any order."""
    counting = [read for read in reads if read.register != DEMAND]
    chains = {
        register: _chain(counting, register) for register in sorted({each.register for each in counting})
    }
    total = chains.get(TOTAL, [])
    to_day = _closing_day(total, terms)
    if to_day is None:
        return Month("MISSING")
    used = {register: _steps(chain, terms.open_day, to_day) for register, chain in chains.items()}
    from_day = min((before.day for before, _ in used[TOTAL]), default=None)
    if terms.open_day is None and (from_day is None or from_day == to_day):
        return Month("OPENING", to_day=to_day)
    if terms.open_day is not None and from_day != terms.open_day:
        return Month("UNCONNECTED", to_day=to_day)
    month = Month("OK", from_day, to_day)
    for register, steps in used.items():
        for before, after in steps:
            month.energy.setdefault(register, Decimal(0))
            _step(month, register, before, after, terms)
    return month


def _chain(reads: Iterable[Read], register: int) -> list[Read]:
    """The readings of one register in time order.

    On a day of exchange: what was still read from the old meter, its last reading, the first of the new one, the rest.
    """
    own = [read for read in reads if read.register == register]

    def place(read: Read) -> tuple[int, int, int, int, int, Decimal]:
        finals = {
            (each.meter, each.multiplier) for each in own if (each.day, each.purpose) == (read.day, FINAL)
        }
        firsts = {
            (each.meter, each.multiplier) for each in own if (each.day, each.purpose) == (read.day, INITIAL)
        }
        rank = {FINAL: 1, INITIAL: 2}.get(read.purpose, 3)
        if rank == 3 and (read.meter, read.multiplier) in finals - firsts:
            rank = 0
        return (read.day, rank, read.purpose, read.meter, read.multiplier, read.kwh)

    return sorted(own, key=place)


def _closing_day(total: list[Read], terms: Terms) -> int | None:
    """The day nearest to the due day whose reading may end the month, the later of two."""
    days = {
        read.day
        for read in total
        if terms.earliest_day <= read.day <= terms.latest_day
        and (terms.open_day is None or read.day > terms.open_day)
        and (read.purpose in (PERIODIC, OPENING) or read.day == terms.due_day)
    }
    return min(days, key=lambda day: (abs(day - terms.due_day), -day), default=None)


def _border(chain: list[Read], day: int) -> int:
    """How many readings of the chain lie up to and including the settlement reading of that day."""
    of_day = [place for place, read in enumerate(chain) if read.day == day]
    regular = [place for place in of_day if chain[place].purpose in (PERIODIC, OPENING)]
    if of_day:
        return (regular or of_day)[-1] + 1
    return sum(read.day < day for read in chain)


def _steps(chain: list[Read], open_day: int | None, to_day: int) -> list[tuple[Read, Read]]:
    """Pairs whose later reading comes after the opening border and not after the closing one."""
    start = 0 if open_day is None else _border(chain, open_day)
    return [(chain[place - 1], chain[place]) for place in range(max(start, 1), _border(chain, to_day))]


def _step(month: Month, register: int, before: Read, after: Read, terms: Terms) -> None:
    """Add what flowed between two readings."""
    month.estimated |= after.estimated
    if before.purpose == FINAL and after.purpose in (INITIAL, OPENING):
        month.exchanges += register == TOTAL
        month.flows.append(Flow(register, before, after, Decimal(0), "exchange"))
        return
    same_multiplier = before.multiplier == after.multiplier or after.day in terms.multiplier_days
    if before.meter != after.meter or not same_multiplier:
        month.broken = True
        month.flows.append(Flow(register, before, after, Decimal(0), "broken"))
        return
    used, how = (after.kwh - before.kwh) * before.multiplier, "difference"
    if after.kwh < before.kwh:
        used, how = _after_a_fall(before, after, terms)
        month.rolled |= how == "rollover"
        month.backwards |= how == "backwards"
    month.energy[register] += used
    month.flows.append(Flow(register, before, after, used, how))


def _after_a_fall(before: Read, after: Read, terms: Terms) -> tuple[Decimal, str]:
    """A register that shows less than before has passed its end (翻转), or runs backwards (倒走)."""
    end = Decimal(10) ** before.digits
    wrapped = (after.kwh + end - before.kwh) * before.multiplier
    hours = 24 * max(after.day - before.day, 1)
    credible = 0 <= wrapped <= terms.capacity_kw * terms.capacity_factor * hours
    if terms.capacity_kw > 0 and before.kwh > terms.rollover_above * end and credible:
        return wrapped, "rollover"
    return Decimal(0), "backwards"


def maximum_demand_kw(reads: Iterable[Read], from_day: int, to_day: int) -> Decimal | None:
    """The largest value x multiplier read after the first day and up to the last; None where none was read.

    What a new meter shows when it is put up is not this month's.
    """
    read_in_month = [
        read.kwh * read.multiplier
        for read in reads
        if read.register == DEMAND
        and read.purpose in (PERIODIC, FINAL, SPECIAL)
        and from_day < read.day <= to_day
    ]
    return max(read_in_month, default=None)
