"""What is never accepted, with the reason: slips of a digit, days that cannot be, terms that cannot hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.core.quantity.month import billing_year, month_of, next_month
from diansuo.core.rules import Entry
from diansuo.office.archive.models import ContractTerm, MeterInstallation, PointArea, TransformerArea
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange, changes_of
from diansuo.office.base.proposals.limits import limits
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects import queries
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.sheets.book import priced_book

DIGIT: Final = 10
VA_PER_KVA: Final = 1000
MOST_NAMED: Final = 5
ALL: Final = Scope.everything()


def refusals(said: Mapping[str, Any], effective: date, today: date) -> list[str]:
    """Return every reason against changes of terms, in words."""
    changes = changes_of(said)
    if not changes:
        return [_("没有任何变更")]
    entry, rows = limits(today), standing.standing_rows(changes)
    found = [
        *_day(effective, today, entry),
        *_closed(changes, effective),
        *_standing(changes, rows, effective),
    ]
    for change in changes:
        row = rows.get((change.model, change.row)) if change.row is not None else None
        if all(change.before.get(name) == value for name, value in change.after.items()):
            found.append(_("%(what)s：新值与现值相同") % {"what": change.model._meta.verbose_name})
        found += _slips(change, entry)
        if change.model is PointArea and row is not None and "area_id" in change.after:
            found += _area(change, row)
    every = list(dict.fromkeys(found))
    more = [_("还有 %(count)d 处") % {"count": len(every) - MOST_NAMED}] if len(every) > MOST_NAMED else []
    return [*every[:MOST_NAMED], *more]


def slips(change: TermChange, day: date) -> list[str]:
    """Return why one change is absurd by itself, in words."""
    return list(_slips(change, limits(day)))


def _slips(change: TermChange, entry: Entry) -> Iterator[str]:
    if change.model is MeterInstallation and "multiplier" in change.after:
        yield from _multiplier(change, entry)
    elif change.model is ContractTerm and change.after.get("capacity_va"):
        yield from _capacity(change, entry)


def _day(effective: date, today: date, entry: Entry) -> Iterator[str]:
    month, now = month_of(effective), month_of(today)
    back, ahead = int(entry.number("months_back_most")), int(entry.number("months_ahead_most"))
    if month < next_month(now, -back):
        yield _("生效日 %(day)s 早于 %(months)d 个月前，核对年份") % {"day": effective, "months": back}
    if month > next_month(now, ahead):
        yield _("生效日 %(day)s 晚于 %(months)d 个月后，核对年份") % {"day": effective, "months": ahead}


def _closed(changes: Sequence[TermChange], effective: date) -> Iterator[str]:
    points = sorted(standing.points_of(changes).every_point)
    month = month_of(effective)
    year = billing_year(month, year_start_month(priced_book(), month))
    for station in queries.stations_of(ALL, points):
        for closed in queries.closed_years(ALL, station, year):
            yield _("%(year)d 年度已关账，生效日 %(day)s 会改动它；改用关账之后的日期") % {
                "year": closed,
                "day": effective,
            }


def _standing(changes: Sequence[TermChange], rows: Mapping[Any, Any], effective: date) -> Iterator[str]:
    for change in changes:
        if change.row is None or change.in_place:
            continue
        row = rows.get((change.model, change.row))
        if row is None:
            yield _("%(what)s：要改的记录已经不在") % {"what": change.model._meta.verbose_name}
        elif effective <= row.valid_from or (row.valid_to is not None and effective >= row.valid_to):
            yield _("%(what)s：生效日 %(day)s 须晚于现有记录的起始日 %(first)s") % {
                "what": change.model._meta.verbose_name,
                "day": effective,
                "first": row.valid_from,
            }


def _multiplier(change: TermChange, entry: Entry) -> Iterator[str]:
    before, after = change.before.get("multiplier") or 1, change.after["multiplier"]
    if not isinstance(after, int) or after < 1:
        yield _("倍率 %(after)s 不是正整数") % {"after": after}
        return
    if after > entry.number("multiplier_most"):
        yield _("倍率 %(after)s 超过上限 %(most)s") % {
            "after": after,
            "most": entry.number("multiplier_most"),
        }
    # From 1, a direct meter, any ratio of transformers may follow; from 60 to 600 nobody changes transformers.
    if before > 1 and _slip(before, after):
        yield _(
            "倍率 %(before)s 改为 %(after)s 正好差 %(times)d 倍，多半是多打或少打了零；确系换了互感器的，"
            "按换表办理并附变比照片"
        ) % {
            "before": before,
            "after": after,
            "times": max(before, after) // min(before, after),
        }


def _slip(before: int, after: int) -> bool:
    """Tell whether one is the other with noughts put on."""
    small, large = sorted((before, after))
    while small < large:
        small *= DIGIT
    return before != after and small == large


def _capacity(change: TermChange, entry: Entry) -> Iterator[str]:
    before, after = change.before.get("capacity_va"), change.after["capacity_va"]
    times = int(entry.number("capacity_times_most"))
    if before and (after >= before * times or after * times <= before):
        yield _("合同容量由 %(before)s 改为 %(after)s kVA，差 %(times)d 倍以上，核对小数点和单位") % {
            "before": before // VA_PER_KVA,
            "after": after // VA_PER_KVA,
            "times": times,
        }


def _area(change: TermChange, row: PointArea) -> Iterator[str]:
    area = TransformerArea.objects.filter(pk=change.after["area_id"]).first()
    if area is None or area.station_id != row.point.station_id:
        yield _("台区不属于本供电所")
