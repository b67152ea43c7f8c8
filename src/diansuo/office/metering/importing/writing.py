"""Stores a judged part of a reading list: in bulk what it brings; what it changes at once or as a proposal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose
from diansuo.core.quantity.month import previous_month
from diansuo.office.base import revision
from diansuo.office.base.bulk import insert_columns, instant
from diansuo.office.base.imports.operations import UnableToImport
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch
from diansuo.office.metering import issued
from diansuo.office.metering.importing import holding
from diansuo.office.metering.importing.changing import change
from diansuo.office.metering.importing.judging import Judged
from diansuo.office.metering.models import MissedReading, RegisterReading

ROWS_A_WRITE = 10_000

Source = RegisterReading.Source


def writes(judged: Sequence[Judged]) -> list[Callable[[ImportBatch], None]]:
    """Return the writes of a list, each a short transaction of its own."""
    kept = [each for each in judged if each.stores]
    missed = _missed_points(judged)
    made: list[Callable[[ImportBatch], None]] = []
    for start in range(0, len(kept), ROWS_A_WRITE):
        part = kept[start : start + ROWS_A_WRITE]
        made.append(lambda batch, part=part: _store(batch, part))
    for start in range(0, len(missed), ROWS_A_WRITE):
        points = missed[start : start + ROWS_A_WRITE]
        made.append(lambda batch, points=points: _store_missed(batch, points))
    return made


def _store(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    """Write one part; what was billed or entered since the list was judged refuses all of it.

    Raises:
        UnableToImport: the judgement no longer holds; the caller's transaction must be rolled back.
    """
    for station_id in sorted({each.row.place.station_id for each in judged}):
        revision.locked(station_id)
    _require_unbilled(judged)
    try:
        _insert_new(batch, [each for each in judged if each.outcome == Outcome.NEW])
        _insert_openings(batch, [each for each in judged if each.opening_date])
    # PostgreSQL's COPY goes round Django's own translation of errors.
    except (IntegrityError, connection.Database.IntegrityError) as problem:
        raise UnableToImport(_("预览之后已有人录入了清单中的示数，请重新预览后再导入")) from problem
    changed = [each for each in judged if each.outcome == Outcome.CHANGED]
    change(batch, [each for each in changed if not holding.waits(each)])
    holding.hold(batch, [each for each in changed if holding.waits(each)])


def _require_unbilled(judged: Sequence[Judged]) -> None:
    """Look once more whether a bill stands on what is written, as nothing can issue one from here on."""
    points = sorted({each.row.place.point_id for each in judged})
    billed, taken_back = issued.billed_until(points), issued.taken_back_days(points)
    for each in judged:
        row, until = each.row, billed.get(each.row.place.point_id)
        if until is None:
            continue
        if each.outcome == Outcome.CHANGED:
            closed = row.read_date <= until or (row.place.point_id, row.read_date) in taken_back
        else:
            closed = issued.is_closed(row.read_date, row.purpose, until)
        if closed or (each.opening_date is not None and each.opening_date < until):
            raise UnableToImport(
                _("预览之后用户 %(customer)s 的电费已发行至 %(until)s，请重新预览后再导入")
                % {"customer": row.customer, "until": until}
            )


def _insert_new(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    rows = [each.row for each in judged]
    insert_columns(
        RegisterReading,
        {
            "point": [row.place.point_id for row in rows],
            "meter": [row.place.meter_id for row in rows],
            "register": [row.register for row in rows],
            "read_date": [row.read_date.isoformat() for row in rows],
            "purpose": [row.purpose for row in rows],
            "register_wh": [row.register_wh for row in rows],
            "period": [row.period if row.purpose == Purpose.PERIODIC else None for row in rows],
            "estimated": [row.estimated for row in rows],
            "source": [Source.LIST.value] * len(rows),
            "list_previous_wh": [row.previous_wh for row in rows],
            "batch": [batch.pk] * len(rows),
            "entered_at": [instant(batch.applied_at)] * len(rows),
        },
    )


def _insert_openings(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    rows = [each.row for each in judged]
    insert_columns(
        RegisterReading,
        {
            "point": [row.place.point_id for row in rows],
            "meter": [row.place.meter_id for row in rows],
            "register": [row.register for row in rows],
            "read_date": [each.opening_date.isoformat() for each in judged if each.opening_date],
            "purpose": [int(Purpose.OPENING)] * len(rows),
            "register_wh": [row.previous_wh for row in rows],
            "period": [previous_month(row.period) for row in rows],
            "estimated": [False] * len(rows),
            "source": [Source.LIST_PREVIOUS.value] * len(rows),
            "batch": [batch.pk] * len(rows),
            "entered_at": [instant(batch.applied_at)] * len(rows),
        },
    )


def _missed_points(judged: Sequence[Judged]) -> list[tuple[int, int, str]]:
    """Point, month and reason of every month missed, once a point however many registers it has."""
    found: dict[tuple[int, int], str] = {}
    for each in judged:
        if each.missed and each.outcome == Outcome.NEW:
            found.setdefault((each.row.place.point_id, each.row.period), each.row.trouble)
    return [(point, period, reason) for (point, period), reason in found.items()]


def _store_missed(batch: ImportBatch, missed: Sequence[tuple[int, int, str]]) -> None:
    points, periods, reasons = zip(*missed, strict=True)
    insert_columns(
        MissedReading,
        {"point": points, "period": periods, "reason": reasons, "batch": [batch.pk] * len(points)},
    )
