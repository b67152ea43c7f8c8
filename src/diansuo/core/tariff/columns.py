"""What goes into the price engine and what comes out: columns, one row per contract and settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, Self

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64, WrongColumn, require
from diansuo.core.rules import Entry

DTYPES: Final = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_}
"""dtype of a column by its annotation."""

NOT_GIVEN_INT16: Final = np.empty(0, np.int16)
NOT_GIVEN_INT64: Final = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class BillingInput:
    """What is to be priced; every column has the same number of rows.

    Attributes:
        price_class: int16, :class:`PriceClass`.
        voltage_class: int16, :class:`VoltageClass`.
        period: int64, 电费年月 YYYYMM.
        from_day: int64, first day of use, days since 1970-01-01.
        to_day: int64, the day after the last day of use.
        energy_wh: int64, Wh of the use period, from the total register.
        peak_wh: int64, Wh of the peak register; 0 when there is none.
        valley_wh: int64, Wh of the valley register; 0 when there is none.
        has_time_of_use: bool, whether peak and valley registers were read.
        year_to_date_wh: int64, settled Wh of this billing year before this bill.
        months_in_year: int16, 1 to 12: how many twelfths of the annual steps apply (domain.md §2.3).
        persons: int16, persons the household has declared; may be left out: nobody has.
        persons_months: int16, for how many of ``months_in_year`` it has them; may be left out: none.
        heating_months: int16, how many of ``months_in_year`` have more for heating; may be left out: none.
        free_months: int16, for how many months this bill settles free energy (低保、五保); may be left out: none.
        free_taken_wh: int64, free energy of these months that an earlier part of the bill took; may be left out.
    """

    price_class: Int16
    voltage_class: Int16
    period: Int64
    from_day: Int64
    to_day: Int64
    energy_wh: Int64
    peak_wh: Int64
    valley_wh: Int64
    has_time_of_use: Bool
    year_to_date_wh: Int64
    months_in_year: Int16
    persons: Int16 = field(default_factory=lambda: NOT_GIVEN_INT16)
    persons_months: Int16 = field(default_factory=lambda: NOT_GIVEN_INT16)
    heating_months: Int16 = field(default_factory=lambda: NOT_GIVEN_INT16)
    free_months: Int16 = field(default_factory=lambda: NOT_GIVEN_INT16)
    free_taken_wh: Int64 = field(default_factory=lambda: NOT_GIVEN_INT64)

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) is NOT_GIVEN_INT16 or getattr(self, each.name) is NOT_GIVEN_INT64:
                object.__setattr__(self, each.name, np.zeros(len(self), DTYPES[str(each.type)]))

    def __len__(self) -> int:
        return len(self.energy_wh)

    def check(self) -> None:
        """Check dtypes and lengths.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        for each in fields(self):
            column = getattr(self, each.name)
            require(DTYPES[str(each.type)], **{each.name: column})
            if len(column) != len(self):
                raise WrongColumn(f"{each.name}: expected {len(self)} rows, got {len(column)}")

    def take(self, rows: Int64) -> BillingInput:
        """Return the given rows, in that order."""
        return BillingInput(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Freeze:
    """Daily frozen registers (日冻结): what a row had used up to 0:00 of a day within its days of use.

    Attributes:
        row: int64, the row of the input; a row and a day at most once.
        day: int64, days since 1970-01-01.
        energy_wh: int64, Wh from the row's ``from_day`` up to 0:00 of the day, and so the two that follow.
        peak_wh: int64.
        valley_wh: int64.
    """

    row: Int64
    day: Int64
    energy_wh: Int64
    peak_wh: Int64
    valley_wh: Int64

    @classmethod
    def none(cls) -> Freeze:
        """Return no registers at all."""
        return cls(*(np.empty(0, np.int64) for _ in fields(cls)))

    def take(self, registers: Bool, row: Int64) -> Freeze:
        """Return some of the registers under new rows."""
        kept = {each.name: getattr(self, each.name)[registers] for each in fields(self)}
        return Freeze(**kept | {"row": row})

    def check(self, rows: int) -> None:
        """Check dtypes, lengths, and that every register belongs to one of so many rows.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        require(np.int64, **{each.name: getattr(self, each.name) for each in fields(self)})
        if len(self.row) and not (self.row.min() >= 0 and self.row.max() < rows):
            raise WrongColumn(f"row: a frozen register belongs to no row of the {rows} priced")


class RefusalCode(StrEnum):
    """Why a row was not priced; the office turns code and params into a sentence."""

    UNKNOWN_PRICE_CLASS = "unknown_price_class"
    UNKNOWN_VOLTAGE_CLASS = "unknown_voltage_class"
    EMPTY_PERIOD = "empty_period"
    NEGATIVE_ENERGY = "negative_energy"
    NEGATIVE_YEAR_TO_DATE = "negative_year_to_date"
    MONTHS_OUT_OF_RANGE = "months_out_of_range"
    NO_TIME_OF_USE_REGISTERS = "no_time_of_use_registers"
    REGISTERS_EXCEED_TOTAL = "registers_exceed_total"
    ENERGY_TOO_LARGE = "energy_too_large"
    NO_SUCH_RULE = "no_such_rule"
    NO_VALUE_IN_FORCE = "no_value_in_force"
    VALUE_ABSENT = "value_absent"
    PRICE_CHANGE_WITHIN_PERIOD = "price_change_within_period"
    NO_STEPS_TO_ADD_TO = "no_steps_to_add_to"
    TIME_OF_USE_NOT_ALLOWED = "time_of_use_not_allowed"
    FREEZE_CONTRADICTS_READING = "freeze_contradicts_reading"
    EARLIER_BILLS_DO_NOT_ADD_UP = "earlier_bills_do_not_add_up"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that could not be priced, why, and what is needed to say so in any language."""

    row: int
    code: RefusalCode
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A dated entry of the rulebook that priced at least one row, as evidence to store with the bill.

    Attributes:
        rule_id: e.g. ``province/henan/residential_steps``.
        slice_hash: hash of the values.
        effective: first day they hold, ISO.
        values: the values themselves, plain data.
        source: where they were published, plain data.
        unverified: (field, why) of what is unchecked among the values that are known.
        rounding_steps: ids of the roundings the rule applies, docs/rules/rounding.md.
        entry: the entry, for :meth:`to_slice`.
    """

    rule_id: str
    slice_hash: str
    effective: str
    values: Mapping[str, Any]
    source: Mapping[str, str | None]
    unverified: tuple[tuple[str, str], ...]
    rounding_steps: tuple[str, ...]
    entry: Entry = field(repr=False)

    def to_slice(self) -> dict[str, Any]:
        """Return what :func:`recompute` needs to price the same bill again, as plain data."""
        return self.entry.to_slice()


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of all bills, ordered by row and then by sequence.

    Attributes:
        row: int64, the row of the input the line belongs to.
        sequence: int16, 1, 2, … within the bill.
        component: int16, :class:`Component`.
        step: int16, the step the line is about, from 1; 0 where the price has no steps.
        quantity_wh: int64, Wh charged.
        price_nano: int64, nano-yuan per kWh.
        amount_fen: int64, quantity x price, rounded half away from zero (step id ``line-fen``).
        remainder_wh: int64, Wh that roundings moved into this line's quantity (``energy-precision``,
            ``valley-remainder``): a base, peak or valley quantity less this is what the register showed.
        rule: int16, index into ``Bills.rules``.
        part: int16, number of the part of the period the line belongs to, from 1; 0 where it is not divided.
    """

    row: Int64
    sequence: Int16
    component: Int16
    step: Int16
    quantity_wh: Int64
    price_nano: Int64
    amount_fen: Int64
    remainder_wh: Int64
    rule: Int16
    part: Int16

    @classmethod
    def empty(cls, count: int = 0) -> Self:
        """Return columns to be written, of so many lines; only ``part`` is already right, 0."""
        columns: dict[str, Any] = {each.name: np.empty(count, DTYPES[str(each.type)]) for each in fields(cls)}
        return cls(**columns | {"part": np.zeros(count, np.int16)})

    def __len__(self) -> int:
        return len(self.row)

    def take(self, lines: Int64 | Bool) -> Self:
        """Return the given lines, in that order."""
        return type(self)(**{each.name: getattr(self, each.name)[lines] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the periods that a change of prices divides, ordered by row and then by day.

    Attributes:
        row: int64, the row of the input.
        part: int16, 1, 2, … within the row.
        from_day: int64, its first day of use, days since 1970-01-01.
        to_day: int64, the day after its last one.
        energy_wh: int64, Wh as divided, before settling, and so the two that follow; they sum to the row's.
        peak_wh: int64.
        valley_wh: int64.
        by_days: bool, divided by days (step id ``price-change-days``); else by the daily frozen register.
        settlement_rule: int16, index into ``Bills.rules``; -1 where not priced.
        terms_rule: int16, likewise; -1 where none was needed.
    """

    row: Int64
    part: Int16
    from_day: Int64
    to_day: Int64
    energy_wh: Int64
    peak_wh: Int64
    valley_wh: Int64
    by_days: Bool
    settlement_rule: Int16
    terms_rule: Int16

    @classmethod
    def none(cls) -> Self:
        """Return no parts: no period is divided."""
        return cls(**{each.name: np.empty(0, DTYPES[str(each.type)]) for each in fields(cls)})

    def __len__(self) -> int:
        return len(self.row)

    def take(self, parts: Int64 | Bool) -> Self:
        """Return the given parts, in that order."""
        return type(self)(**{each.name: getattr(self, each.name)[parts] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Bills:
    """The priced bills, row by row as in the input, and what was refused.

    Attributes:
        amount_fen: int64, the sum of the row's lines; 0 where not priced.
        priced: bool.
        step: int16, the step the year has reached with this bill; 0 without steps or where not priced.
        energy_wh: int64, the settled energy; 0 where not priced.
        counted_wh: int64, how much of it counts for the year: all, unless free energy does not.
        settlement_rule: int16, index into ``rules`` of the settlement parameters (of the last part); -1 where
            not priced.
        terms_rule: int16, index into ``rules`` of the terms for households, where they were needed; else -1.
        lines: the lines.
        refunds: lines that are not on the bill but owed to the household by another way (先征后返).
        parts: of every bill that crosses a change, its parts.
        rules: every dated entry that priced a row.
        refusals: one for each row not priced, in row order.
        rulebook_hash: hash of the book that priced them.
    """

    amount_fen: Int64
    priced: Bool
    step: Int16
    energy_wh: Int64
    counted_wh: Int64
    settlement_rule: Int16
    terms_rule: Int16
    lines: Lines
    refunds: Lines
    parts: Parts
    rules: tuple[AppliedRule, ...]
    refusals: tuple[Refusal, ...]
    rulebook_hash: str
