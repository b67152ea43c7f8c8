"""Billed months as the engine's columns, in bulk: households from their bills and parts, commercial from their facts.

The same evidence as :mod:`diansuo.office.billing.recomputing` prices one bill from; here a population at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import billing_year, next_month
from diansuo.core.quantity.wide import quotient
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import BillingInput, Freeze
from diansuo.core.tariff.columns import DTYPES
from diansuo.core.tariff.commercial import NOT_KNOWN, CommercialInput
from diansuo.core.tariff.what_if import Rows
from diansuo.core.tariff.what_if.change import BY_DEMAND, COMMERCIAL
from diansuo.office.base import bulk
from diansuo.office.base.scope import Scope
from diansuo.office.billing.commercial.rules import entry_on, value_of
from diansuo.office.billing.repricing.population import Population

IDS_AT_ONCE: Final = 500  # below SQLite's limit of parameters
LARGEST_ROUNDING_WH: Final = 1000
"""Up to a whole kWh the settled energy differs from what was read; beyond it other points are in it too."""
LOSSES: Final = "national/transformer_loss"
PROPORTIONAL: Final = "proportional"

JOINS = """
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract k ON k.id = b.contract_id
    JOIN archive_customer m ON m.id = k.customer_id
    LEFT JOIN archive_pointarea a ON a.point_id = c.point_id AND a.valid_from < b.to_date
         AND (a.valid_to IS NULL OR a.valid_to >= b.to_date)
    LEFT JOIN archive_contractterm t ON t.contract_id = k.id AND t.valid_from <= b.from_date
         AND (t.valid_to IS NULL OR t.valid_to > b.from_date)
"""
BILLS = """
    SELECT b.id, b.period, c.point_id, b.contract_id, k.customer_id, COALESCE(a.area_id, 0), b.price_class,
           b.voltage_class, {from_day}, {to_day}, b.energy_wh, c.total_wh, b.peak_wh, b.valley_wh, c.has_parts,
           b.year_to_date_wh, b.months_in_year, b.persons, b.persons_months, b.heating_months, b.free_months,
           b.amount_fen, b.transformer_loss_wh + b.line_loss_wh, COALESCE(t.capacity_va, 0)
    {joins} WHERE {conditions} ORDER BY b.id
"""
PARTS = """
    SELECT r.bill_id, r.part, {from_day}, {to_day}, r.energy_wh, r.peak_wh, r.valley_wh, r.by_days, r.price_class,
           r.voltage_class, r.months_in_year, r.year_to_date_wh
    FROM billing_billpart r WHERE r.bill_id IN (SELECT b.id {joins} WHERE {conditions}) AND r.price_class IS NOT NULL
    ORDER BY r.bill_id, r.part
"""
FACTS = """
    SELECT f.bill_id, f.content
    FROM billing_billfacts f WHERE f.bill_id IN (SELECT b.id {joins} WHERE {conditions}) ORDER BY f.bill_id
"""
# What counted for no steps is in no year to date; a class with steps would have counted it.
UNCOUNTED = """
    SELECT b.contract_id, b.period, b.energy_wh - b.counted_wh FROM billing_bill b
    WHERE b.period BETWEEN %s AND %s AND b.contract_id BETWEEN %s AND %s AND b.energy_wh <> b.counted_wh
