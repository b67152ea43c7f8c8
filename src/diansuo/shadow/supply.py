"""From a settled month and the archive to what a factory is billed for: losses, periods of the day, charged days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.charges import ACTUAL, CONTRACT, TERMS, charged_days
from diansuo.shadow.exact import WATT, CannotBill, nearest
from diansuo.shadow.factory import FLAT, Factory
from diansuo.shadow.losses import bands, part_of_month
from diansuo.shadow.registers import PARTS, REACTIVE_FORWARD, REACTIVE_REVERSE, TOTAL, Month
from diansuo.shadow.rules_of import days_between, entry_on, parameter
from diansuo.shadow.transformers import LOSS_RULE, Bracket, Transformer, by_formula, by_table, runs

NO_LOSS, FORMULA, TABLE, AGREED_VALUE, AGREED_RATIO = range(5)
LONGEST_MONTH_DAYS: Final = 45


class NotCovered(CannotBill):
    """Something this room has not learnt yet; the bill may well be right."""


@dataclass(frozen=True)
class Supply:
    """How a contract is settled: kWh, kvarh, kW, kVA, yuan/kWh; ratios as fractions."""

    voltage_class: int
    two_part: bool
    capacity: Fraction
    opened: date | None
    time_of_use: bool
    purchase_mode: int
    own_prices: Sequence[Fraction | None]
    """a market customer's price of each period"""
    capacity_method: int
    contract_demand: Fraction
    exempt: bool
    standard: Fraction
    reduced: bool
    loss_method: int
    agreed_active: Fraction | None
    agreed_reactive: Fraction
    agreed_ratio: Fraction | None
    agreed_reactive_ratio: Fraction
    line_loss: Fraction
    transformers: Sequence[Transformer] = ()
    loss_table: Sequence[Bracket] = ()
    charged: Sequence[Transformer] = ()
    """the transformers as they are charged: a pause may be charged though nothing ran"""


@dataclass(frozen=True)
class Lost:
    """Losses beside what the meter shows: kWh and kvarh, of the transformer and of the line."""

    transformer: Fraction
    transformer_reactive: Fraction
    line: Fraction
    line_reactive: Fraction


@dataclass(frozen=True)
class Shared:
    """The losses of a meter that several points share, seen from one of them: kWh and kvarh.

    ``own`` is what this point bears, ``of_meter`` what all behind the meter at its head bear, which read ``through``.
    """

    own: Lost
    of_meter: Lost
    through: Fraction


@dataclass(frozen=True)
class Days:
    """The days of use and the month they are billed in."""

    first: date
    end: date
    period: int


@dataclass(frozen=True)
class Together:
    """A month's stretches as factories, each with its own terms and charged days; all else is the month's.

    ``read`` and ``read_by_period`` are without losses.
    """

    factories: list[Factory]
    lost: Lost
    read: Fraction
    read_by_period: list[Fraction]


def factories_of(
    month: Month,
    days: Days,
    stretches: Sequence[tuple[date, Supply]],
    demand: Fraction | None,
    book: RuleBook,
    place: str,
    shared: Shared | None = None,
) -> Together:
    """Put together what is billed, and which losses are in it.

    Args:
        month: what the meter showed.
        days: the days of the bill.
        stretches: the terms of the contract with the day they begin; the first ones on the first day.
        demand: the maximum of the month in kW.
        book: the rules.
        place: whose commercial rules.
        shared: the losses where the points of a contract share them.

    Raises:
        CannotBill: a fact is missing.
    """
    supplies = [supply for _day, supply in stretches]
    first = supplies[0]
    _refuse_incomplete(month, days, supplies)
    has_periods = month.has_parts([2, 3, 4] if any(supply.time_of_use for supply in supplies) else [])
    energy = {register: Fraction(kwh) for register, kwh in month.energy.items()}
    total = energy.get(TOTAL, Fraction(0))
    reactive = abs(energy.get(REACTIVE_FORWARD, Fraction(0))) + abs(energy.get(REACTIVE_REVERSE, Fraction(0)))
    step = settled_to(book, place, days.first)
    lost = shared.own if shared else losses_of(total, reactive, days, first, book, step)
    by_period = _by_period(energy, total) if has_periods else _by_period({}, total)
    spread = bands(lost.transformer + lost.line, [max(part, Fraction(0)) for part in by_period], step)
    month_days = days_of_month(days, book)
    parts, served = _served(days, stretches, month_days)
    whole_demand_days = sum(demand_days for _capacity_days, demand_days in served)
    lost_active = lost.transformer + lost.line
    billed = total + lost_active
    # A demand is that of the meter: it grows as all that went through the meter does.
    through, grown = (shared.through, shared.of_meter) if shared else (total, lost)
    factories = [
        replace(
            _of_terms(supply, days, part, of_charge, month_days),
            energy=billed,
            by_period=[kwh + more for kwh, more in zip(by_period, spread, strict=True)],
            has_periods=has_periods,
            active=billed,
            reactive=reactive + lost.transformer_reactive + lost.line_reactive,
            demand=demand_with_losses(
                demand, through, grown.transformer + grown.line, days.first, supply, book
            ),
            month_energy=energy_of_discount(
                total, billed, whole_demand_days, month_days, supply, days.first, book
            ),
        )
        for part, supply, of_charge in zip(parts, supplies, served, strict=True)
    ]
    return Together(factories, lost, total, by_period)


