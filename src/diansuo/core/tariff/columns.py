"""What goes into the price engine and what comes out: columns, one row per contract and settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64, WrongColumn, require
from diansuo.core.rules import Entry


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

    def __len__(self) -> int:
        return len(self.energy_wh)

    def check(self) -> None:
        """Check dtypes and lengths.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        dtypes = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_}
        for each in fields(self):
            column = getattr(self, each.name)
            require(dtypes[str(each.type)], **{each.name: column})
            if len(column) != len(self):
                raise WrongColumn(f"{each.name}: expected {len(self)} rows, got {len(column)}")

    def take(self, rows: Int64) -> BillingInput:
        """Return the given rows, in that order."""
        return BillingInput(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


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

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class Bills:
    """The priced bills, row by row as in the input, and what was refused.

    Attributes:
        amount_fen: int64, the sum of the row's lines; 0 where not priced.
        priced: bool.
        step: int16, the step the year has reached with this bill; 0 without steps or where not priced.
        energy_wh: int64, the settled energy, which counts for the year; 0 where not priced.
        settlement_rule: int16, index into ``rules`` of the settlement parameters; -1 where not priced.
        lines: the lines.
        rules: every dated entry that priced a row.
        refusals: one for each row not priced, in row order.
        rulebook_hash: hash of the book that priced them.
    """

    amount_fen: Int64
    priced: Bool
    step: Int16
    energy_wh: Int64
    settlement_rule: Int16
    lines: Lines
    rules: tuple[AppliedRule, ...]
    refusals: tuple[Refusal, ...]
    rulebook_hash: str
