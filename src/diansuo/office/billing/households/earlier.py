"""The bills of the year before this one, as they were priced: for years settled anew or begun within the year."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import MONTHS, next_month
from diansuo.core.tariff import BillingInput, EarlierBills
from diansuo.core.tariff.columns import DTYPES
from diansuo.office.base import bulk
from diansuo.office.billing.households.loading import KEYS_A_QUERY
from diansuo.office.billing.households.planning import STEPPED

Table = dict[str, npt.NDArray[Any]]

# A divided bill comes as its parts, each with the class, months and energy before it that priced it.
YEAR_BILLS = """
    SELECT b.contract_id, b.period, COALESCE(t.price_class, b.price_class), COALESCE(t.voltage_class, b.voltage_class),
           COALESCE({part_from}, {bill_from}), COALESCE({part_to}, {bill_to}),
           COALESCE(t.energy_wh, c.total_wh), COALESCE(t.peak_wh, c.peak_wh), COALESCE(t.valley_wh, c.valley_wh),
           c.has_parts, COALESCE(t.year_to_date_wh, b.year_to_date_wh),
           COALESCE(t.months_in_year, b.months_in_year), b.persons, b.persons_months, b.heating_months, b.free_months,
           CASE WHEN t.part IS NULL OR t.part = 1 THEN b.counted_wh ELSE 0 END, {bill_to}
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    LEFT JOIN billing_billpart t ON t.bill_id = b.id
    WHERE b.contract_id IN ({marks}) AND b.period BETWEEN %s AND %s AND b.period < %s AND b.state IN (1, 2)
    ORDER BY b.contract_id, b.period, t.part
"""
ISSUED_ELSEWHERE = """
    SELECT x.contract_id, x.period, x.energy_wh FROM billing_externalbill x
    WHERE x.contract_id IN ({marks}) AND x.period BETWEEN %s AND %s AND x.period < %s
"""
COLUMNS: Final = (
    "contract", "period", "price_class", "voltage_class", "from_day", "to_day", "energy_wh", "peak_wh", "valley_wh",
    "has_time_of_use", "year_to_date_wh", "months_in_year", "persons", "persons_months", "heating_months",
    "free_months", "counted_wh", "bill_to_day",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearBills:
    """Bills of a year: ours in pieces as they were priced, and what another system issued (contract, month, Wh)."""

    ours: Table
    issued: list[tuple[int, int, int]]

    def counted_wh(self, contract: int, since: int) -> int:
        """Return the energy of a contract that counts in a year of steps that began on a day.

        Of a bill whose days reach from before that day beyond it only the parts since then count: what its earlier
        parts used belongs to the year before, the former owner's or that of another class.
        """
        mine = (self.ours["contract"] == contract) & (self.ours["bill_to_day"] > since)
        if not self.issued:
            return self._counted_wh(mine, since)
        later = [one for one in self.issued if one[0] == contract and _first_day(one[1]) > since]
        months = {month for _key, month, _wh in later}
        kept = mine & ~np.isin(self.ours["period"], list(months))
        return self._counted_wh(kept, since) + sum(wh for _key, _month, wh in later)

    def _counted_wh(self, mine: npt.NDArray[np.bool_], since: int) -> int:
        """Add up what counts since a day: of whole bills what they say, of divided ones their parts with steps."""
        ours = self.ours
        before = ours["from_day"] < since
        cut = np.isin(ours["period"], np.unique(ours["period"][mine & before]))
        stepped = np.isin(ours["price_class"], list(STEPPED))
        # The rest of settling is in a bill's first part, so a later one's energy is what it was settled with.
        parts = mine & cut & ~before & stepped
        return int(ours["counted_wh"][mine & ~cut].sum()) + int(ours["energy_wh"][parts].sum())

    def before(
        self, last: BillingInput, contract: Int64, since: Int64, months: npt.NDArray[np.int16]
    ) -> EarlierBills:
        """Return what the last bills' years were priced as before them.

        Energy of the year that no bill of ours made up (年初累计, another system's bills) is taken as one bill.

        Args:
            last: the last bills, with the year's energy before each.
            contract: int64 (rows,), whose they are.
            since: int64 (rows,), the day their year of steps began.
            months: int16 (rows,), the months the year had been priced with.
        """
        elsewhere = {(key, month) for key, month, _wh in self.issued}
        row, at = [], []
        rest_wh = last.year_to_date_wh.copy()
        stepped = np.isin(self.ours["price_class"], list(STEPPED))
        for place, key in enumerate(contract.tolist()):
            mine = (self.ours["contract"] == key) & (self.ours["bill_to_day"] > since[place])
            mine &= np.array(
                [(key, month) not in elsewhere for month in self.ours["period"].tolist()], np.bool_
            )
            rest_wh[place] -= self._counted_wh(mine, int(since[place]))
            begins = self.ours["from_day"] >= since[place]
            found = np.flatnonzero(mine & stepped & begins)
            row += [place] * len(found)
            at += found.tolist()
        other = EarlierBills.as_one(replace(last, year_to_date_wh=np.maximum(rest_wh, 0)), months)
        own = _inputs(self.ours, np.array(at, np.int64))
        return EarlierBills(np.concatenate([np.array(row, np.int64), other.row]), _joined(own, other.inputs))


def year_bills(contracts: list[int], period: int, months: tuple[int, int], *, beside: bool) -> YearBills:
    """Load the bills of these contracts in the months of a year before this one.

    Args:
        contracts: whose.
        period: the month that is priced now.
        months: first and last month of the billing year.
        beside: another system issues the bills.
    """
    ours: list[Table] = []
    issued: list[tuple[int, int, int]] = []
    days = {
        "part_from": bulk.day_number("t.from_date"),
        "part_to": bulk.day_number("t.to_date"),
        "bill_from": bulk.day_number("b.from_date"),
        "bill_to": bulk.day_number("b.to_date"),
    }
    kinds = {name: "bool" if name == "has_time_of_use" else "int" for name in COLUMNS}
    for start in range(0, max(len(contracts), 1), KEYS_A_QUERY):
        some = contracts[start : start + KEYS_A_QUERY] or [0]
        marks = ", ".join(["%s"] * len(some))
        params = [*some, *months, period]
        ours.append(bulk.fetch_columns(YEAR_BILLS.format(marks=marks, **days), params, **kinds))
        if beside:
            rows = bulk.fetch_columns(
                ISSUED_ELSEWHERE.format(marks=marks), params, contract="int", period="int", energy_wh="int"
            )
            issued += zip(*(column.tolist() for column in rows.values()), strict=True)
    return YearBills({name: np.concatenate([one[name] for one in ours]) for name in COLUMNS}, issued)


def year_months(period_year: int, year_start_month: int) -> tuple[int, int]:
    """Return first and last month of a billing year."""
    first = period_year * 100 + year_start_month
    return first, next_month(first, MONTHS - 1)


def _inputs(table: Table, at: Int64) -> BillingInput:
    given = {
        each.name: table[each.name][at].astype(DTYPES[str(each.type)])
        for each in fields(BillingInput)
        if each.name in table
    }
    return BillingInput(**given)


def _joined(first: BillingInput, second: BillingInput) -> BillingInput:
    return BillingInput(
        **{
            each.name: np.concatenate([getattr(first, each.name), getattr(second, each.name)])
            for each in fields(BillingInput)
        }
    )


def _first_day(period: int) -> int:
    return int(np.datetime64(f"{period // 100:04d}-{period % 100:02d}", "D").astype(np.int64))
