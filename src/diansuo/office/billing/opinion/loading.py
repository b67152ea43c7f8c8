"""A month's bills issued elsewhere and ours as the columns the core compares, customer by customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import billing_year, previous_month
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component, Lines
from diansuo.core.tariff.commercial import CommercialLines
from diansuo.core.tariff.comparing import NOT_STATED, Ours, StatedLines, Theirs, lines_in_their_kinds
from diansuo.core.tariff.what_if import Rows
from diansuo.core.tariff.what_if.change import COMMERCIAL
from diansuo.office.archive.importing import words
from diansuo.office.base import bulk
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import ExternalBill
from diansuo.office.billing.repricing.loading import Billed, load
from diansuo.office.billing.repricing.population import Population

EXTERNAL: Final = """
    SELECT e.id, e.customer_id, e.amount_fen, e.energy_wh, COALESCE(e.multiplier, {none}), COALESCE(e.loss_wh, {none})
    FROM billing_externalbill e JOIN archive_customer k ON k.id = e.customer_id
    WHERE e.period = %s AND k.station_id = %s ORDER BY e.customer_id
"""
YEAR: Final = """
    SELECT e.customer_id, SUM(e.energy_wh), COUNT(*)
    FROM billing_externalbill e JOIN archive_customer k ON k.id = e.customer_id
    WHERE e.period BETWEEN %s AND %s AND k.station_id = %s GROUP BY e.customer_id ORDER BY e.customer_id
"""
STATED: Final = """
    SELECT e.customer_id, l.kind, COALESCE(l.quantity, {none}), COALESCE(l.price_nano, {none}),
           COALESCE(l.amount_fen, {none})
    FROM billing_externalline l JOIN billing_externalbill e ON e.id = l.bill_id
    JOIN archive_customer k ON k.id = e.customer_id
    WHERE e.period = %s AND k.station_id = %s ORDER BY e.customer_id, l.kind
"""
# Written so that SQLite begins with the station's points, not with the month of every station.
OURS: Final = """
    SELECT b.id, b.transformer_loss_wh + b.line_loss_wh,
           ABS(c.reactive_forward_varh) + ABS(c.reactive_reverse_varh),
           COALESCE((SELECT SUM(l.amount_fen) FROM billing_billline l
                     WHERE l.bill_id = b.id AND l.component = {correction}), 0),
           COALESCE((SELECT CASE WHEN MIN(i.multiplier) = MAX(i.multiplier) THEN MIN(i.multiplier) END
                     FROM archive_meterinstallation i WHERE i.point_id = c.point_id AND i.valid_from < b.to_date
                     AND (i.valid_to IS NULL OR i.valid_to > b.from_date)), {none})
    FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN billing_bill b ON b.consumption_id = c.id AND +b.period = c.period
    WHERE c.point_id = p.id AND c.period = %s AND p.station_id = %s ORDER BY b.id
"""
LINES: Final = """
    SELECT l.bill_id, l.component, l.part, l.step, COALESCE(l.band, -1), l.quantity, l.days, l.price_nano, l.amount_fen
    FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN billing_bill b ON b.consumption_id = c.id AND +b.period = c.period
    JOIN billing_billline l ON l.bill_id = b.id
    WHERE c.point_id = p.id AND c.period = %s AND p.station_id = %s ORDER BY l.bill_id, l.sequence
"""
LINE_COLUMNS: Final = (
    "bill",
    "component",
    "part",
    "step",
    "band",
    "quantity",
    "days",
    "price_nano",
    "amount_fen",
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a station, one row a bill issued elsewhere for which there is one of ours.

    Attributes:
        bill: int64, ids of the bills issued elsewhere.
        customer: int64.
        ours: our bills, summed by customer.
        theirs: theirs.
        stated: lines they state.
        stored: our lines in their kinds.
        rows: what priced ours, of the customers with one bill.
    """

    bill: Int64
    customer: Int64
    ours: Ours
    theirs: Theirs
    stated: StatedLines
    stored: StatedLines
    rows: Rows

    def __len__(self) -> int:
        return len(self.bill)


def load_month(scope: Scope, station_id: int, period: int, book: RuleBook, year_start_month: int) -> Month:
    """Load a month of a station."""
    asked = [period, station_id]
    given = bulk.fetch_columns(
        _sql(EXTERNAL), asked,
        bill="int", customer="int", amount_fen="int", energy_wh="int", multiplier="int", loss_wh="int",
    )  # fmt: skip
    population = Population(first=period, last=period, station=station_id)
    # A class with steps in place of one without counts what the year used before it had steps.
    billed = load(scope, population, book, year_start_month=year_start_month, years=True)
    kept = np.isin(given["customer"], billed.customer)
    given = {name: column[kept] for name, column in given.items()}
    customer = given["customer"]
    place = np.full(len(billed), -1, np.int64)
    known = np.isin(billed.customer, customer)
    place[known] = np.searchsorted(customer, billed.customer[known])
    ours = _ours(asked, billed, place, len(customer))
    year = _year_before(period, station_id, year_start_month, customer)
    theirs = Theirs(
        given["amount_fen"],
        given["energy_wh"],
        given["multiplier"],
        given["loss_wh"],
        _classes(period, station_id, given["bill"]),
        year,
    )
    return Month(
        given["bill"],
        customer,
        ours,
        theirs,
        _stated(asked, customer),
        _stored(asked, billed, place),
        _rows(billed.rows, place, ours.whole),
    )


def _sql(text: str) -> str:
    return text.format(none=NOT_STATED, correction=int(Component.CORRECTION))


