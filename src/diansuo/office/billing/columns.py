"""Where settled consumption becomes the price engine's columns, and its answer becomes bills and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.month import UNKNOWN_DAY, billing_year, next_month
from diansuo.core.tariff import AppliedRule, BillingInput, Bills, months_in_year
from diansuo.office.base import bulk
from diansuo.office.billing import crossing, keeping
from diansuo.office.billing.households import storing
from diansuo.office.billing.households.kept import Kept
from diansuo.office.billing.households.storing import HAVING, PartFacts
from diansuo.office.billing.models import Bill, BillLine, RuleSlice
from diansuo.office.billing.points.loading import contracts_of_chunk

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

# Terms are joined loosely: consumption without terms is held and named, never left out.
READY = """
    SELECT c.id, c.point_id, p.contract_id, {from_day}, {to_day}, COALESCE(s.settled_wh, c.total_wh),
           COALESCE(s.peak_wh, c.peak_wh), COALESCE(s.valley_wh, c.valley_wh), COALESCE(s.has_parts, c.has_parts),
           CASE WHEN t.id IS NULL THEN 0 ELSE COALESCE(o.price_class, t.price_class) END,
           t.voltage_class, COALESCE({open_day}, %s),
           CASE WHEN NOT EXISTS (SELECT 1 FROM archive_meteringpoint w WHERE w.contract_id = k.id AND w.id <> p.id)
           THEN 1 ELSE (SELECT COUNT(*) FROM archive_meteringpoint q WHERE q.contract_id = k.id AND EXISTS (
                SELECT 1 FROM archive_meterinstallation i WHERE i.point_id = q.id AND i.valid_from < c.to_date
                AND (i.valid_to IS NULL OR i.valid_to >= c.to_date))
            AND NOT EXISTS (SELECT 1 FROM archive_pointterm z WHERE z.point_id = q.id AND z.valid_from < c.to_date
                AND (z.valid_to IS NULL OR z.valid_to >= c.to_date))) END,
           EXISTS (SELECT 1 FROM archive_contractterm x WHERE x.contract_id = k.id
                   AND x.valid_from > c.from_date AND x.valid_from < c.to_date
                   AND (x.price_class <> t.price_class OR x.voltage_class <> t.voltage_class)
                   AND (x.price_class IN (5, 6) OR t.price_class IN (5, 6))),
           EXISTS (SELECT 1 FROM archive_contractterm y WHERE y.contract_id = k.id AND y.valid_from < c.to_date
                   AND (y.valid_to IS NULL OR y.valid_to >= c.to_date)),
           o.price_class IS NOT NULL
    FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract k ON k.id = p.contract_id
    LEFT JOIN archive_contractterm t ON t.contract_id = k.id AND t.valid_from <= c.from_date
         AND (t.valid_to IS NULL OR t.valid_to > c.from_date)
    LEFT JOIN billing_bill b ON b.consumption_id = c.id
    LEFT JOIN metering_pointsettlement s ON s.consumption_id = c.id
    LEFT JOIN archive_pointterm o ON o.id = s.term_id
    WHERE c.period = %s AND {scope} AND p.station_id = %s AND c.status = 0 AND b.id IS NULL
      AND COALESCE(o.feed_in, 0) <> 1
      AND NOT EXISTS (SELECT 1 FROM metering_finding f
                      WHERE f.period = c.period AND f.point_id = c.point_id AND f.severity = 2)
    ORDER BY c.point_id
"""
HISTORY = """
    SELECT contract_id, SUM(CASE WHEN period BETWEEN %s AND %s THEN counted_wh ELSE 0 END), MIN(period)
    FROM billing_bill b WHERE state IN (1, 2) AND period <> %s AND contract_id BETWEEN %s AND %s
    AND {same_class} GROUP BY contract_id
