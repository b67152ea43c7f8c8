"""The columns the audit needs of some points' drafts, each kind read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.metering.energy import PointRelation
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import billing_year, first_day, next_month, previous_month
from diansuo.core.tariff.auditing.columns import Drafts
from diansuo.core.tariff.auditing.rules import ABSENT
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.base import bulk
from diansuo.office.billing.audit.like import Like

STEPS: Final = (int(PriceClass.RESIDENTIAL_STEPS), int(PriceClass.RESIDENTIAL_STEPS_TOU))
MONTHS_A_YEAR: Final = 12

# The month of a bill has a plus before it: its index leads through the whole month, and a chunk is some of its points.
DRAFTS = """
    SELECT b.id, c.point_id, b.contract_id, {from_day}, {to_day}, b.price_class, b.voltage_class, b.energy_wh,
           b.amount_fen, b.year_to_date_wh, b.transformer_loss_wh, c.total_wh, c.sharp_wh, c.peak_wh, c.flat_wh,
           c.valley_wh, c.deep_valley_wh, c.has_parts, COALESCE(t.capacity_va, 0), COALESCE(x.idle_months, 0),
           x.charging_situation IS NOT NULL, COALESCE(a.area_id, 0),
           t.valid_from <= %s AND (k.transferred_date IS NULL OR k.transferred_date <= %s)
    FROM billing_bill b
    JOIN archive_contract k ON k.id = b.contract_id
    JOIN metering_consumption c ON c.id = b.consumption_id
    JOIN archive_meteringpoint p ON p.id = c.point_id
    LEFT JOIN archive_contractterm t ON t.contract_id = b.contract_id AND t.valid_from <= b.from_date
         AND (t.valid_to IS NULL OR t.valid_to > b.from_date)
    LEFT JOIN archive_useterm x ON x.contract_id = b.contract_id AND x.valid_from < b.to_date
         AND (x.valid_to IS NULL OR x.valid_to >= b.to_date)
    LEFT JOIN archive_pointarea a ON a.point_id = c.point_id AND a.valid_from < b.to_date
         AND (a.valid_to IS NULL OR a.valid_to >= b.to_date)
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.state IN {states}
      AND p.station_id = %s
    ORDER BY c.point_id, b.id
"""
PAST = """
    SELECT c.point_id, c.total_wh, {to_day} - {from_day} FROM metering_consumption c
    WHERE c.period = %s AND c.status = 0 AND c.point_id BETWEEN %s AND %s ORDER BY c.point_id
"""
AREAS = """
    SELECT t.area_id, MAX(COALESCE(t.capacity_va, 0)) FROM archive_areaterm t
    JOIN archive_transformerarea a ON a.id = t.area_id
    WHERE a.station_id = %s AND t.valid_to IS NULL GROUP BY t.area_id ORDER BY t.area_id
"""
INSTALLED = """
    SELECT i.point_id, i.multiplier, {from_day}, COALESCE({to_day}, 2000000) FROM archive_meterinstallation i
    WHERE i.point_id BETWEEN %s AND %s AND EXISTS (
        SELECT 1 FROM archive_meterinstallation j WHERE j.point_id = i.point_id AND j.multiplier <> i.multiplier)
    ORDER BY i.point_id, i.valid_from
"""
ORDERED = """
    SELECT DISTINCT p.id FROM base_workorder w
    JOIN archive_customer k ON k.number = w.customer_number AND k.station_id = w.station_id
    JOIN archive_contract h ON h.customer_id = k.id JOIN archive_meteringpoint p ON p.contract_id = h.id
    WHERE w.station_id = %s AND p.id BETWEEN %s AND %s AND w.created_at >= %s AND w.created_at < %s
    UNION
    SELECT p.id FROM base_proposal w
    JOIN archive_customer k ON k.number = w.customer_number AND k.station_id = w.station_id
    JOIN archive_contract h ON h.customer_id = k.id JOIN archive_meteringpoint p ON p.contract_id = h.id
    WHERE w.state = 'applied' AND w.kind = 'multiplier' AND w.station_id = %s AND p.id BETWEEN %s AND %s
      AND w.effective_date >= %s AND w.effective_date < %s
