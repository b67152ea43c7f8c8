"""Reading routes: the settlement day stays, the visit waits for a working day, and who is late is said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from diansuo.core.metering import Register
from diansuo.office.archive.models import (
    MeteringPoint,
    PointTerm,
    ReadingMethod,
    Responsibility,
    RouteTerm,
    UseTerm,
)
from diansuo.office.base import revision
from diansuo.office.base.models import ImportBatch, Staff, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import MissedReading, RegisterReading
from diansuo.office.metering.routes import queries, visiting
from diansuo.office.metering.routes.queries import Progress
from tests.office.metering.builder import ALL, household, make_station, route_of

MONTH = 202610
SCHEDULED = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("scheduled", "walked", "upload_by"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 3)),
        (SCHEDULED, date(2026, 10, 8), date(2026, 10, 10)),  # the National Day holidays
        (
            date(2026, 2, 14),
            date(2026, 2, 14),
            date(2026, 2, 16),
        ),  # a Saturday worked for the Spring Festival
        (date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 4)),  # a Sunday
    ],
)
def test_the_visit_waits_for_a_working_day_and_the_settlement_day_stays(
    scheduled: date, walked: date, upload_by: date
) -> None:
    assert visiting.visit(scheduled) == visiting.Visit(scheduled, walked, upload_by, published=True)


@pytest.mark.parametrize("method", [ReadingMethod.MANUAL, ReadingMethod.UNKNOWN])
def test_a_route_that_is_walked_waits_and_so_does_one_of_which_nobody_has_said(method: str) -> None:
    assert visiting.visit(SCHEDULED, method) == visiting.visit(SCHEDULED)


def test_a_route_read_from_afar_is_not_walked_and_its_upload_counts_from_the_fixed_day() -> None:
    visit = visiting.visit(SCHEDULED, ReadingMethod.REMOTE)
    assert (visit.scheduled, visit.day, visit.upload_by) == (SCHEDULED, None, date(2026, 10, 3))
    assert visit.begins == SCHEDULED


def test_a_year_whose_holidays_nobody_published_is_monday_to_friday_and_says_so() -> None:
    visit = visiting.visit(date(2028, 10, 1))  # a Sunday
    assert (visit.day, visit.published) == (date(2028, 10, 2), False)


def test_months_between_two_days_are_whole_ones() -> None:
    assert visiting.months_between(date(2024, 1, 31), date(2024, 3, 1)) == 1
    assert visiting.months_between(date(2024, 1, 1), date(2026, 1, 1)) == 24


@pytest.fixture
def station(db: None) -> Station:
    made = make_station()
    for number, meter in (("0041", "M1"), ("0042", "M2"), ("0043", "M3")):
        household(made, number, meter, reader="赵六" if number != "0043" else "钱七")
    return made


def read(*numbers: str, register: Register = Register.ACTIVE_TOTAL) -> None:
    for point in MeteringPoint.objects.filter(contract__customer__number__in=numbers):
        RegisterReading.objects.create(
            point=point,
            meter=point.installations.get().meter,
            register=register,
            read_date=SCHEDULED,
            period=MONTH,
            register_wh=1_000,
        )


def the_route(today: date = date(2026, 10, 9), scope: Scope = ALL) -> queries.RouteRow:
    revision.bump([None])  # these tests write past the operations, which would
    (row,) = queries.routes(scope, today=today, period=MONTH)
    return row


def test_a_route_comes_is_due_late_and_done(station: Station) -> None:
    days = (date(2026, 9, 30), SCHEDULED, date(2026, 10, 10), date(2026, 10, 11))
    assert [the_route(day).progress for day in days] == [
        Progress.COMING, Progress.DUE, Progress.DUE, Progress.LATE,
    ]  # fmt: skip
    read("0041", "0042", "0043")
    row = the_route(days[-1])
    assert (row.progress, row.read, row.points) == (Progress.DONE, 3, 3)


def test_how_a_route_is_read_moves_the_visit_and_the_limit_but_never_the_settlement_day(
    station: Station, client: Client
) -> None:
    walked = the_route(date(2026, 10, 5))
    RouteTerm.objects.get().change_from(date(2026, 9, 1), method=ReadingMethod.REMOTE)
    afar = the_route(date(2026, 10, 5))

    assert walked.visit.scheduled == afar.visit.scheduled == walked.group.scheduled == afar.group.scheduled
    assert (walked.visit.day, walked.progress) == (date(2026, 10, 8), Progress.DUE)
    assert (afar.visit.day, afar.progress) == (None, Progress.LATE)
    (before,) = queries.routes(ALL, today=date(2026, 10, 5), period=202608)  # a Saturday, before the change
    assert before.visit.day == date(2026, 8, 3)
    client.force_login(User.objects.create_user("boss", is_superuser=True))
    assert "远程采集，不到场" in client.get(reverse("reading_routes"), {"month": "2026-10"}).content.decode()


def test_the_counts_of_a_station_are_kept_until_its_books_move(station: Station) -> None:
    assert the_route().read == 0
    read("0041")
    (kept,) = queries.progressed(ALL, today=SCHEDULED, period=MONTH)
    assert (kept.points, kept.read) == (3, 0)
    revision.bump([station.pk])
    (anew,) = queries.progressed(ALL, today=SCHEDULED, period=MONTH)
    assert (anew.points, anew.read) == (3, 1)


def test_points_on_no_route_are_counted_over_all_stations(station: Station) -> None:
    other = make_station("西村供电所")
    household(other, "0051", "M51")
    MeteringPoint.objects.filter(contract__customer__number__in=("0041", "0051")).update(route=None)
    revision.bump([None])
    rows = {row.number: row.points for row in queries.progressed(ALL, today=SCHEDULED, period=MONTH)}
    assert rows[""] == 2


def test_what_was_missed_with_a_reason_is_counted_and_not_taken_for_read(station: Station) -> None:
    read("0041", "0042")
    for point in MeteringPoint.objects.filter(contract__customer__number__in=("0042", "0043")):
        MissedReading.objects.create(point=point, period=MONTH, reason="锁门")
    row = the_route(date(2026, 10, 11))
    assert (row.progress, row.read, row.missed) == (Progress.LATE, 2, 1)


def test_only_what_is_due_is_asked_for(station: Station) -> None:
    one, two, three = MeteringPoint.objects.order_by("contract__customer__number")
    since = date(2024, 1, 1)
    one.contract.closed_date = date(2026, 9, 1)
    one.contract.save()
    UseTerm.objects.create(contract=two.contract, idle_months=1 << 8, valid_from=since)  # September's use
    assert (the_route().points, the_route().progress) == (1, Progress.DUE)
    PointTerm.objects.create(point=three, share=1, fixed_wh_month=1_000, behind=two, valid_from=since)
    assert (the_route().points, the_route().progress) == (0, Progress.NOTHING)
    read("0042")  # somebody read it although it stands idle
    assert (the_route().points, the_route().progress) == (1, Progress.DONE)


def test_a_point_that_only_feeds_in_is_read_by_its_reverse_register(station: Station) -> None:
    PointTerm.objects.create(point=MeteringPoint.objects.first(), feed_in=1, valid_from=date(2024, 1, 1))
    read("0041", "0042", register=Register.REVERSE_TOTAL)
    assert the_route().read == 1


def test_a_reader_who_kept_a_route_too_long_is_to_rotate(station: Station) -> None:
    reader = the_route().reader
    assert reader == queries.Reader("赵六", 33, 1, rotate=True)
    new = Staff.objects.get(name="钱七")
    for duty in Responsibility.objects.filter(staff__name="赵六"):
        duty.change_from(date(2026, 9, 1), staff=new)
    assert the_route().reader.name == "钱七"


def test_a_first_list_does_not_claim_to_know_who_read_before_it(station: Station) -> None:
    batch = ImportBatch.objects.create(
        kind="archive",
        created_at=datetime(2026, 9, 1, tzinfo=UTC),
        applied_at=datetime(2026, 9, 1, tzinfo=UTC),
    )
    Responsibility.objects.update(batch=batch)
    assert the_route().reader == queries.Reader("赵六", 1, 1, rotate=False)

    new = Staff.objects.get(name="钱七")
    for duty in Responsibility.objects.filter(staff__name="赵六"):
        duty.change_from(date(2024, 6, 1), staff=new)
    changed = Responsibility.objects.filter(valid_from=date(2024, 6, 1))
    assert changed.count() == 2
    assert the_route().reader == queries.Reader("钱七", 28, 0, rotate=True)


def test_another_stations_routes_are_not_seen(station: Station) -> None:
    assert queries.routes(Scope(frozenset({station.pk + 1})), today=SCHEDULED) == []


def test_the_page_asks_for_any_month_and_survives_a_wrong_one(station: Station, client: Client) -> None:
    client.force_login(User.objects.create_user("boss", is_superuser=True))
    page = client.get(reverse("reading_routes"), {"month": "2026-10"}).content.decode()
    assert "2026-10-01" in page and "2026-10-08" in page and "2026-10-10" in page
    for wrong in ("0", "2026-13", "1999-01", "²", "99999999999", "2026"):
        assert client.get(reverse("reading_routes"), {"month": wrong}).status_code == 200


def test_many_routes_ask_no_more_questions_than_one(station: Station) -> None:
    def asked() -> int:
        revision.bump([None])
        with CaptureQueriesContext(connection) as questions:
            queries.routes(ALL, today=SCHEDULED)
        return len(questions)

    of_one = asked()
    for number in range(5):
        point = household(station, f"1{number}", f"X{number}")
        MeteringPoint.objects.filter(pk=point.pk).update(route=route_of(station, f"S{number}"))
    assert len(queries.routes(ALL, today=SCHEDULED)) == 6
    assert asked() == of_one
