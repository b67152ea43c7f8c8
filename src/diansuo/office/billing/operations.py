"""The billing stages of the monthly cycle: price, audit, issue. Nothing else makes or changes a bill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from diansuo.core.metering.findings import Severity
from diansuo.core.quantity.month import first_day
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Settlement
from diansuo.core.tariff.classes import SETTLEMENT, Component, PriceClass
from diansuo.office.base import bulk
from diansuo.office.base.models import Job, Station
from diansuo.office.billing import columns
from diansuo.office.billing.audit.auditing import audit_drafts
from diansuo.office.billing.audit.loading import Chunk
from diansuo.office.billing.commercial import pricing
from diansuo.office.billing.households.findings import remarks
from diansuo.office.billing.households.loading import facts_of
from diansuo.office.billing.households.pricing import price_ready as price_households
from diansuo.office.billing.models import Bill, BillFacts, BillLine, BillPart, BillRefund, ExternalBill
from diansuo.office.billing.points import feeding, refusing
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.sums import operations as sums
from diansuo.office.metering.models import Finding

Write = Callable[[], dict[str, int]]

COMMERCIAL = (int(PriceClass.COMMERCIAL_SINGLE_PART), int(PriceClass.COMMERCIAL_TWO_PART))
SEVERAL_POINTS = "B-SEVERAL-POINTS"
NO_TERMS = "B-NO-TERMS"
TERMS_CHANGED = "B-TERMS-CHANGED"
NO_BILL = "B-NO-BILL"
LINES_DIFFER = "B-SUM"
NEGATIVE = "B-NEGATIVE"


def drop_drafts(station_id: int, period: int, low: int, high: int) -> None:
    """Delete the unissued bills of these points, so that they can be settled and priced afresh."""
    drafts = Bill.objects.filter(
        period=period,
        state=Bill.State.DRAFT,
        consumption__period=period,
        consumption__point__station=station_id,
        consumption__point__pk__range=(low, high),
    )
    # Most months are priced once: looking whether there is anything is a sixth of looking table by table.
    if drafts.exists():
        for kind in (BillLine, BillPart, BillRefund, BillFacts):
            belonging = kind.objects.filter(bill__in=drafts)
            belonging._raw_delete(belonging.db)
        used = Bill.rules.through.objects.filter(bill__in=drafts)
        used._raw_delete(used.db)
        sums.drop_drafts(station_id, period, drafts._raw_delete(drafts.db))
    feeding.drop_drafts(station_id, period, low, high)


def keep_opinions(station_id: int, *, before: int) -> int:
    """Close the months before this one where another system bills: what nothing holds stays as it was priced.

    Energy kept is settled energy: the next month begins where it ends, and the year's steps go on from it.
    """
    feeding.keep(station_id, before=before)
    return _unheld(station_id).filter(period__lt=before).update(state=Bill.State.KEPT)


def reopen_opinions(station_id: int, *, since: int) -> int:
    """Turn what was kept from this month on into drafts again, so that running the months computes it afresh."""
    feeding.reopen(station_id, since=since)
    kept = Bill.objects.filter(consumption__point__station=station_id, state=Bill.State.KEPT)
    return kept.filter(period__gte=since).update(state=Bill.State.DRAFT)


def keep_answered(station_id: int) -> int:
    """Close every draft of a month for which another system's bill is there: nobody is billed twice.

    That bill is of the whole customer, however many contracts there are.
    """
    answered = ExternalBill.objects.filter(customer=OuterRef("contract__customer"), period=OuterRef("period"))
    return _unheld(station_id).filter(Exists(answered)).update(state=Bill.State.KEPT)


def _unheld(station_id: int) -> QuerySet[Bill]:
    blocking = Finding.objects.filter(
        point=OuterRef("consumption__point"), period=OuterRef("period"), severity=int(Severity.BLOCKING)
    )
    drafts = Bill.objects.filter(consumption__point__station=station_id, state=Bill.State.DRAFT)
    return drafts.filter(~Exists(blocking))


def price_points(job: Job, period: int, low: int, high: int) -> Write:
    """Price what is settled and not held among these points; what cannot be priced is held with the reason."""
    rulebook = priced_book()
    year = {"year_start_month": year_start_month(rulebook, period), "beside": is_beside(job.station_id)}
    ready = columns.load_ready(job.station_id, period, low, high, **year)
    facts = facts_of(ready.contract)
    refused, rows = _refuse_unpriceable(job, ready)
    refused_together, rows = refusing.of_points(job, ready, rows)
    refused += refused_together
    commercial = np.isin(ready.inputs.price_class[rows], COMMERCIAL)
    households, others = ready.take(rows[~commercial]), ready.take(rows[commercial])
    home = price_households(job.station_id, households, rulebook, facts, **year)
    bills = home.bills
    answer = pricing.price_ready(others, rulebook, commercial_place(), job.station_id)
    for points, refusals in ((households.point, bills.refusals), (answer.ready.point, answer.refusals)):
        refused += [
            _finding(job, period, int(points[one.row]), _rule_id(one.code), dict(one.params))
            for one in refusals
        ]
    remarked = [
        _finding(job, period, int(ready.point[one.row]), one.rule, one.detail, Severity.WARNING)
        for one in remarks(ready, facts, rulebook)
    ]
    remarked += [
        _finding(
            job, period, int(others.point[one.row]), _rule_id(one.code), dict(one.params), Severity.WARNING
        )
        for one in answer.warnings
    ]

    owed = feeding.settle(job, period, low, high)

    def write() -> dict[str, int]:
        count = columns.store_bills(job.pk, home.ready, bills, home.parts, home.kept)
        count += pricing.store(job.pk, answer)
        contracts = ready.contract[rows]
        if count:
            sums.add_drafts(job.station_id, period, count, int(contracts.min()), int(contracts.max()))
        Finding.objects.bulk_create([*refused, *remarked])
        feeding.store(owed)
        amount = int(bills.amount_fen[bills.priced].sum()) + answer.amount_fen
        return {"bills": count, "amount_fen": amount, "refused": len(refused)}

    return write


def is_beside(station_id: int) -> bool:
    """Tell whether another system issues this station's bills."""
    return Station.objects.filter(pk=station_id, mode=Station.Mode.BESIDE).exists()