"""
YEAR = f"""
    SELECT b.contract_id, SUM(CASE WHEN b.state IN (1, 2) AND b.period <> %s THEN b.counted_wh ELSE 0 END),
           SUM(CASE WHEN b.period = %s AND b.price_class IN {STEPS} THEN 1 ELSE 0 END),
           SUM(CASE WHEN b.state IN (1, 2) AND b.period <> %s THEN 1 ELSE 0 END),
           SUM(CASE WHEN b.state IN (1, 2) AND b.period <> %s AND b.year_opening_known THEN 1 ELSE 0 END)
    FROM billing_bill b WHERE b.period BETWEEN %s AND %s AND b.contract_id BETWEEN %s AND %s
    GROUP BY b.contract_id ORDER BY b.contract_id
"""
# Energy that issued corrections (退补) moved into the year, or out of it.
CORRECTED = """
    SELECT k.contract_id, SUM(m.counted_wh) FROM billing_correctionmonth m
    JOIN billing_correction k ON k.id = m.correction_id
    WHERE k.state = 'issued' AND m.counted_in BETWEEN %s AND %s AND k.contract_id BETWEEN %s AND %s
    GROUP BY k.contract_id ORDER BY k.contract_id
"""
# What the meters right behind a point are billed for, corrections and all. Those beside it (并接) it does not measure.
# The join is written so that SQLite begins with the few terms, not with everybody's month.
SUBS = f"""
    SELECT o.behind_id, SUM(c.total_wh + COALESCE((
        SELECT SUM(m.energy_wh) FROM billing_bill b
        JOIN billing_correctionmonth m ON m.bill_id = b.id
        JOIN billing_correction k ON k.id = m.correction_id AND k.state = 'issued'
        WHERE b.consumption_id = c.id), 0))
    FROM archive_pointterm o CROSS JOIN metering_consumption c
    WHERE c.point_id = o.point_id AND c.period = %s AND c.status = 0 AND o.behind_id BETWEEN %s AND %s AND o.share = 0
      AND o.relation IN ({int(PointRelation.SERIES)}, {int(PointRelation.TRANSFER)})
      AND o.valid_from <= c.to_date AND (o.valid_to IS NULL OR o.valid_to >= c.to_date)
    GROUP BY o.behind_id ORDER BY o.behind_id
"""
OPENINGS = """
    SELECT y.contract_id, y.energy_wh FROM archive_yearopening y
    WHERE y.year = %s AND y.contract_id BETWEEN %s AND %s ORDER BY y.contract_id
"""
BILLED = """
    SELECT c.point_id, MAX({to_day}) FROM billing_bill b JOIN metering_consumption c ON c.id = b.consumption_id
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.state = 1
    GROUP BY c.point_id ORDER BY c.point_id
"""
# What ran backwards (反向有功), but of those whose photovoltaics feed in: there it is no sign of anything.
REVERSED = """
    SELECT c.point_id, c.reverse_wh FROM metering_consumption c
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND c.reverse_wh >= 1000 AND NOT EXISTS (
        SELECT 1 FROM archive_pointterm o WHERE o.point_id = c.point_id AND o.feed_in <> 0
          AND o.valid_from <= c.to_date AND (o.valid_to IS NULL OR o.valid_to >= c.from_date))
    ORDER BY c.point_id
"""
MISSING = """
    SELECT c.point_id, c.total_wh FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract h ON h.id = p.contract_id
    LEFT JOIN archive_useterm x ON x.contract_id = h.id AND x.valid_from <= c.to_date
         AND (x.valid_to IS NULL OR x.valid_to > c.to_date)
    WHERE c.period = %s AND c.status = 0 AND c.point_id BETWEEN %s AND %s AND p.station_id = %s
      AND h.closed_date IS NULL AND COALESCE(x.idle_months, 0) = 0
      AND EXISTS (SELECT 1 FROM archive_meterinstallation i WHERE i.point_id = p.id AND i.valid_to IS NULL)
      AND NOT EXISTS (SELECT 1 FROM metering_consumption d WHERE d.period = %s AND d.point_id = c.point_id)
    ORDER BY c.point_id
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The drafts of some points: whose they are, and the columns the core audits."""

    bill: Int64
    point: Int64
    contract: Int64
    drafts: Drafts

    def __len__(self) -> int:
        return len(self.bill)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Which points of which month are audited, and how its year begins."""

    station_id: int
    period: int
    low: int
    high: int
    year_start_month: int
    beside: bool
    states: str = "(0)"
    """Which bills: drafts; a proposal asks about those that are out as well."""

    @property
    def range(self) -> list[int]:
        """The bounds of the points."""
        return [self.low, self.high]

    @property
    def year(self) -> tuple[int, int]:
        """The first and last month of the billing year."""
        first = billing_year(self.period, self.year_start_month) * 100 + self.year_start_month
        return first, next_month(first, MONTHS_A_YEAR - 1)

    @property
    def year_begins(self) -> str:
        """The day a contract's terms must reach back to for its year to be one year: the month before its first."""
        return first_day(previous_month(self.year[0])).isoformat()


