"""The checks on a list before it is stored: the same pass as before billing, its findings as notes on the rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from diansuo.core.metering import Known, Purpose, Register, Rule, Severity
from diansuo.office.metering import checking
from diansuo.office.metering.columns import ReadingRows, days_since_epoch
from diansuo.office.metering.importing.judging import Judged
from diansuo.office.metering.wording import words_at

# The unread row says so itself.
SAID_OTHERWISE = (Rule.MISSING,)


def note_findings(judged: Sequence[Judged]) -> list[str]:
    """Check what a list would store, note every finding on its row, and return a summary by rule."""
    groups: dict[tuple[int, int], list[Judged]] = defaultdict(list)
    for each in judged:
        if each.stores:
            groups[each.row.place.station_id, each.row.period].append(each)
    counts: Counter[str] = Counter()
    for (station_id, period), group in sorted(groups.items(), key=lambda item: item[0]):
        examined = checking.examine_incoming(station_id, period, _incoming(group))
        counts.update(_note(group, examined))
    return [
        _("核查“%(rule)s”：%(count)d 处") % {"rule": title, "count": count}
        for title, count in counts.most_common()
    ]


def _incoming(group: Sequence[Judged]) -> checking.Incoming:
    rows = _reading_rows(
        [(each, int(each.row.purpose), each.row.read_date, each.row.register_wh) for each in group]
    )
    openings = _reading_rows(
        [
            (each, int(Purpose.OPENING), each.opening_date, each.row.previous_wh)
            for each in group
            if each.opening_date
        ]
    )
    energy_wh = [each.row.energy_wh for each in group] + [None] * len(openings)
    return checking.Incoming(
        ReadingRows.joined((rows, openings)),
        Known(
            np.array([value or 0 for value in energy_wh], dtype=np.int64),
            np.array([value is not None for value in energy_wh], dtype=np.bool_),
        ),
    )


def _reading_rows(entries: Sequence[tuple[Judged, int, object, int | None]]) -> ReadingRows:
    def column(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    opening = [purpose == Purpose.OPENING for _each, purpose, _day, _wh in entries]
    rows = [each.row for each, *_rest in entries]
    return ReadingRows(
        point=column([row.place.point_id for row in rows]),
        meter=column([row.place.meter_id for row in rows]),
        register=column([row.register for row in rows]),
        day=column([days_since_epoch(day) for _each, _purpose, day, _wh in entries]),
        purpose=column([purpose for _each, purpose, _day, _wh in entries]),
        register_wh=column([wh or 0 for _each, _purpose, _day, wh in entries]),
        estimated=np.array([row.estimated for row in rows], dtype=np.bool_),
        period=column([row.period if row.purpose == Purpose.PERIODIC else 0 for row in rows]),
        listed_previous_wh=column(
            [
                -1 if is_opening or row.previous_wh is None else row.previous_wh
                for row, is_opening in zip(rows, opening, strict=True)
            ]
        ),
        integer_digits=column([row.place.integer_digits for row in rows]),
        multiplier=column([row.place.multiplier for row in rows]),
        installed=np.ones(len(rows), dtype=np.bool_),
        entered=np.zeros(len(rows), dtype=np.bool_),
    )


def _note(group: Sequence[Judged], examined: checking.Examined) -> Counter[str]:
    """Add the findings' sentences to the rows they are about; a finding about a month goes to the total's row."""
    total_of: dict[int, Judged] = {}
    for each in group:
        if each.row.register == Register.ACTIVE_TOTAL or each.row.place.point_id not in total_of:
            total_of[each.row.place.point_id] = each
    counts: Counter[str] = Counter()
    found, blocking = examined.findings, _("待处理 ")
    for at in np.flatnonzero(~np.isin(found.rule, SAID_OTHERWISE)).tolist():
        row = int(found.reading_row[at])
        point = int(examined.due.point[found.due_row[at]]) if found.due_row[at] >= 0 else 0
        about = group[row] if 0 <= row < len(group) else total_of.get(point)
        if about is None:
            continue
        words = words_at(found, at)
        mark = blocking if found.severity[at] == Severity.BLOCKING else ""
        said = f"{mark}{words.title}：{words.reason}"
        about.reason = f"{about.reason}；{said}" if about.reason else said
        about.remedy = about.remedy or words.remedy
        counts[words.title] += 1
    return counts