"""
BILL_COLUMNS = (
    "bill", "period", "point", "contract", "customer", "area", "price_class", "voltage_class", "from_day", "to_day",
    "energy_wh", "total_wh", "peak_wh", "valley_wh", "has_parts", "year_to_date_wh", "months_in_year", "persons",
    "persons_months", "heating_months", "free_months", "amount_fen", "lost_wh", "capacity_va",
)  # fmt: skip
OF_PARTS = ("from_day", "to_day", "energy_wh", "peak_wh", "valley_wh")
OF_STRETCHES = (*OF_PARTS, "price_class", "voltage_class", "months_in_year", "year_to_date_wh")


@dataclass(frozen=True, slots=True)
class Billed:
    """Billed months, one row a bill in the order of their ids, with what priced them.

    Attributes:
        bill: int64, the bill's id, and so the columns that follow.
        period: YYYYMM.
        point: the metering point.
        contract: its contract.
        customer: its customer.
        area: the transformer area; 0 without one.
        price_class: as billed, of the last day.
        energy_wh: as settled.
        amount_fen: as billed.
        capacity_va: of the contract on the first day; 0 where unknown.
        days: first and last day of use, both included, of all bills.
        rows: what goes into the engines.
        freeze: the registers that divided households.
        without_facts: bool, commercial bills that keep not what they were priced with.
    """

    bill: Int64
    period: Int64
    point: Int64
    contract: Int64
    customer: Int64
    area: Int64
    price_class: Int64
    energy_wh: Int64
    amount_fen: Int64
    capacity_va: Int64
    days: tuple[int, int] | None
    rows: Rows
    freeze: Freeze
    without_facts: Bool

    def __len__(self) -> int:
        return len(self.bill)


def load(
    scope: Scope, population: Population, book: RuleBook, *, year_start_month: int = 1, years: bool = False
) -> Billed:
    """Load the bills of a population, of every state, in three queries.

    Args:
        scope: whose bills may be seen.
        population: which of them.
        book: the rules, which say how losses come into a demand.
        year_start_month: month in which the billing year begins.
        years: whether ``rows.year_wh`` is needed, for a class with steps in place of one without.
    """
    conditions, params = population.conditions(scope)
    where = {"joins": JOINS, "conditions": conditions}
    given = bulk.fetch_columns(
        BILLS.format(from_day=bulk.day_number("b.from_date"), to_day=bulk.day_number("b.to_date"), **where),
        params,
        **dict.fromkeys(BILL_COLUMNS, "int") | {"has_parts": "bool"},
    )
    commercial = np.isin(given["price_class"], COMMERCIAL)
    households, of_household, freeze = _households(given, np.flatnonzero(~commercial), _parts(where, params))
    facts, of_commercial, by_demand = (
        _facts(where, params, given["bill"])
        if commercial.any()
        else (_no_facts(), _none(), np.zeros(0, np.bool_))
    )
    without = commercial.copy()
    without[of_commercial] = False
    year_wh = given["year_to_date_wh"] + (_uncounted(given, year_start_month) if years else 0)
    demand_w = _demand_with_losses(facts, by_demand, given["lost_wh"][of_commercial], book)
    return Billed(
        **{name: given[name] for name in (
            "bill", "period", "point", "contract", "customer", "area", "price_class", "energy_wh", "amount_fen",
            "capacity_va",
        )},
        days=(int(given["from_day"].min()), int(given["to_day"].max()) - 1) if len(commercial) else None,
        rows=Rows(households, of_household, facts, of_commercial, demand_w, year_wh),
        freeze=freeze,
        without_facts=without,
    )  # fmt: skip


def _none() -> Int64:
    return np.zeros(0, np.int64)


def _parts(where: dict[str, str], params: Sequence[Any]) -> dict[str, Any]:
    return bulk.fetch_columns(
        PARTS.format(from_day=bulk.day_number("r.from_date"), to_day=bulk.day_number("r.to_date"), **where),
        params,
        bill="int", part="int", from_day="int", to_day="int", energy_wh="int", peak_wh="int", valley_wh="int",
        by_days="bool", price_class="int", voltage_class="int", months_in_year="int", year_to_date_wh="int",
    )  # fmt: skip


def _households(
    given: dict[str, Any], rows: Int64, parts: dict[str, Any]
) -> tuple[BillingInput, Int64, Freeze]:
    """Return one row for each household's bill, or one for each part where the class changes between them."""
    mine = {name: column[rows] for name, column in given.items()}
    at = np.searchsorted(mine["bill"], parts["bill"])
    stretched = _stretched(mine, at, parts)
    energy = np.where(
        np.abs(mine["total_wh"] - mine["energy_wh"]) <= LARGEST_ROUNDING_WH,
        mine["total_wh"],
        mine["energy_wh"],
    )
    whole = np.flatnonzero(~stretched)
    cut = np.flatnonzero(stretched[at]) if len(at) else _none()
    place = np.append(whole, at[cut])
    columns = {
        "period": mine["period"][place],
        "has_time_of_use": mine["has_parts"][place],
        **{
            name: mine[name][place] for name in ("persons", "persons_months", "heating_months", "free_months")
        },
        **{
            name: np.append((energy if name == "energy_wh" else mine[name])[whole], parts[name][cut])
            for name in OF_STRETCHES
        },
    }
    inputs = BillingInput(**{each.name: columns[each.name].astype(DTYPES[str(each.type)])
                             for each in fields(BillingInput) if each.name in columns})  # fmt: skip
    return (
        inputs,
        rows[place],
        _freeze(parts, at, np.flatnonzero(~stretched[at]) if len(at) else _none(), whole),
    )


def _stretched(mine: dict[str, Any], at: Int64, parts: dict[str, Any]) -> Bool:
    """Tell which bills were priced by other terms in some part than the bill carries."""
    found = np.zeros(len(mine["bill"]), np.bool_)
    for name in ("price_class", "voltage_class", "months_in_year"):
        found[at[parts[name] != mine[name][at]]] = True
    first = parts["part"] == 1
    found[at[first & (parts["year_to_date_wh"] != mine["year_to_date_wh"][at])]] = True
    return found


