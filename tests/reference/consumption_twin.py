"""The slow, obvious twin of core.metering: one point at a time, reading by reading, in Decimal kWh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

PERIODIC, OPENING, FINAL, INITIAL, SPECIAL = range(5)
TOTAL = 0


@dataclass(frozen=True)
class Read:
    """One reading of the point."""

    day: int
    kwh: Decimal
    register: int
    purpose: int
    meter: int
    multiplier: int
    digits: int
    estimated: bool


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


@dataclass(frozen=True)
class Terms:
    """What else decides: capacity in kW, days on which the multiplier changed, the window of the month."""

    capacity_kw: Decimal
    due_day: int
    open_day: int | None
    earliest_day: int
    latest_day: int
    multiplier_days: frozenset[int] = frozenset()


def consumption(reads: Iterable[Read], terms: Terms) -> Month:
    """Settle one point."""
    chains = {register: _chain(reads, register) for register in sorted({read.register for read in reads})}
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
    """The readings of one register in time order."""
    own = [read for read in reads if read.register == register]

    def place(read: Read) -> tuple[int, int, int, int, int, Decimal]:
        finals = {(r.meter, r.multiplier) for r in own if r.day == read.day and r.purpose == FINAL}
        firsts = {(r.meter, r.multiplier) for r in own if r.day == read.day and r.purpose == INITIAL}
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
        return
    same_multiplier = before.multiplier == after.multiplier or after.day in terms.multiplier_days
    if before.meter != after.meter or not same_multiplier:
        month.broken = True
        return
    if after.kwh >= before.kwh:
        month.energy[register] += (after.kwh - before.kwh) * before.multiplier
        return
    wrapped = (after.kwh + 10**before.digits - before.kwh) * before.multiplier
    hours = 24 * max(after.day - before.day, 1)
    credible = 0 <= wrapped <= terms.capacity_kw * Decimal("1.2") * hours
    if terms.capacity_kw > 0 and before.kwh > Decimal("0.9") * 10**before.digits and credible:
        month.rolled = True
        month.energy[register] += wrapped
    else:
        month.backwards = True