"""
# Beside another system the year's energy is what that system billed, and what we priced where its bill is not here.
HISTORY_BESIDE = """
    SELECT h.contract_id, SUM(CASE WHEN h.period BETWEEN %s AND %s THEN h.energy_wh ELSE 0 END), MIN(h.period)
    FROM (
        SELECT x.contract_id, x.period, x.energy_wh FROM billing_externalbill x
        WHERE x.period < %s AND x.contract_id BETWEEN %s AND %s
        UNION ALL
        SELECT b.contract_id, b.period, b.counted_wh FROM billing_bill b
        WHERE b.state IN (1, 2) AND b.period < %s AND b.contract_id BETWEEN %s AND %s
          AND NOT EXISTS (SELECT 1 FROM billing_externalbill y
                          WHERE y.contract_id = b.contract_id AND y.period = b.period) AND {same_class}
    ) h
    GROUP BY h.contract_id
"""
# A point of a class of its own (a charging pile beside a household) does not count in the contract's steps.
SAME_CLASS = """b.consumption_id NOT IN (
        SELECT s.consumption_id FROM metering_pointsettlement s JOIN archive_pointterm o ON o.id = s.term_id
        WHERE o.price_class IS NOT NULL)"""
# Energy that issued corrections moved into the year, or out of it (退补).
CORRECTED = """
    SELECT k.contract_id, SUM(m.counted_wh) FROM billing_correctionmonth m
    JOIN billing_correction k ON k.id = m.correction_id
    WHERE k.state = 'issued' AND m.counted_in BETWEEN %s AND %s AND k.contract_id BETWEEN %s AND %s
    GROUP BY k.contract_id
"""
OPENINGS = """
    SELECT contract_id, energy_wh FROM archive_yearopening WHERE year = %s AND contract_id BETWEEN %s AND %s