def _ours(asked: Sequence[Any], billed: Billed, place: Int64, count: int) -> Ours:
    more = bulk.fetch_columns(
        _sql(OURS), asked, bill="int", loss_wh="int", read_varh="int", correction_fen="int", multiplier="int"
    )
    at = np.searchsorted(more["bill"], billed.bill)
    mine = place >= 0
    of = place[mine]
    sums = {}
    for name, column in (
        ("amount_fen", billed.amount_fen),
        ("energy_wh", billed.energy_wh),
        ("loss_wh", more["loss_wh"][at]),
        ("read_varh", more["read_varh"][at]),
        ("correction_fen", more["correction_fen"][at]),
    ):
        sums[name] = np.zeros(count, np.int64)
        np.add.at(sums[name], of, column[mine])
    multiplier, price_class = np.full(count, NOT_STATED), np.zeros(count, np.int64)
    multiplier[of], price_class[of] = more["multiplier"][at][mine], billed.price_class[mine]
    whole = np.bincount(of, minlength=count) == 1
    return Ours(
        **sums,
        multiplier=np.where(whole, multiplier, NOT_STATED),
        price_class=price_class,
        whole=whole,
    )


def _year_before(period: int, station_id: int, start: int, customer: Int64) -> Int64:
    """Return what they issued of the billing year before the month; not stated unless all its months are there."""
    first = billing_year(period, start) * 100 + start
    if first == period:
        return np.zeros(len(customer), np.int64)
    held = bulk.fetch_columns(
        YEAR, [first, previous_month(period), station_id], customer="int", energy_wh="int", months="int"
    )
    found = np.full(len(customer), NOT_STATED, np.int64)
    known = np.isin(held["customer"], customer)
    found[np.searchsorted(customer, held["customer"][known])] = held["energy_wh"][known]
    return found


def _classes(period: int, station_id: int, bills: Int64) -> Int64:
    """Return the classes they name; a text that names none says nothing."""
    month = ExternalBill.objects.filter(period=period, customer__station=station_id)
    texts = dict(month.values_list("id", "class_text"))
    named = {text: words.price_class(text) if text else None for text in set(texts.values())}
    codes = [named[texts[bill]] for bill in bills.tolist()]
    return np.array([NOT_STATED if code is None else int(code) for code in codes], np.int64)


def _stated(asked: Sequence[Any], customer: Int64) -> StatedLines:
    rows = bulk.fetch_columns(
        _sql(STATED), asked, customer="int", kind="int", quantity="int", price_nano="int", amount_fen="int"
    )
    known = np.isin(rows["customer"], customer)
    rows = {name: column[known] for name, column in rows.items()}
    bill = np.searchsorted(customer, rows.pop("customer"))
    return StatedLines(bill=bill.astype(np.int64), kind=rows.pop("kind").astype(np.int16), **rows)


def _stored(asked: Sequence[Any], billed: Billed, place: Int64) -> StatedLines:
    rows = bulk.fetch_columns(LINES, asked, **dict.fromkeys(LINE_COLUMNS, "int"))
    at = np.searchsorted(billed.bill, rows["bill"])
    known = place[at] >= 0
    rows = {name: column[known] for name, column in rows.items()}
    return in_their_kinds(rows, place[at[known]], np.isin(billed.price_class[at[known]], COMMERCIAL))


def in_their_kinds(rows: dict[str, Int64], of: Int64, commercial: Bool) -> StatedLines:
    """Return stored lines in the kinds of other systems.

    Args:
        rows: columns ``LINE_COLUMNS``.
        of: int64 (lines,), what each line is to be counted with; ascending.
        commercial: bool (lines,).
    """
    none = np.zeros(len(of), np.int64)
    narrow = {name: rows[name].astype(np.int16) for name in ("component", "part", "step", "band", "days")} | {
        "none": none.astype(np.int16)
    }
    numbers, row = np.unique(rows["bill"], return_inverse=True)
    row = row.reshape(-1).astype(np.int64)
    owner = np.zeros(len(numbers), np.int64)
    owner[row] = of
    households = Lines(
        row=row, sequence=narrow["none"], component=narrow["component"], step=narrow["step"],
        quantity_wh=rows["quantity"], price_nano=rows["price_nano"], amount_fen=rows["amount_fen"],
        remainder_wh=none, rule=narrow["none"], part=narrow["part"],
    )  # fmt: skip
    others = CommercialLines(
        row=row[commercial], sequence=narrow["none"][commercial], component=narrow["component"][commercial],
        band=narrow["band"][commercial], quantity=rows["quantity"][commercial], days=narrow["days"][commercial],
        price_nano=rows["price_nano"][commercial], amount_fen=rows["amount_fen"][commercial],
        remainder_wh=none[commercial], rule=narrow["none"][commercial],
    )  # fmt: skip
    return lines_in_their_kinds((households.take(~commercial), owner), (others, owner))


def _rows(rows: Rows, place: Int64, whole: Bool) -> Rows:
    """Return the rows of customers with one bill, under the numbers of what is compared."""
    chosen = (place >= 0) & np.append(whole, False)[place]
    mine, other = np.flatnonzero(chosen[rows.of_household]), np.flatnonzero(chosen[rows.of_commercial])
    year_wh = np.zeros(len(whole), np.int64)
    year_wh[place[chosen]] = rows.year_wh[chosen]
    return Rows(
        households=rows.households.take(mine),
        of_household=place[rows.of_household[mine]],
        commercial=rows.commercial.take(other),
        of_commercial=place[rows.of_commercial[other]],
        demand_w=rows.demand_w[other],
        year_wh=year_wh,
    )