def _served(
    days: Days, stretches: Sequence[tuple[date, Supply]], month_days: int
) -> tuple[list[tuple[date, date]], list[tuple[Fraction, int]]]:
    """Return the days of every stretch, and what is charged for on them: kVA x days, and days of a demand."""
    starts = [day for day, _supply in stretches]
    parts = list(zip(starts, [*starts[1:], days.end], strict=True))
    opened = stretches[0][1].opened
    return parts, [
        charged(days, part, supply, opened, month_days)
        for part, (_day, supply) in zip(parts, stretches, strict=True)
    ]


def _refuse_incomplete(month: Month, days: Days, supplies: Sequence[Supply]) -> None:
    if (days.end - days.first).days > LONGEST_MONTH_DAYS:
        raise CannotBill("several_months")
    if any(supply.standard for supply in supplies) and not month.covers(REACTIVE_FORWARD):
        raise CannotBill("no_reactive")


def _by_period(energy: Mapping[int, Fraction], total: Fraction) -> list[Fraction]:
    """Return the energy of each period; the flat has what the others leave of the total."""
    found = [energy.get(part, Fraction(0)) for part in PARTS]
    found[FLAT] = total - sum(part for at, part in enumerate(found) if at != FLAT)
    return found


def _of_terms(
    supply: Supply, days: Days, part: tuple[date, date], of_charge: tuple[Fraction, int], month_days: int
) -> Factory:
    """Return a factory with the terms of a stretch, its days and its charged days; nothing used yet."""
    return Factory(
        voltage_class=supply.voltage_class,
        two_part=supply.two_part,
        bill_month=date(days.period // 100, days.period % 100, 1),
        from_date=part[0],
        to_date=part[1],
        energy=Fraction(0),
        by_period=[],
        time_of_use=supply.time_of_use,
        mode=supply.purchase_mode,
        own_prices=list(supply.own_prices),
        standard=supply.standard,
        reduced=supply.reduced,
        active=Fraction(0),
        reactive=Fraction(0),
        method=supply.capacity_method,
        exempt=supply.exempt,
        capacity=supply.capacity,
        capacity_days=of_charge[0],
        demand_days=of_charge[1],
        month_days=month_days,
        contract_demand=supply.contract_demand,
        demand=None,
        month_energy=Fraction(0),
    )


def settled_to(book: RuleBook, place: str, day: date) -> Fraction:
    """Return to what energy is settled, in kWh."""
    return Fraction(parameter(entry_on(book, f"{place}/settlement", day).values, "energy_precision"))


def losses_of(
    active: Fraction, reactive: Fraction, days: Days, supply: Supply, book: RuleBook, step: Fraction
) -> Lost:
    """Return the losses by the method the contract names."""
    of_transformer = transformer_losses(active, reactive, days, supply, book, step)
    through = [active + of_transformer[0], reactive + of_transformer[1]]
    line = [nearest(each * supply.line_loss, step) for each in through]
    return Lost(*of_transformer, *line)


def transformer_losses(
    active: Fraction, reactive: Fraction, days: Days, supply: Supply, book: RuleBook, step: Fraction
) -> tuple[Fraction, Fraction]:
    """Return kWh and kvarh of the transformer."""
    if supply.loss_method == NO_LOSS:
        return Fraction(0), Fraction(0)
    if supply.loss_method == AGREED_RATIO:
        if supply.agreed_ratio is None:
            raise CannotBill("no_agreed_terms")
        return nearest(active * supply.agreed_ratio, step), nearest(
            reactive * supply.agreed_reactive_ratio, step
        )
    whole = (days.end - days.first).days
    period_days = whole + 1 if supply.opened is not None and supply.opened >= days.first else whole
    if supply.loss_method == AGREED_VALUE:
        if supply.agreed_active is None:
            raise CannotBill("no_agreed_terms")
        ran = [
            day
            for day in days_between(days.first, days.end)
            if not supply.transformers or any(each.runs_on(day) for each in supply.transformers)
        ]
        base = int(parameter(entry_on(book, LOSS_RULE, days.first).values, "table_days"))
        return (
            part_of_month(supply.agreed_active, len(ran), period_days, base, step),
            part_of_month(supply.agreed_reactive, len(ran), period_days, base, step),
        )
    through = runs(active, reactive, days.first, days.end, supply.transformers)
    if not through and (not supply.transformers or active or reactive):
        raise CannotBill("no_transformer")
    if supply.loss_method == TABLE:
        return by_table(through, days.first, period_days, supply.loss_table, book, step)
    return by_formula(through, days.first, book, step)


def demand_with_losses(
    demand: Fraction | None, read: Fraction, lost: Fraction, day: date, supply: Supply, book: RuleBook
) -> Fraction | None:
    """Return the demand as it would be before the losses, where the rule says that it grows as the energy does."""
    by_demand = supply.two_part and not supply.exempt and supply.capacity_method in (CONTRACT, ACTUAL)
    if not by_demand or not demand or lost <= 0 or read <= 0:
        return demand
    if parameter(entry_on(book, LOSS_RULE, day).values, "demand_losses") != "proportional":
        return demand
    return nearest(demand * (read + lost) / read, WATT)


def energy_of_discount(
    read: Fraction, billed: Fraction, served: int, month_days: int, supply: Supply, day: date, book: RuleBook
) -> Fraction:
    """Return the energy held against 260 kWh/kVA: with losses or without, a part of a month whole or made up.

    Raises:
        NotCovered: the rule does not say which, and it decides.
    """
    by_demand = supply.two_part and not supply.exempt and supply.capacity_method in (CONTRACT, ACTUAL)
    if not by_demand or not supply.capacity or not served:
        return billed
    rule = entry_on(book, TERMS, day).values
    named = rule["parameters"]

    def said(name: str) -> str | None:
        value: str | None = named.get(name, {}).get("value")
        return value

    limit = Fraction(parameter(rule, "discount_energy"))
    energies = [
        energy * Fraction(month_days, served) if way == "by_days" else energy
        for kind, energy in (("metered", read), ("with_losses", billed))
        for way in ("whole", "by_days")
        if said("discount_energy_basis") in (None, kind)
        and (said("discount_part_month") in (None, way) or served == month_days)
    ]
    if len({limit > 0 and energy / supply.capacity >= limit for energy in energies}) > 1:
        raise NotCovered("discount_undecided")
    return energies[-1]


def days_of_month(days: Days, book: RuleBook) -> int:
    """Return what the month of use is divided by: its calendar days, or 30 by the old rule."""
    try:
        if parameter(entry_on(book, TERMS, days.first).values, "day_base") == "thirty":
            return 30
    except CannotBill:
        pass  # without the rule there is no charge to divide
    basis = parameter(
        entry_on(book, f"{book.default_place}/settlement", days.first).values, "bill_month_basis"
    )
    of_bill = date(days.period // 100, days.period % 100, 1)
    of_use = of_bill - timedelta(days=1) if basis == "reading_day" else of_bill
    return monthrange(of_use.year, of_use.month)[1]


def charged(
    days: Days, part: tuple[date, date], supply: Supply, opened: date | None, month_days: int
) -> tuple[Fraction, int]:
    """Return kVA x charged days of what ran in a part of the days, and the charged days of a demand."""
    connected = opened is not None and opened >= days.first
    start = days.first
    if connected:
        # The days before the connection belong to the month too, or its part would be the whole.
        start = min(days.end - timedelta(days=month_days), days.first - timedelta(days=1))
    month = (start, days.end)
    demand_days = charged_days((days.first if connected else date.min, days.end), part, month, month_days)
    if not supply.transformers:
        return supply.capacity * demand_days, demand_days
    ran = sum(
        (
            each.capacity * charged_days((each.from_date, each.to_date or date.max), part, month, month_days)
            for each in supply.charged
        ),
        Fraction(0),
    )
    return ran, demand_days
