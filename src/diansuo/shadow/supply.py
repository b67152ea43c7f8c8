"""From a settled month and the archive to what a factory is billed for: losses, periods of the day, charged days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.charges import TERMS, charged_days
from diansuo.shadow.exact import CannotBill, nearest
from diansuo.shadow.factory import FLAT, Factory
from diansuo.shadow.losses import bands, part_of_month, transformer_loss
from diansuo.shadow.registers import PARTS, REACTIVE_FORWARD, REACTIVE_REVERSE, TOTAL, Month
from diansuo.shadow.rules_of import entry_on, parameter

NO_LOSS, FORMULA, TABLE, AGREED_VALUE, AGREED_RATIO = range(5)
LOSS_RULE: Final = "national/transformer_loss"
MODELS: Final = "national/transformers"
SHIFTS: Final = {1: "one_shift", 2: "two_shift", 3: "three_shift"}
LONGEST_MONTH_DAYS: Final = 45


class NotCovered(CannotBill):
    """Something this room has not learnt yet; the bill may well be right."""


@dataclass(frozen=True)
class Transformer:
    """A transformer while it runs: kVA, kW, percent; None for what the archive does not have."""

    capacity: Fraction
    from_date: date
    to_date: date | None
    model: str
    p0: Fraction | None
    pk: Fraction | None
    i0: Fraction | None
    uk: Fraction | None
    shifts: int | None

    def serves(self, first: date, end: date) -> bool:
        """Whether it ran on any of the days."""
        return self.from_date < end and (self.to_date is None or self.to_date > first)


@dataclass(frozen=True)
class Supply:
    """How a contract is settled: kWh, kvarh, kW, kVA, yuan/kWh; ratios as fractions."""

    voltage_class: int
    two_part: bool
    capacity: Fraction
    opened: date | None
    time_of_use: bool
    purchase_mode: int
    market_price: Fraction | None
    capacity_method: int
    contract_demand: Fraction
    exempt: bool
    standard: Fraction
    reduced: bool
    loss_method: int
    agreed_active: Fraction | None
    agreed_reactive: Fraction
    agreed_ratio: Fraction | None
    line_loss: Fraction
    transformers: Sequence[Transformer] = ()


@dataclass(frozen=True)
class Lost:
    """Losses beside what the meter shows: kWh and kvarh, of the transformer and of the line."""

    transformer: Fraction
    transformer_reactive: Fraction
    line: Fraction
    line_reactive: Fraction


@dataclass(frozen=True)
class Days:
    """The days of use and the month they are billed in."""

    first: date
    end: date
    period: int


def factory_of(
    month: Month, days: Days, supply: Supply, demand: Fraction | None, book: RuleBook, place: str
) -> tuple[Factory, Lost]:
    """Put together what is billed, and which losses are in it.

    Raises:
        CannotBill: a fact is missing.
    """
    if (days.end - days.first).days > LONGEST_MONTH_DAYS:
        raise CannotBill("several_months")
    if supply.standard and not month.covers(REACTIVE_FORWARD):
        raise CannotBill("no_reactive")
    has_periods = month.has_parts([2, 3, 4] if supply.time_of_use else [])
    energy = {register: Fraction(kwh) for register, kwh in month.energy.items()}
    total = energy.get(TOTAL, Fraction(0))
    reactive = abs(energy.get(REACTIVE_FORWARD, Fraction(0))) + abs(energy.get(REACTIVE_REVERSE, Fraction(0)))
    step = settled_to(book, place, days.first)
    lost = losses_of(total, reactive, days, supply, book, step)
    by_period = [energy.get(part, Fraction(0)) if has_periods else Fraction(0) for part in PARTS]
    by_period[FLAT] = total - sum(part for at, part in enumerate(by_period) if at != FLAT)
    spread = bands(lost.transformer + lost.line, [max(part, Fraction(0)) for part in by_period], step)
    month_days = days_of_month(days, book)
    capacity_days, demand_days = charged(days, supply, month_days)
    billed = total + lost.transformer + lost.line
    return (
        Factory(
            voltage_class=supply.voltage_class,
            two_part=supply.two_part,
            bill_month=date(days.period // 100, days.period % 100, 1),
            from_date=days.first,
            to_date=days.end,
            energy=billed,
            by_period=[part + more for part, more in zip(by_period, spread, strict=True)],
            time_of_use=supply.time_of_use,
            has_periods=has_periods,
            mode=supply.purchase_mode,
            own_prices=[supply.market_price] * len(PARTS),
            standard=supply.standard,
            reduced=supply.reduced,
            active=billed,
            reactive=reactive + lost.transformer_reactive + lost.line_reactive,
            method=supply.capacity_method,
            exempt=supply.exempt,
            capacity=supply.capacity,
            capacity_days=capacity_days,
            demand_days=demand_days,
            month_days=month_days,
            contract_demand=supply.contract_demand,
            demand=demand,
            month_energy=billed,
        ),
        lost,
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
    if supply.loss_method == TABLE:
        raise NotCovered("loss_table")
    if supply.loss_method == AGREED_RATIO:
        if supply.agreed_ratio is None:
            raise CannotBill("no_agreed_terms")
        return nearest(active * supply.agreed_ratio, step), nearest(reactive * supply.agreed_ratio, step)
    if supply.loss_method == AGREED_VALUE:
        if supply.agreed_active is None:
            raise CannotBill("no_agreed_terms")
        whole = (days.end - days.first).days
        return (
            part_of_month(supply.agreed_active, whole, whole, whole, step),
            part_of_month(supply.agreed_reactive, whole, whole, whole, step),
        )
    running = [each for each in supply.transformers if each.serves(days.first, days.end)]
    if len(running) != 1:
        raise NotCovered("several_transformers")
    return by_formula(active, reactive, days, running[0], book, step)


def by_formula(
    active: Fraction, reactive: Fraction, days: Days, one: Transformer, book: RuleBook, step: Fraction
) -> tuple[Fraction, Fraction]:
    """Return the losses of one transformer by the standard formula."""
    rule = entry_on(book, LOSS_RULE, days.first).values
    if one.shifts not in SHIFTS:
        raise CannotBill("no_transformer_terms")
    p0, pk, i0, uk = nameplate(one, days.first, book)
    served = (min(days.end, one.to_date or days.end) - max(days.first, one.from_date)).days
    return transformer_loss(
        active,
        reactive,
        one.capacity,
        p0,
        pk,
        i0,
        uk,
        served * int(parameter(rule, "hours_a_day")),
        Fraction(parameter(rule, SHIFTS[one.shifts])),
        step,
    )


def nameplate(one: Transformer, day: date, book: RuleBook) -> list[Fraction]:
    """Return P0, Pk, I0 and Uk of the nameplate, filled up from the table of models."""
    own = [one.p0, one.pk, one.i0, one.uk]
    if None in own and MODELS in book.rules:
        row = row_of_model(one, entry_on(book, MODELS, day).values)
        listed = [None if text is None else Fraction(text) for text in row]
        own = [theirs if mine is None else mine for mine, theirs in zip(own, listed, strict=True)]
    if None in own:
        raise CannotBill("no_transformer_terms")
    return [each for each in own if each is not None]


def row_of_model(one: Transformer, models: Mapping[str, Any]) -> list[str | None]:
    """Return what the table of models says of a model and capacity."""
    for model, capacity, *values in models["rows"]:
        if one.model.upper().startswith(str(model).upper()) and Fraction(capacity) == one.capacity:
            return list(values)
    return [None] * 4


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


def charged(days: Days, supply: Supply, month_days: int) -> tuple[Fraction, int]:
    """Return kVA x charged days of what ran, and the charged days of a demand."""
    connected = supply.opened is not None and supply.opened >= days.first
    part, start = (days.first, days.end), days.first
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
            for each in supply.transformers
        ),
        Fraction(0),
    )
    return ran, demand_days