def load(chunk: Chunk, like: Like, order_days: int) -> Loaded:
    """Load the drafts of a chunk with their past, their like and what the archive says."""
    rows = bulk.fetch_columns(
        DRAFTS.format(states=chunk.states, **_days("b")),
        [chunk.year_begins, chunk.year_begins, chunk.period, *chunk.range, chunk.station_id],
        bill="int", point="int", contract="int", from_day="int", to_day="int", price_class="int",
        voltage_class="int", billed_wh="int", amount_fen="int", year_wh="int", loss_wh="int", energy_wh="int",
        sharp_wh="int", peak_wh="int", flat_wh="int", valley_wh="int", deep_valley_wh="int", has_parts="bool",
        capacity_va="int", idle_months="int", charging="bool", area="int", same_year="bool",
    )  # fmt: skip
    bill, point, contract = (rows.pop(name) for name in ("bill", "point", "contract"))
    area, idle = rows.pop("area"), rows.pop("idle_months")
    same_year = rows.pop("same_year")
    ratio, middle = like.of(bill)
    drafts = Drafts(
        **rows,
        idle=(idle >> (chunk.period % 100 - 1) & 1).astype(np.bool_),
        area_va=_areas(chunk.station_id, area),
        ratio_permille=ratio,
        middle_nano=middle,
        subs_wh=_subs(chunk, point),
        **_past(chunk, point),
        **_year(chunk, contract, np.isin(rows["price_class"], STEPS), same_year),
        **_multipliers(chunk, point, rows["from_day"], rows["to_day"], order_days),
        billed_day=_billed(chunk, point),
    )
    return Loaded(bill, point, contract, drafts)


def missing(chunk: Chunk) -> tuple[Int64, Int64]:
    """Return the points that had energy last month and are not settled at all in this one, and that energy."""
    rows = bulk.fetch_columns(
        MISSING,
        [previous_month(chunk.period), *chunk.range, chunk.station_id, chunk.period],
        point="int",
        last_wh="int",
    )
    return rows["point"], rows["last_wh"]


def reversed_wh(chunk: Chunk) -> dict[int, int]:
    """Return the points that ran backwards in the month by 1 kWh or more, and by how much."""
    rows = bulk.fetch_columns(REVERSED, [chunk.period, *chunk.range], point="int", reverse_wh="int")
    return dict(zip(rows["point"].tolist(), rows["reverse_wh"].tolist(), strict=True))


def looked_up(wanted: Int64, keys: Int64, values: Int64, otherwise: int) -> Int64:
    """Return the value of each wanted key among ascending ``keys``, ``otherwise`` where it is not there."""
    out = np.full(len(wanted), otherwise, np.int64)
    if len(keys):
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        known = keys[at] == wanted
        out[known] = values[at[known]]
    return out


def _days(table: str) -> dict[str, str]:
    return {
        "from_day": bulk.day_number(f"{table}.from_date"),
        "to_day": bulk.day_number(f"{table}.to_date"),
    }


def _past(chunk: Chunk, point: Int64) -> dict[str, Int64]:
    found: dict[str, Int64] = {}
    for name, period in (
        ("last", previous_month(chunk.period)),
        ("year_ago", next_month(chunk.period, -MONTHS_A_YEAR)),
    ):
        rows = bulk.fetch_columns(
            PAST.format(**_days("c")), [period, *chunk.range], point="int", energy_wh="int", days="int"
        )
        found[f"{name}_wh"] = looked_up(point, rows["point"], rows["energy_wh"], 0)
        found[f"{name}_days"] = looked_up(point, rows["point"], rows["days"], 0)
    return found


