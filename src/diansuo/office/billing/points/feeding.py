"""Photovoltaic energy fed in: settled from the reverse register, and priced where the rulebook knows the price."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from diansuo.core.metering.energy import feed_in_amount_fen
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import Entry, NoValueInForce, ValueAbsent
from diansuo.core.tariff.charging import FeedInScheme, feed_in_scheme
from diansuo.office.archive.models import FeedIn
from diansuo.office.base.models import Job
from diansuo.office.billing.models import RuleSlice
from diansuo.office.billing.points.models import FeedInSettlement
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.metering.models import Finding, PointSettlement

RULE: Final = "photovoltaic"
NANO: Final = 1_000_000_000
# 发改价格〔2025〕136号 [K]: the entry of that day says how existing projects go on.
EXISTING: Final = "existing_projects"
Held = FeedInSettlement.Held


def settle(job: Job, period: int, low: int, high: int) -> list[FeedInSettlement]:
    """Return what is owed for the feed-in of these points in a month, not yet stored; one without price says why."""
    rows = (
        PointSettlement.objects.filter(
            consumption__period=period,
            consumption__point__pk__range=(low, high),
            consumption__point__station=job.station_id,
            consumption__feed_in=None,
            term__feed_in__in=(FeedIn.FULL, FeedIn.SURPLUS),
        )
        .exclude(consumption__point__in=_blocked(period))
        .select_related("consumption__point", "term")
        .order_by("consumption__point")
    )
    return [_settlement(job, period, row) for row in rows]


def store(owed: list[FeedInSettlement]) -> None:
    """Write what :func:`settle` found, inside the caller's transaction."""
    for one in owed:
        if one.priced_by is None:
            continue
        entry, rulebook_hash = one.priced_by
        one.rule, _made = RuleSlice.objects.get_or_create(
            slice_hash=entry.slice_hash,
            rulebook_hash=rulebook_hash,
            defaults={
                "rule_id": entry.rule_id,
                "effective_date": entry.effective,
                "content": entry.to_slice(),
            },
        )
    FeedInSettlement.objects.bulk_create(owed)


def _blocked(period: int) -> Any:
    """Return the points that the checks hold; what pricing a bill lacks does not touch what is fed in."""
    found = Finding.objects.filter(period=period, severity=Finding.Severity.BLOCKING)
    return found.exclude(rule__startswith="B-").values("point")


def _settlement(job: Job, period: int, row: PointSettlement) -> FeedInSettlement:
    term, consumption = row.term, row.consumption
    made = FeedInSettlement(
        contract_id=consumption.point.contract_id,
        consumption=consumption,
        job=job,
        period=period,
        full_feed_in=term.feed_in == FeedIn.FULL,
        energy_wh=row.feed_in_wh,
    )
    if row.feed_in_wh is None:
        made.held = Held.NO_READING
    elif term.commissioned_date is None:
        made.held = Held.NO_DATE
    else:
        _price(made, row.feed_in_wh, term.commissioned_date, consumption.from_date)
    return made


def _price(made: FeedInSettlement, energy_wh: int, commissioned: date, day: date) -> None:
    """Fill in price and amount, or why there is none."""
    book = priced_book()
    rule = f"{book.default_place}/{RULE}"
    try:
        entry = book.in_force(rule, day)
    except (NoSuchRule, NoValueInForce):
        made.held = Held.NO_PRICE
        return
    if _is_new(entry, commissioned):
        made.held = Held.MARKET
        return
    try:
        price = int(entry.number("benchmark_price") * NANO)
    except (ValueAbsent, KeyError):
        made.held = Held.NO_PRICE
        return
    made.price_nano = price
    made.amount_fen = int(feed_in_amount_fen(np.array([energy_wh]), np.array([price]))[0])
    made.priced_by = entry, book.hash


def _is_new(entry: Entry, commissioned: date) -> bool:
    """Tell whether a project is one of the new ones (增量), whose price is the market's."""
    if EXISTING not in entry.values["parameters"]:
        return False
    return feed_in_scheme(commissioned, entry.effective) is FeedInScheme.NEW


def _drafts(station_id: int) -> QuerySet[FeedInSettlement]:
    return FeedInSettlement.objects.filter(
        consumption__point__station=station_id, state=FeedInSettlement.State.DRAFT
    )


def drop_drafts(station_id: int, period: int, low: int, high: int) -> None:
    """Delete what is not issued of these points, so that they can be settled afresh."""
    drafts = _drafts(station_id).filter(period=period, consumption__point__pk__range=(low, high))
    drafts._raw_delete(drafts.db)


def keep(station_id: int, *, before: int) -> None:
    """Close the months before this one where another system bills."""
    _drafts(station_id).filter(period__lt=before).update(state=FeedInSettlement.State.KEPT)


def reopen(station_id: int, *, since: int) -> None:
    """Turn what was kept from this month on into drafts again."""
    FeedInSettlement.objects.filter(
        consumption__point__station=station_id, state=FeedInSettlement.State.KEPT, period__gte=since
    ).update(state=FeedInSettlement.State.DRAFT)


def issue(station_id: int, period: int, low: int, high: int, issued_date: date) -> None:
    """Issue what is owed to these points, the energy also where its price is still to come."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE billing_feedinsettlement SET state = 1, issued_date = %s
            WHERE period = %s AND state = 0 AND energy_wh IS NOT NULL AND consumption_id IN (
                SELECT c.id FROM metering_consumption c JOIN archive_meteringpoint p ON p.id = c.point_id
                WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND p.station_id = %s)
            """,
            [issued_date, period, period, low, high, station_id],
        )