"""


@dataclass(frozen=True, slots=True)
class Ready:
    """Settled consumption nothing holds yet: the engine's input, and what the bills must carry beside it.

    All columns have one row a consumption. ``several_points``: the contract has others that measure, and nobody has
    said how they belong together. ``terms_changed``: price or voltage class changed inside the period, on one side to
    or from a commercial one; the other changes divide the bill. ``open_day``: day of connection, ``UNKNOWN_DAY`` for
    long ago. ``without_terms``: none hold on its first or on its last day. ``own_class``: the point has a price class
    of its own, which it keeps when that of its contract changes.
    """

    consumption: Int64
    point: Int64
    contract: Int64
    several_points: Bool
    terms_changed: Bool
    without_terms: Bool
    own_class: Bool
    open_day: Int64
    year_opening_known: Bool
    inputs: BillingInput

    def take(self, rows: Int64) -> Ready:
        """Return these rows only, in this order."""
        picked = {name: getattr(self, name)[rows] for name in self.__slots__ if name != "inputs"}
        return Ready(inputs=self.inputs.take(rows), **picked)


def load_ready(
    station_id: int, period: int, low: int, high: int, *, year_start_month: int, beside: bool = False
) -> Ready:
    """Load what can be priced among the points ``low`` to ``high``: settled, unbilled, nothing blocking.

    ``beside``: another system issues the bills, so the year before this bill is what that system billed.
    """
    rows = _ready_rows(station_id, period, low, high)
    periods = np.full(len(rows["point"]), period, dtype=np.int64)
    months = months_in_year(rows["open_day"], periods, year_start_month)
    year = billing_year(period, year_start_month)
    first = year * 100 + year_start_month
    months_of_year = (first, next_month(first, 11))
    used_wh, known = _used_before(rows["contract"], period, year, months_of_year, beside=beside)
    return Ready(
        consumption=rows["consumption"],
        point=rows["point"],
        contract=rows["contract"],
        several_points=rows["points"] > 1,
        terms_changed=rows["changed"],
        without_terms=(rows["price_class"] == 0) | ~rows["ends_in_terms"],
        own_class=rows["own_class"],
        open_day=rows["open_day"],
        year_opening_known=known | (months < 12),
        inputs=BillingInput(
            price_class=rows["price_class"].astype(np.int16),
            voltage_class=rows["voltage_class"].astype(np.int16),
            period=periods,
            from_day=rows["from_day"],
            to_day=rows["to_day"],
            energy_wh=rows["energy_wh"],
            peak_wh=rows["peak_wh"],
            valley_wh=rows["valley_wh"],
            has_time_of_use=rows["has_parts"],
            year_to_date_wh=used_wh,
            months_in_year=months,
        ),
    )


def _ready_rows(station_id: int, period: int, low: int, high: int) -> dict[str, npt.NDArray[Any]]:
    """Return the rows this range prices: a contract of several points is priced whole, where its first one lies."""
    elsewhere, beyond = contracts_of_chunk(station_id, low, high)
    scopes: list[tuple[str, list[int]]] = [("c.point_id BETWEEN %s AND %s", [low, high])]
    for start in range(0, len(beyond), 500):
        part = beyond[start : start + 500]
        scopes.append((f"c.point_id IN ({', '.join(['%s'] * len(part))})", part))
    found = [
        bulk.fetch_columns(
            READY.format(
                from_day=bulk.day_number("c.from_date"),
                to_day=bulk.day_number("c.to_date"),
                open_day=bulk.day_number("k.opened_date"),
                scope=scope,
            ),
            [UNKNOWN_DAY, period, *points, station_id],
            consumption="int", point="int", contract="int", from_day="int", to_day="int",
            energy_wh="int", peak_wh="int", valley_wh="int", has_parts="bool",
            price_class="int", voltage_class="int", open_day="int", points="int", changed="bool", ends_in_terms="bool",
            own_class="bool",
        )
        for scope, points in scopes
    ]  # fmt: skip
    rows = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    if not elsewhere:
        return rows
    mine = ~np.isin(rows["contract"], sorted(elsewhere))
    return {name: column[mine] for name, column in rows.items()}


def _used_before(
    contract: Int64, period: int, year: int, months: tuple[int, int], *, beside: bool
) -> tuple[Int64, Bool]:
    """Return the energy each contract used in the billing year before this bill, and whether its start is known."""
    used_wh = np.zeros(len(contract), dtype=np.int64)
    if not len(contract):
        return used_wh, np.zeros(0, dtype=np.bool_)
    first, last = months
    low, high = int(contract.min()), int(contract.max())
    query, params = (
        (HISTORY_BESIDE, [first, last, period, low, high, period, low, high])
        if beside
        else (HISTORY, [first, last, period, low, high])
    )
    billed = bulk.fetch_columns(
        query.format(same_class=SAME_CLASS), params, contract="int", used_wh="int", earliest="int"
    )
    corrected = bulk.fetch_columns(CORRECTED, [first, last, low, high], contract="int", used_wh="int")
    opening = bulk.fetch_columns(OPENINGS, [year, low, high], contract="int", used_wh="int")
    earliest = np.full(len(contract), period, dtype=np.int64)
    for table, name, target, combine in (
        (billed, "used_wh", used_wh, np.add),
        (billed, "earliest", earliest, np.minimum),
        (corrected, "used_wh", used_wh, np.add),
    ):
        at, found = _match(contract, table["contract"])
        target[found] = combine(target[found], table[name][at[found]])
    at, has_opening = _match(contract, opening["contract"])
    used_wh[has_opening] += opening["used_wh"][at[has_opening]]
    return used_wh, (earliest <= first) | has_opening


def _match(wanted: Int64, held: Int64) -> tuple[Int64, Bool]:
    """Return for each wanted key its place among the held ones, and whether it is there at all."""
    if not len(held):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    order = np.argsort(held)
    place = np.minimum(np.searchsorted(held[order], wanted), len(held) - 1)
    at = order[place]
    return at, held[at] == wanted


def store_bills(
    job_id: int, ready: Ready, bills: Bills, parts: PartFacts | None = None, kept: Kept | None = None
) -> int:
    """Write priced rows as draft bills with their lines and parts, and what is owed beside them; return how many."""
    rows = np.flatnonzero(bills.priced)
    if not len(rows):
        return 0
    ids = bulk.reserve_ids(Bill, len(rows))
    slices = np.array([slice_id(rule, bills.rulebook_hash) for rule in bills.rules], dtype=np.int64)
    inputs, zeros = ready.inputs, np.zeros(len(rows), dtype=np.int64)
    bulk.insert_columns(
        Bill,
        {
            "id": ids,
            "contract": ready.contract[rows],
            "consumption": ready.consumption[rows],
            "job": [job_id] * len(rows),
            "period": inputs.period[rows],
            "state": [int(Bill.State.DRAFT)] * len(rows),
            "from_date": bulk.iso_days(inputs.from_day[rows]),
            "to_date": bulk.iso_days(inputs.to_day[rows]),
            "price_class": inputs.price_class[rows],
            "voltage_class": inputs.voltage_class[rows],
            "energy_wh": bills.energy_wh[rows],
            "peak_wh": inputs.peak_wh[rows],
            "valley_wh": inputs.valley_wh[rows],
            "year_to_date_wh": inputs.year_to_date_wh[rows],
            "year_opening_known": ready.year_opening_known[rows],
            "months_in_year": inputs.months_in_year[rows],
            "counted_wh": bills.counted_wh[rows],
            **{name: getattr(inputs, name)[rows] for name in HAVING},
            "amount_fen": bills.amount_fen[rows],
            "settlement": slices[bills.settlement_rule[rows]],
            "transformer_loss_wh": zeros,
            "line_loss_wh": zeros,
            "adjustment_rate": zeros,
            "reactive_varh": zeros,
            "unverified": _unverified(bills)[rows],
        },
    )
    bill_of_row = np.zeros(len(bills.priced), dtype=np.int64)
    bill_of_row[rows] = ids
    _store_lines(bills, bill_of_row, slices)
    crossing.store_parts(bills, bill_of_row, slices, parts)
    storing.store_refunds(bills, bill_of_row, slices)
    keeping.keep_unshown_rules(inputs, bills, bill_of_row, slices, kept)
    if kept is not None:
        keeping.keep_stretches(kept, bill_of_row)
    return len(rows)


def _unverified(bills: Bills) -> Bool:
    """Tell which bills used a value nobody could verify, in a line or in the terms behind it."""
    rows, count = np.arange(len(bills.priced)), len(bills.priced)
    found = unverified_rows(bills.lines.row, bills.lines.rule, bills.rules, count)
    found |= unverified_rows(bills.refunds.row, bills.refunds.rule, bills.rules, count)
    with_terms = bills.terms_rule >= 0
    return found | unverified_rows(rows[with_terms], bills.terms_rule[with_terms], bills.rules, count)


def _store_lines(bills: Bills, bill_of_row: Int64, slices: Int64) -> None:
    lines = bills.lines
    bulk.insert_columns(
        BillLine,
        {
            "bill": bill_of_row[lines.row],
            "sequence": lines.sequence,
            "component": lines.component,
            "step": lines.step,
            "part": lines.part,
            "quantity": lines.quantity_wh,
            "unit": np.full(len(lines.row), int(BillLine.Unit.WH)),
            "days": np.zeros(len(lines.row), dtype=np.int64),
            "price_nano": lines.price_nano,
            "amount_fen": lines.amount_fen,
            "remainder_wh": lines.remainder_wh,
            "rule": slices[lines.rule],
        },
    )


def unverified_rows(
    line_row: Int64, line_rule: npt.NDArray[np.int16], rules: tuple[AppliedRule, ...], count: int
) -> Bool:
    """Tell which bills have a line whose rule holds a value nobody could verify."""
    doubtful = np.array([bool(rule.unverified) for rule in rules], dtype=np.bool_)
    found = np.zeros(count, dtype=np.bool_)
    if len(line_row):
        found[line_row[doubtful[line_rule]]] = True
    return found


def slice_id(rule: AppliedRule, rulebook_hash: str) -> int:
    """Return the stored slice of values behind a rule, kept at its first use."""
    row, _made = RuleSlice.objects.get_or_create(
        slice_hash=rule.slice_hash,
        rulebook_hash=rulebook_hash,
        defaults={
            "rule_id": rule.rule_id,
            "effective_date": rule.effective,
            "content": rule.to_slice(),
        },
    )
    return row.pk