def _areas(station_id: int, area: Int64) -> Int64:
    rows = bulk.fetch_columns(AREAS, [station_id], area="int", capacity_va="int")
    return looked_up(area, rows["area"], rows["capacity_va"], 0)


def _year(chunk: Chunk, contract: Int64, stepped: Bool, same_year: Bool) -> dict[str, Any]:
    """Return what the year's issued bills, corrections and opening add up to, of who has one bill in steps this month.

    Beside another system the year is that system's: nothing is asked.
    """
    first, last = chunk.year
    low, high = (int(contract.min()), int(contract.max())) if len(contract) else (0, -1)
    rows = bulk.fetch_columns(
        YEAR, [*[chunk.period] * 4, first, last, low, high],
        contract="int", used_wh="int", here="int", before="int", knew="int",
    )  # fmt: skip
    corrected = bulk.fetch_columns(CORRECTED, [first, last, low, high], contract="int", used_wh="int")
    opening = bulk.fetch_columns(OPENINGS, [first // 100, low, high], contract="int", energy_wh="int")
    used = looked_up(contract, rows["contract"], rows["used_wh"], 0)
    once = looked_up(contract, rows["contract"], rows["here"], 0) == 1
    opened = looked_up(contract, opening["contract"], opening["energy_wh"], 0)
    unaware = looked_up(contract, rows["contract"], (rows["before"] > 0) & (rows["knew"] == 0), 0) != 0
    asked = stepped & once & (not chunk.beside)
    return {
        "year_asked": asked & same_year,
        "months_wh": used + looked_up(contract, corrected["contract"], corrected["used_wh"], 0) + opened,
        "opened_wh": np.where(asked & unaware, opened, 0),
        "new_year": np.full(len(contract), chunk.period == first, np.bool_),
    }


def _multipliers(
    chunk: Chunk, point: Int64, from_day: Int64, to_day: Int64, order_days: int
) -> dict[str, Any]:
    """Return the multipliers on the last day of this month and of the one before, of who ever had two."""
    rows = bulk.fetch_columns(
        INSTALLED.format(
            from_day=bulk.day_number("i.valid_from"), to_day=bulk.day_number("i.valid_to")
        ),
        chunk.range, point="int", multiplier="int", from_day="int", to_day="int",
    )  # fmt: skip
    now, before = (np.full(len(point), ABSENT, np.int64) for _each in range(2))
    row = looked_up(rows["point"], point, np.arange(len(point)), ABSENT)
    for at in np.flatnonzero(row != ABSENT).tolist():
        of = int(row[at])
        for column, day in ((now, int(to_day[of])), (before, int(from_day[of]))):
            if rows["from_day"][at] < day <= rows["to_day"][at]:
                column[of] = rows["multiplier"][at]
    changed = (now != ABSENT) & (before != ABSENT) & (now != before)
    ordered = np.zeros(len(point), np.bool_)
    if changed.any():
        span = int(from_day[changed].min()) - order_days, int(to_day[changed].max()) + order_days
        first, last = bulk.iso_days(np.array(span, np.int64))
        orders = bulk.fetch_columns(ORDERED, [chunk.station_id, *chunk.range, first, last] * 2, point="int")
        ordered = np.isin(point, orders["point"])
    return {"multiplier": now, "before_multiplier": before, "ordered": ordered}


def _subs(chunk: Chunk, point: Int64) -> Int64:
    rows = bulk.fetch_columns(SUBS, [chunk.period, *chunk.range], point="int", energy_wh="int")
    return looked_up(point, rows["point"], rows["energy_wh"], ABSENT)


def _billed(chunk: Chunk, point: Int64) -> Int64:
    rows = bulk.fetch_columns(
        BILLED.format(to_day=bulk.day_number("b.to_date")),
        [previous_month(chunk.period), *chunk.range],
        point="int",
        to_day="int",
    )
    return looked_up(point, rows["point"], rows["to_day"], ABSENT)
