"""What the database already holds about the points of a list: readings, missed months, what is billed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Min, Q

from diansuo.core.metering import Purpose
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.metering import issued
from diansuo.office.metering.importing.rows import ListRow
from diansuo.office.metering.models import MissedReading, RegisterReading

MANY = 5_000
AROUND = timedelta(days=45)

Key = tuple[int, date, int, int]


class StoredReading(NamedTuple):
    """What one stored reading says, where it came from, and the account name of whoever entered it by hand."""

    id: int
    register_wh: int
    estimated: bool
    meter_id: int
    list_previous_wh: int | None
    source: str
    batch_id: int | None
    entered_by_id: int | None
    entered_by: str | None
    entered_at: datetime | None

    @property
    def by_hand(self) -> bool:
        """Whether somebody entered it, rather than a list bringing it."""
        return self.source == RegisterReading.Source.ENTRY


class Stored:
    """What is stored about the points of a list's rows, around their days."""

    def __init__(self, rows: Sequence[ListRow]) -> None:
        self.readings: dict[Key, StoredReading] = {}
        self.missed: set[tuple[int, int]] = set()
        self.read_months: set[tuple[int, int]] = set()
        self._first: dict[tuple[int, int], date] = {}
        self._term_starts: dict[int, date] = {}
        self._meter_starts: dict[tuple[int, int], date] = {}
        self._points = sorted({row.place.point_id for row in rows})
        self.billed_until = issued.billed_until(self._points)
        self.taken_back_days = issued.taken_back_days(self._points)
        if rows:
            days = [row.read_date for row in rows]
            self._load(min(days) - AROUND, max(days) + AROUND, sorted({row.period for row in rows}))
            self._look_further_back(rows)

    def has_earlier(self, point_id: int, register: int, day: date) -> bool:
        """Tell whether a reading of this register before this day is stored."""
        first = self._first.get((point_id, register))
        return first is not None and first < day

    def begins(self, point_id: int, meter_id: int) -> date:
        """Return the first day a reading of this meter may open a register of this point.

        Neither before the meter hung there nor before the contract and its terms were in force, since energy from
        before has no price; nor within what is billed. Known for points without an earlier reading only.
        """
        days = (
            self._meter_starts.get((point_id, meter_id)),
            self._term_starts.get(point_id),
            self.billed_until.get(point_id),
        )
        return max((day for day in days if day is not None), default=date.min)

    def _load(self, start: date, end: date, periods: list[int]) -> None:
        for part in self._parts(self._points):
            around = RegisterReading.objects.filter(
                Q(read_date__range=(start, end)) | Q(period__in=periods), point__in=part
            )
            for point, day, register, purpose, period, *said in around.values_list(
                "point_id", "read_date", "register", "purpose", "period",
                "id", "register_wh", "estimated", "meter_id", "list_previous_wh", "source", "batch_id", "entered_by_id",
                "entered_by__username", "entered_at",
            ).iterator(chunk_size=MANY):  # fmt: skip
                self.readings[point, day, register, purpose] = StoredReading(*said)
                self._note_first(point, register, day)
                if purpose == Purpose.PERIODIC and period:
                    self.read_months.add((point, period))
            missed = MissedReading.objects.filter(point__in=part, period__in=periods)
            self.missed.update(missed.values_list("point_id", "period"))

    def _look_further_back(self, rows: Sequence[ListRow]) -> None:
        """For registers with a 上次示数 and nothing stored shortly before, look at all that is stored."""
        doubtful = sorted(
            {
                row.place.point_id
                for row in rows
                if row.previous_wh is not None
                and not self.has_earlier(row.place.point_id, row.register, row.read_date)
            }
        )
        for part in self._parts(doubtful):
            all_of_them = RegisterReading.objects.filter(point__in=part).values_list(
                "point_id", "register", "read_date"
            )
            for point, register, day in all_of_them.iterator(chunk_size=MANY):
                self._note_first(point, register, day)
            self._note_beginnings(part)

    def _note_beginnings(self, part: list[int]) -> None:
        points = MeteringPoint.objects.filter(pk__in=part).annotate(since=Min("contract__terms__valid_from"))
        for point, opened, since in points.values_list("pk", "contract__opened_date", "since"):
            known = [day for day in (opened, since) if day is not None]
            if known:
                self._term_starts[point] = max(known)
        hung = MeterInstallation.objects.filter(point__in=part).values_list("point_id", "meter_id")
        for point, meter, since in hung.annotate(since=Min("valid_from")):
            self._meter_starts[point, meter] = since

    def _note_first(self, point: int, register: int, day: date) -> None:
        known = self._first.get((point, register))
        if known is None or day < known:
            self._first[point, register] = day

    @staticmethod
    def _parts(points: list[int]) -> Iterator[list[int]]:
        for start in range(0, len(points), MANY):
            yield points[start : start + MANY]
