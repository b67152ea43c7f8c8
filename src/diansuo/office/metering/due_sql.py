"""The questions to the database about points due in a month, their readings and what changed meanwhile.

Braces are filled in by :mod:`.columns`; ``{billed}`` is the condition that a settled month is billed (issued.py).
"""

from __future__ import annotations

from typing import Final

FAR: Final = 2**40
ROUTE: Final = "(%s, %s, %s, %s, %s)"
"""A route that is read in the month: its id (0: no route), its place in the calendar, its days, the month of use."""

# The day a point is billed up to, for the month before which it is asked; point: archive_meteringpoint p.
OPEN_DATE = """
    (SELECT c.to_date FROM metering_consumption c
     WHERE c.point_id = p.id AND c.to_date IS NOT NULL AND c.period < %s AND {billed}
     ORDER BY c.to_date DESC LIMIT 1)
"""
DUE_POINTS = """
    WITH calendar (route_id, place, due_date, before_date, month_bit) AS (VALUES {days})
    SELECT p.id, p.contract_id, k.place, COALESCE(o.price_class, t.price_class), t.voltage_class,
           t.capacity_va, {open_day}, u.id AS supply_id, u.time_of_use, COALESCE({closed_day}, %s) AS closed_day,
           CASE WHEN e.idle_months & k.month_bit > 0 THEN 1 ELSE 0 END AS idle, COALESCE(o.feed_in, 0) = 1
    FROM archive_meteringpoint p
    JOIN archive_contract h ON h.id = p.contract_id
    JOIN calendar k ON k.route_id = COALESCE(p.route_id, 0)
    JOIN archive_contractterm t ON t.contract_id = h.id AND t.valid_from <= {last_date}
         AND (t.valid_to IS NULL OR t.valid_to >= {last_date})
    LEFT JOIN archive_supplyterm u ON u.contract_id = h.id AND u.valid_from <= {last_date}
         AND (u.valid_to IS NULL OR u.valid_to >= {last_date})
    LEFT JOIN archive_useterm e ON e.contract_id = h.id AND e.valid_from < {last_date}
         AND (e.valid_to IS NULL OR e.valid_to >= {last_date})
    LEFT JOIN archive_pointterm o ON o.point_id = p.id AND o.valid_from <= {last_date}
         AND (o.valid_to IS NULL OR o.valid_to >= {last_date})
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND COALESCE(o.share, 0) = 0
      AND (h.opened_date IS NULL OR h.opened_date <= k.due_date)
      AND (h.closed_date IS NULL OR h.closed_date > k.before_date)
      {unbilled} {not_idle}
    ORDER BY p.id, t.valid_from, u.valid_from, o.valid_from
"""
# A contract that closes is read on its last day, before the scheduled one.
LAST_DATE = "CASE WHEN h.closed_date < k.due_date THEN h.closed_date ELSE k.due_date END"
# In a month it stands idle a point is due only where somebody read it all the same.
NOT_IDLE = """
    AND (e.idle_months IS NULL OR e.idle_months & k.month_bit = 0
         OR EXISTS (SELECT 1 FROM metering_registerreading r WHERE r.point_id = p.id AND r.period = %s))
"""
UNBILLED = """
    AND NOT EXISTS (SELECT 1 FROM metering_consumption c WHERE c.period = %s AND c.point_id = p.id AND {billed})
"""
# CROSS JOIN keeps SQLite at one seek a point: the readings since the last settlement, and nothing of the years before.
# PostgreSQL does not see by itself that the readings of some points lie between them, and would look through all.
# Five small columns travel as one number: at 100,000 points each column through Python costs a tenth of the query.
# Where two installations of one meter meet on the day of a reading, a final reading takes the one that ends.
READINGS = """
    SELECT r.point_id, r.meter_id, {read_day}, r.register_wh, COALESCE(r.period, 0), COALESCE(r.list_previous_wh, -1),
           r.register + 64 * r.purpose + CASE WHEN r.estimated THEN 512 ELSE 0 END
           + 1024 * m.integer_digits + CASE WHEN r.source = 'entry' THEN 16384 ELSE 0 END
           + 32768 * COALESCE(i.multiplier, 0)
    FROM archive_meteringpoint p
    CROSS JOIN metering_registerreading r
    JOIN archive_meter m ON m.id = r.meter_id
    LEFT JOIN archive_meterinstallation i ON i.point_id = r.point_id AND i.meter_id = r.meter_id
         AND i.valid_from <= r.read_date AND (i.valid_to IS NULL OR i.valid_to >= r.read_date)
         AND NOT (r.purpose = 2 AND i.valid_from = r.read_date)
         AND NOT (r.purpose <> 2 AND i.valid_to IS NOT NULL AND i.valid_to = r.read_date AND EXISTS (
             SELECT 1 FROM archive_meterinstallation j
             WHERE j.point_id = i.point_id AND j.meter_id = i.meter_id AND j.valid_from = r.read_date))
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND r.point_id = p.id AND r.point_id BETWEEN %s AND %s
      AND r.read_date >= COALESCE({open_date}, %s) AND (r.period IS NULL OR r.period <= %s)
"""
NEAREST_INSTALLATIONS = """
    SELECT i.point_id, i.meter_id, i.multiplier FROM archive_meterinstallation i
    WHERE i.point_id IN ({marks}) ORDER BY i.point_id, i.valid_from DESC
"""
SETTLED_MONTHS = """
    SELECT c.point_id, c.period, c.total_wh, {from_day}, {to_day}, c.estimated FROM metering_consumption c
    WHERE c.period IN ({periods}) AND c.point_id BETWEEN %s AND %s AND c.status = 0 AND {billed}
"""
# Only what prices energy: the capacity prices none of the classes there are. Billing divides a month itself where one
# engine prices both sides of a change; between a household and a commercial class it needs a reading on the day.
TERM_CHANGES = """
    SELECT p.id, t.valid_from FROM archive_contractterm t
    JOIN archive_contractterm b ON b.contract_id = t.contract_id AND b.valid_to = t.valid_from
         AND (b.price_class <> t.price_class OR b.voltage_class <> t.voltage_class)
         AND (b.price_class IN (5, 6)) <> (t.price_class IN (5, 6))
    JOIN archive_meteringpoint p ON p.contract_id = t.contract_id
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND t.valid_from BETWEEN %s AND %s
"""
MULTIPLIER_CHANGES = """
    SELECT p.id, i.valid_from FROM archive_meterinstallation i
    JOIN archive_meterinstallation b ON b.point_id = i.point_id AND b.meter_id = i.meter_id
         AND b.valid_to = i.valid_from AND b.multiplier <> i.multiplier
    JOIN archive_meteringpoint p ON p.id = i.point_id
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND i.valid_from BETWEEN %s AND %s
"""