def _freeze(parts: dict[str, Any], at: Int64, kept: Int64, whole: Int64) -> Freeze:
    """Return the registers that divided bills: what their parts had used up to each day that days did not divide."""
    if not len(kept):
        return Freeze.none()
    row = np.searchsorted(whole, at[kept])
    columns = {name: parts[name][kept] for name in ("part", "to_day", "by_days", *OF_PARTS[2:])}
    follows = np.append(row[1:] == row[:-1], False)
    both = follows & ~(columns["by_days"] & np.append(columns["by_days"][1:], True))
    start = np.flatnonzero(columns["part"] == 1)
    run = np.repeat(start, np.diff(np.append(start, len(row))))
    used = []
    for name in OF_PARTS[2:]:
        total = np.cumsum(columns[name])
        used.append((total - (total - columns[name])[run])[both])
    return Freeze(row[both], columns["to_day"][both], *used)


def _facts(where: dict[str, str], params: Sequence[Any], bill: Int64) -> tuple[CommercialInput, Int64, Bool]:
    """Return what commercial bills were priced with, which bills these are, and which paid by demand on some days."""
    held = bulk.fetch_columns(FACTS.format(**where), params, bill="int", content="text")
    read = [json.loads(one) if isinstance(one, str) else one for one in held["content"].tolist()]
    # A household's bill in stretches keeps facts too, of another kind.
    at = [place for place, one in enumerate(read) if "stretches" not in one]
    content = [read[place] for place in at]
    kinds = DTYPES | {"ByBand": np.int64}
    if not content:
        return _no_facts(), _none(), np.zeros(0, np.bool_)
    inputs = CommercialInput(
        **{
            each.name: np.array([_known(one[each.name]) for one in content], dtype=kinds[str(each.type)])
            for each in fields(CommercialInput)
        }
    )
    by_demand = np.array(
        [
            any(map(_pays_by_demand, (one, *(each["terms"] for each in one.get("later", ())))))
            for one in content
        ],
        np.bool_,
    )
    return inputs, np.searchsorted(bill, held["bill"][at]), by_demand


def _pays_by_demand(terms: Mapping[str, Any]) -> bool:
    """Tell whether some days of a month paid by demand: such a bill's demand has its losses in it already."""
    return bool(terms["two_part"] and not terms["capacity_exempt"] and terms["capacity_method"] in BY_DEMAND)


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return [NOT_KNOWN if one is None else one for one in value]
    return NOT_KNOWN if value is None else value


def _no_facts() -> CommercialInput:
    kinds = DTYPES | {"ByBand": np.int64}
    return CommercialInput(
        **{
            each.name: np.zeros((0, 5) if str(each.type) == "ByBand" else 0, kinds[str(each.type)])
            for each in fields(CommercialInput)
        }
    )


def _demand_with_losses(given: CommercialInput, by_demand: Bool, lost_wh: Int64, book: RuleBook) -> Int64:
    """Return the demand that a charge by demand would take where the bill has another: grown as the energy is.

    ``by_demand`` says which bills paid by demand on some of their days; theirs has grown already.
    """
    demand_w = given.demand_w.copy()
    read_wh = given.energy_wh - lost_wh
    grows = ~by_demand & (demand_w > 0) & (lost_wh > 0) & (read_wh > 0)
    for day in np.unique(given.from_day[grows]).tolist():
        word = value_of(entry_on(book, LOSSES, day), "demand_losses")
        some = grows & (given.from_day == day)
        if word is None:
            demand_w[some] = NOT_KNOWN
        grows &= ~some | (word == PROPORTIONAL)
    rows = np.flatnonzero(grows)
    if len(rows):
        demand_w[rows] = quotient(
            [demand_w[rows], given.energy_wh[rows]], [read_wh[rows]], rounding="half_away"
        )
    return demand_w


def _uncounted(given: dict[str, Any], year_start_month: int) -> Int64:
    """Return for each bill what its contract used before it in its billing year and no year to date has."""
    more = np.zeros(len(given["bill"]), np.int64)
    if not len(more):
        return more
    low, high = int(given["contract"].min()), int(given["contract"].max())
    for period in np.unique(given["period"]).tolist():
        first = billing_year(period, year_start_month) * 100 + year_start_month
        if first == period:
            continue
        held = bulk.fetch_columns(
            UNCOUNTED, [first, next_month(period, -1), low, high], contract="int", period="int", wh="int"
        )
        rows = np.flatnonzero(given["period"] == period)
        owners, at = np.unique(held["contract"], return_inverse=True)
        sums = np.zeros(len(owners) + 1, np.int64)
        np.add.at(sums, at, held["wh"])
        place = np.searchsorted(owners, given["contract"][rows])
        known = np.append(owners, -1)[place] == given["contract"][rows]
        more[rows] = np.where(known, sums[place], 0)
    return more


def corrected(bills: Int64, component: int) -> Iterator[int]:
    """Yield those of some bills that have a line of a component."""
    for start in range(0, len(bills), IDS_AT_ONCE):
        some = bills[start : start + IDS_AT_ONCE].tolist()
        marks = ", ".join(["%s"] * len(some))
        found = bulk.fetch_columns(
            f"SELECT DISTINCT bill_id FROM billing_billline WHERE component = %s AND bill_id IN ({marks})",
            [component, *some],
            bill="int",
        )
        yield from found["bill"].tolist()
