"""What the trail's pages and commands read: entries within the viewer's scope, and where the chain ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from diansuo.office.base.models import TrailEntry, TrailHead
from diansuo.office.base.scope import Scope
from diansuo.office.base.trail import chain

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTH: Final = re.compile(r"\d{4}-\d{2}")
LONGEST_NUMBER: Final = 18
PEOPLE_AT_MOST: Final = 500
LINES_AT_ONCE: Final = 500
LINE: Final = (
    "sequence", "written_at", "person", "what", "table", "key", "count", "why", "doing", "origin", "digest", "body",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class End:
    """The end of the chain: how many entries, and the digest to write down."""

    sequence: int
    digest: str


def entries(scope: Scope) -> QuerySet[TrailEntry]:
    """Return the entries of the scope's stations; those of no station are for whoever sees all."""
    return TrailEntry.objects.filter(scope.limit("station"))


def entry(scope: Scope, sequence: int) -> TrailEntry | None:
    """Return one entry, or None if there is none in the scope."""
    return entries(scope).filter(sequence=sequence).first()


def same_act(scope: Scope, entry: TrailEntry) -> QuerySet[TrailEntry]:
    """Return the entries written together with this one."""
    return entries(scope).filter(act=entry.act).exclude(pk=entry.pk).order_by("sequence")


def lines(
    scope: Scope, *, words: str = "", first: date | None = None, last: date | None = None
) -> Iterator[tuple[str, ...]]:
    """Return entries as the lines of a file (see :data:`LINE`), oldest first, with the text the chain is made of."""
    rows = search(scope, entries(scope), words)
    zone = timezone.get_default_timezone()
    if first is not None:
        rows = rows.filter(written_at__gte=datetime.combine(first, time.min, zone))
    if last is not None:
        rows = rows.filter(written_at__lt=datetime.combine(last + timedelta(days=1), time.min, zone))
    for row in rows.order_by("sequence").values_list(*LINE).iterator(chunk_size=LINES_AT_ONCE):
        yield tuple(chain.instant(each) if isinstance(each, datetime) else str(each) for each in row)


def head(scope: Scope) -> End:
    """Return the end of the chain: one for all stations, and it tells nothing about any of them."""
    del scope
    found = TrailHead.objects.filter(pk=chain.HEAD).first()
    return End(found.sequence, found.digest) if found else End(0, "")


def of_object(scope: Scope, rows: QuerySet[TrailEntry], about: str) -> QuerySet[TrailEntry]:
    """Keep the entries of one thing, named ``table:key``."""
    del scope
    table, _colon, key = about.replace("\0", "").rpartition(":")
    return rows.filter(table=table, key=key)


def search(scope: Scope, rows: QuerySet[TrailEntry], words: str) -> QuerySet[TrailEntry]:
    """Keep the entries that fit every word: a day, a month, a number, a person, or anything an entry says."""
    del scope
    for word in words.split():
        span = _span(word)
        if span is not None:
            rows = rows.filter(written_at__gte=span[0], written_at__lt=span[1])
            continue
        condition = Q(person=word) | Q(key=word) | Q(doing__icontains=word) | Q(why__icontains=word)
        condition |= Q(origin__startswith=word) | Q(body__icontains=word)
        if word.isdecimal() and len(word) <= LONGEST_NUMBER:
            condition |= Q(sequence=int(word))
        rows = rows.filter(condition)
    return rows


def people(scope: Scope) -> list[str]:
    """Return who has an entry, by name."""
    found = entries(scope).exclude(person="").order_by("person").values_list("person", flat=True).distinct()
    return list(found[:PEOPLE_AT_MOST])


def _span(word: str) -> tuple[datetime, datetime] | None:
    """Return the first instant of a day or month, and the first after it; None where the word is neither."""
    month = bool(MONTH.fullmatch(word))
    try:
        first = date.fromisoformat(f"{word}-01" if month else word) if month or DAY.fullmatch(word) else None
    except ValueError:
        return None
    if first is None or first.year in (date.min.year, date.max.year):
        return None
    after = (first.replace(day=1) + timedelta(days=32)).replace(day=1) if month else first + timedelta(days=1)
    zone = timezone.get_default_timezone()
    return datetime.combine(first, time.min, zone), datetime.combine(after, time.min, zone)