def year_start_month(rulebook: RuleBook, period: int) -> int:
    """Return the month in which the billing year of this period begins, as the place's settlement rule says."""
    entry = rulebook.in_force(f"{rulebook.default_place}/{SETTLEMENT}", first_day(period))
    return Settlement.from_entry(entry).year_start_month


def _rule_id(code: str) -> str:
    return "B-" + code.upper().replace("_", "-")


def _refuse_unpriceable(job: Job, ready: columns.Ready) -> tuple[list[Finding], columns.Int64]:
    """Split off what this engine must not price, each row with the first reason that applies."""
    left = np.ones(len(ready.point), dtype=np.bool_)
    findings = []
    for mask, rule in (
        (ready.several_points, SEVERAL_POINTS),
        (ready.without_terms, NO_TERMS),
        # Commercial months are divided where their terms change, or held by their own pricing.
        (ready.terms_changed & ~np.isin(ready.inputs.price_class, COMMERCIAL), TERMS_CHANGED),
    ):
        for row in np.flatnonzero(mask & left):
            period = int(ready.inputs.period[row])
            findings.append(_finding(job, period, int(ready.point[row]), rule, {}))
        left &= ~mask
    return findings, np.flatnonzero(left)


def _finding(
    job: Job,
    period: int,
    point: int,
    rule: str,
    detail: dict[str, object],
    severity: Severity = Severity.BLOCKING,
) -> Finding:
    return Finding(job=job, period=period, point_id=point, rule=rule, severity=int(severity), detail=detail)


