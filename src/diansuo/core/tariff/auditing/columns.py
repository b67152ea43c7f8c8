"""What the audit is given of a month: one row a draft bill, in whole numbers; -1 (``ABSENT``) is what is not known."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.money import PRODUCT_PER_FEN, WH_PER_KWH, amount_fen
from diansuo.core.quantity.wide import quotient
from diansuo.core.tariff.classes import PriceClass

FAMILIES: Final = 3
RESIDENTIAL, AGRICULTURAL, COMMERCIAL = range(FAMILIES)
_FAMILY: Final = {
    PriceClass.AGRICULTURAL: AGRICULTURAL,
    PriceClass.COMMERCIAL_SINGLE_PART: COMMERCIAL,
    PriceClass.COMMERCIAL_TWO_PART: COMMERCIAL,
}
HOUSEHOLD_TIME_OF_USE: Final = (
    int(PriceClass.RESIDENTIAL_STEPS_TOU),
    int(PriceClass.RESIDENTIAL_SHARED_TOU),
)


def family(price_class: Int64) -> Int64:
    """Return residential, agricultural or commercial, (rows,): whose months go up and down together."""
    table = np.full(max(PriceClass) + 1, RESIDENTIAL, np.int64)
    for one, value in _FAMILY.items():
        table[one] = value
    return np.asarray(table[price_class], np.int64)


def mean_price_nano(amount_fen: Int64, energy_wh: Int64) -> Int64:
    """Return what a kWh comes to, (rows,), nano-yuan per kWh; energies must be above 0."""
    if not len(energy_wh):
        return np.zeros(0, np.int64)
    return quotient([amount_fen, PRODUCT_PER_FEN], [energy_wh], rounding="half_away")


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of some points, one row each; int64 but where said otherwise.

    Attributes:
        price_class, voltage_class: of the bill.
        from_day, to_day: of the settled month, days since 1970-01-01.
        energy_wh: what the meter showed.
        billed_wh: what is billed: without what meters behind it take, with losses.
        amount_fen: of the bill.
        sharp_wh, peak_wh, flat_wh, valley_wh, deep_valley_wh: shown by period; ``has_parts`` bool, whether complete.
        idle: bool, a month in which the contract stands idle. ``charging``: bool, charges vehicles.
        capacity_va: contract capacity, 0 unknown.
        area_va: capacity of the transformer of its area, 0 unknown.
        last_wh, last_days: of the month before, 0 days where it was not settled; ``year_ago_wh``, ``year_ago_days``:
            of the same month of the year before.
        ratio_permille: middle change a day against the last month among its like, ``ABSENT`` where they are too few.
        middle_nano: middle average price of its class, ``ABSENT`` likewise.
        loss_wh: transformer loss on the bill.
        subs_wh: energy of the meters behind it, ``ABSENT`` where none is known.
        year_wh: year to date before this bill; ``year_asked`` bool, whether steps of a year count;
            ``months_wh``: what the issued bills of the year and its opening add up to; ``new_year`` bool;
            ``opened_wh``: of a bill in steps, the year's opening where none of its issued bills knew it, else 0.
        multiplier, before_multiplier: at the end of this month and of the one before, ``ABSENT`` unknown;
            ``ordered``: bool, an order of the customer stands near.
        billed_day: until when the point is billed by issued bills of other months, ``ABSENT`` where by none.
    """

    price_class: Int64
    voltage_class: Int64
    from_day: Int64
    to_day: Int64
    energy_wh: Int64
    billed_wh: Int64
    amount_fen: Int64
    sharp_wh: Int64
    peak_wh: Int64
    flat_wh: Int64
    valley_wh: Int64
    deep_valley_wh: Int64
    has_parts: Bool
    idle: Bool
    charging: Bool
    capacity_va: Int64
    area_va: Int64
    last_wh: Int64
    last_days: Int64
    year_ago_wh: Int64
    year_ago_days: Int64
    ratio_permille: Int64
    middle_nano: Int64
    loss_wh: Int64
    subs_wh: Int64
    year_wh: Int64
    year_asked: Bool
    months_wh: Int64
    new_year: Bool
    opened_wh: Int64
    multiplier: Int64
    before_multiplier: Int64
    ordered: Bool
    billed_day: Int64

    def __post_init__(self) -> None:
        """Refuse columns of another kind or length (WrongColumn)."""
        columns = {each.name: getattr(self, each.name) for each in fields(self)}
        flags = {name for name, column in columns.items() if column.dtype == np.bool_}
        require(np.int64, **{name: column for name, column in columns.items() if name not in flags})
        require(np.bool_, **{name: columns[name] for name in flags}, _rows=np.zeros(len(self), np.bool_))

    def __len__(self) -> int:
        return len(self.price_class)

    @property
    def days(self) -> Int64:
        """Days of the settled month."""
        return self.to_day - self.from_day

    @property
    def residential(self) -> Bool:
        """Who is judged by the smaller difference."""
        return np.asarray(family(self.price_class) == RESIDENTIAL, np.bool_)

    @property
    def price_nano(self) -> Int64:
        """Average price of the bill; the middle one of the class, or nothing, where there is no energy."""
        own = mean_price_nano(self.amount_fen, np.maximum(self.billed_wh, WH_PER_KWH))
        return np.where(self.billed_wh >= WH_PER_KWH, own, np.maximum(self.middle_nano, 0))

    def worth_fen(self, energy_wh: Int64) -> Int64:
        """Return what an energy, (rows,), comes to at each bill's average price."""
        return amount_fen(energy_wh, self.price_nano, rounding="half_away")


@dataclass(frozen=True, slots=True)
class Commercial:
    """What only commercial drafts have; ``row`` is that of the drafts, the others as there.

    Attributes:
        row: int64, ascending.
        first: bool, the first of its contract's commercial bills of the month: what is wrong with the contract is told
            of this one alone.
        two_part, time_of_use, adjusted, has_terms: bool; ``adjusted``: the power factor is judged.
        capacity_method: as stored. contract_demand_w: of this feed, 0 unknown.
        factor: power factor of the bill in hundredths, ``ABSENT`` none; ``factor_before``: of the month before.
        reactive_varh: read; ``has_reactive`` bool.
        demand_w: read, ``ABSENT`` not read; ``demand_before_w``: of the month before.
        side: 计量方式 (1 高供高计, 2 高供低计, 3 低供低计), 0 unknown.
        loss_method: as stored, 0 none.
        charge_fen: capacity and demand charge on the bill.
        own_va: capacity of the customer's own transformers that run at the end of the month; ``has_own`` bool,
            whether the archive has any at all; ``ran``: bool, one ran on any day of the month.
        estimated_loss_wh: by formula from nameplates, ``ABSENT`` where it cannot be computed.
    """

    row: Int64
    first: Bool
    two_part: Bool
    time_of_use: Bool
    adjusted: Bool
    has_terms: Bool
    capacity_method: Int64
    contract_demand_w: Int64
    factor: Int64
    factor_before: Int64
    reactive_varh: Int64
    has_reactive: Bool
    demand_w: Int64
    demand_before_w: Int64
    side: Int64
    loss_method: Int64
    charge_fen: Int64
    own_va: Int64
    has_own: Bool
    ran: Bool
    estimated_loss_wh: Int64

    def __len__(self) -> int:
        return len(self.row)