# The month of a bill has a plus before it: its index leads through the whole month, and a chunk is some of its points.
AUDIT = """
    SELECT c.point_id, b.amount_fen, COALESCE(SUM(l.amount_fen), 0), b.energy_wh,
           COALESCE(SUM(CASE WHEN l.component = {whole} THEN l.quantity ELSE 0 END), 0)
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    JOIN archive_meteringpoint p ON p.id = c.point_id
    LEFT JOIN billing_billline l ON l.bill_id = b.id
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.state = 0 AND p.station_id = %s
    GROUP BY b.id, c.point_id, b.amount_fen, b.energy_wh, b.price_class
    HAVING b.amount_fen < 0 OR b.amount_fen <> COALESCE(SUM(l.amount_fen), 0)
        OR b.energy_wh <> COALESCE(SUM(CASE WHEN l.component = {whole} THEN l.quantity ELSE 0 END), 0)
"""
# Every kWh of a bill is charged once by one component: of a household the base price, else the transmission.
WHOLE = (
    f"(CASE WHEN b.price_class IN {COMMERCIAL} THEN {Component.TRANSMISSION:d} ELSE {Component.BASE:d} END)"
)


FORGOTTEN = """
    SELECT c.point_id FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND p.station_id = %s AND c.status = 0
      AND p.contract_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM billing_feedinsettlement e WHERE e.consumption_id = c.id AND e.full_feed_in)
      AND NOT EXISTS (SELECT 1 FROM billing_bill b WHERE b.consumption_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM metering_finding f
                      WHERE f.period = c.period AND f.point_id = c.point_id AND f.severity = 2)
"""


def audit_points(job: Job, period: int, low: int, high: int) -> Write:
    """Read back what is stored: hold drafts whose lines do not make up their total, and name energy without a bill.

    Then the audit of the drafts by its rules; ``findings`` counts what they found.
    """
    wrong = bulk.fetch_columns(
        AUDIT.format(whole=WHOLE),
        [period, low, high, job.station_id],
        point="int", amount_fen="int", lines_fen="int", energy_wh="int", lines_wh="int",
    )  # fmt: skip
    findings = []
    for point, amount, lines, energy, priced in zip(
        *(column.tolist() for column in wrong.values()), strict=True
    ):
        rule = NEGATIVE if amount < 0 else LINES_DIFFER
        detail = {"amount_fen": amount, "lines_fen": lines, "energy_wh": energy, "lines_wh": priced}
        findings.append(_finding(job, period, point, rule, detail))
    forgotten = bulk.fetch_columns(FORGOTTEN, [period, low, high, job.station_id], point="int")
    findings += [_finding(job, period, point, NO_BILL, {}) for point in forgotten["point"].tolist()]

    start = year_start_month(priced_book(), period)
    store = audit_drafts(job, Chunk(job.station_id, period, low, high, start, is_beside(job.station_id)))

    def write() -> dict[str, int]:
        Finding.objects.bulk_create(findings)
        return {"audited_out": len(findings), "findings": store()}

    return write


def issue_points(station_id: int, period: int, low: int, high: int, issued_date: date) -> dict[str, int]:
    """Issue the drafts of these points that nothing holds (inside the caller's transaction)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE billing_bill SET state = 1, issued_date = %s
            WHERE +period = %s AND state = 0 AND consumption_id IN (
                SELECT c.id FROM metering_consumption c JOIN archive_meteringpoint p ON p.id = c.point_id
                WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND p.station_id = %s
                AND NOT EXISTS (SELECT 1 FROM metering_finding f WHERE f.period = c.period
                                AND f.point_id = c.point_id AND f.severity = 2))
            RETURNING energy_wh, amount_fen
            """,
            [issued_date, period, period, low, high, station_id],
        )
        issued = cursor.fetchall()
    sums.issue(station_id, period, issued)
    feeding.issue(station_id, period, low, high, issued_date)
    return {"issued": len(issued)}
