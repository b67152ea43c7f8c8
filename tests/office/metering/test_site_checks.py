"""Checks on site: drawn once by rule, made tasks once, written by the right people, charged to the reading's month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from diansuo.core.metering import Register
from diansuo.core.quantity.month import next_month
from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.office.archive.models import (
    ContractTerm,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    ReadingMethod,
    RouteTerm,
    TransformerArea,
)
from diansuo.office.base.models import Job, Staff, Station, User, WorkOrder
from diansuo.office.metering import lake
from diansuo.office.metering.assessment import gathering
from diansuo.office.metering.models import Consumption, RegisterReading, SiteCheck
from diansuo.office.metering.visits import drawing, ranking, recording
from diansuo.office.metering.visits.limits import limits
from diansuo.office.metering.visits.recording import Sight, UnableToRecord
from tests.office.metering.builder import SINCE, household, make_station

pytestmark = pytest.mark.django_db

PERIOD = 202408
NOW = datetime(2024, 8, 5, 1, tzinfo=UTC)
READ = date(2024, 8, 1)
Kind, Found, Group = SiteCheck.Kind, SiteCheck.Found, SiteCheck.Group


@pytest.fixture
def station(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    return make_station()


@pytest.fixture
def head(station: Station) -> User:
    return User.objects.create(username="head")


def person(name: str, station: Station, staff: str) -> User:
    user = User.objects.create(username=name, first_name=staff)
    Staff.objects.update_or_create(station=station, name=staff, defaults={"user": user})
    return user


def settle(point: MeteringPoint, period: int, used_wh: int, **more: Any) -> None:
    job, _made = Job.objects.get_or_create(
        key=f"t:{point.station_id}", defaults={"kind": "cycle", "station": point.station, "created_at": NOW}
    )
    to_date = date(period // 100, period % 100, 1)
    Consumption.objects.create(
        point=point, period=period, job=job, status=Consumption.Status.OK, total_wh=used_wh, to_date=to_date,
        from_date=(to_date - timedelta(days=1)).replace(day=1), **more,
    )  # fmt: skip


def zero_for(point: MeteringPoint, months: int) -> MeteringPoint:
    for back in range(months):
        settle(point, next_month(PERIOD, -back), 0)
    return point


def read(point: MeteringPoint, register_wh: int, by: User | None = None) -> RegisterReading:
    meter = MeterInstallation.objects.get(point=point).meter
    return RegisterReading.objects.create(
        point=point, meter=meter, register=Register.ACTIVE_TOTAL, read_date=READ, register_wh=register_wh,
        period=PERIOD, entered_by=by, entered_at=NOW,
    )  # fmt: skip


def draw(station: Station, head: User, period: int = PERIOD) -> dict[str, drawing.Drawn]:
    return {one.kind: one for one in drawing.draw(station, period, user=head, now=NOW)}


def check_of(point: MeteringPoint, kind: str, head: User) -> SiteCheck:
    return SiteCheck.objects.create(
        station=point.station,
        point=point,
        period=PERIOD,
        kind=kind,
        group=Group.HOME,
        drawn_by=head,
        drawn_at=NOW,
    )


def test_zero_for_three_cycles_is_drawn_by_the_share_of_its_group_and_made_a_task(
    station: Station, head: User
) -> None:
    homes = [zero_for(household(station, f"H{at}", f"MH{at}", manager="赵六"), 3) for at in range(10)]
    others = [
        zero_for(
            household(station, f"O{at}", f"MO{at}", price_class=PriceClass.AGRICULTURAL, manager="赵六"), 3
        )
        for at in range(5)
    ]
    high = zero_for(
        household(station, "HV", "MHV", price_class=PriceClass.COMMERCIAL_SINGLE_PART, manager="赵六"), 3
    )
    ContractTerm.objects.filter(contract=high.contract).update(voltage_class=VoltageClass.KV_1_10)
    zero_for(household(station, "N", "MN", manager="赵六"), 2)
    used = zero_for(household(station, "U", "MU", manager="赵六"), 2)
    settle(used, next_month(PERIOD, -2), 1)

    assert draw(station, head)[Kind.ZERO] == drawing.Drawn(Kind.ZERO, 16, 7, 7)
    drawn = SiteCheck.objects.filter(kind=Kind.ZERO).values_list("group", flat=True)
    assert sorted(drawn) == [Group.HIGH] + [Group.HOME] * 2 + [Group.OTHER] * 4
    assert WorkOrder.objects.count() == 7
    assert {order.assignee.name for order in WorkOrder.objects.all()} == {"赵六"}
    assert len(homes) + len(others) == 15


def test_drawn_twice_it_is_the_same_and_no_task_is_made_twice(station: Station, head: User) -> None:
    for at in range(10):
        zero_for(household(station, f"H{at}", f"MH{at}", manager="赵六"), 3)
    draw(station, head)
    before = sorted(SiteCheck.objects.values_list("point", "kind"))
    assert draw(station, head)[Kind.ZERO] == drawing.Drawn(Kind.ZERO, 10, 2, 0)
    assert sorted(SiteCheck.objects.values_list("point", "kind")) == before
    assert WorkOrder.objects.count() == 2

    SiteCheck.objects.all().delete()
    draw(station, head)
    assert sorted(SiteCheck.objects.values_list("point", "kind")) == before


def test_who_was_visited_for_zero_rests_before_the_next_draw(station: Station, head: User) -> None:
    point = zero_for(household(station, "H", "MH", manager="赵六"), 3)
    draw(station, head)
    settle(point, next_month(PERIOD), 0)
    assert draw(station, head, next_month(PERIOD))[Kind.ZERO].eligible == 0
    settle(point, next_month(PERIOD, 2), 0)
    settle(point, next_month(PERIOD, 3), 0)
    assert draw(station, head, next_month(PERIOD, 3))[Kind.ZERO].new == 1


def test_a_route_that_goes_remote_is_checked_for_three_cycles(station: Station, head: User) -> None:
    point = household(station, "H", "MH", manager="赵六")
    term = RouteTerm.objects.get(route=point.route)
    RouteTerm.objects.filter(pk=term.pk).update(method=ReadingMethod.MANUAL, valid_to=date(2024, 8, 1))
    RouteTerm.objects.create(
        route=point.route, reading_day=1, method=ReadingMethod.REMOTE, valid_from=date(2024, 8, 1)
    )
    drawn = [draw(station, head, next_month(PERIOD, step))[Kind.REMOTE].new for step in range(4)]
    assert drawn == [1, 1, 1, 0]


def test_meters_read_from_afar_have_their_turn_once_in_a_cycle(station: Station, head: User) -> None:
    point = household(station, "H", "MH", manager="赵六")
    RouteTerm.objects.filter(route=point.route).update(method=ReadingMethod.REMOTE)
    months = [next_month(PERIOD, step) for step in range(12)]
    drawn = [period for period in months if draw(station, head, period)[Kind.SITE].new]
    assert len(drawn) == 1
    check = SiteCheck.objects.get(kind=Kind.SITE)
    check.seen_date = date(drawn[0] // 100, drawn[0] % 100, 5)
    check.save()
    assert draw(station, head, next_month(drawn[0], 11))[Kind.SITE].new == 0
    assert draw(station, head, next_month(drawn[0], 12))[Kind.SITE].new == 1


def test_areas_that_lose_most_are_read_in_company_with_their_master(
    station: Station, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="一号")
    master = MeteringPoint.objects.create(company=station.company, station=station, master_of=area)
    MeterInstallation.objects.create(
        point=master, meter=Meter.objects.create(company=station.company, asset_number="Z1"), valid_from=SINCE
    )
    inside = household(station, "H", "MH", manager="赵六")
    PointArea.objects.create(point=inside, area=area, valid_from=SINCE)
    household(station, "X", "MX", manager="赵六")
    monkeypatch.setattr(ranking, "_rankings", [lambda _station, _period: [area.pk]])
    draw(station, head)
    drawn = SiteCheck.objects.filter(kind=Kind.ACCOMPANIED).values_list("point", "group")
    assert sorted(drawn) == [(master.pk, Group.MASTER), (inside.pk, Group.HOME)]


def test_two_different_people_sign_an_accompanied_reading(station: Station, head: User) -> None:
    point = household(station, "H", "MH", manager="赵六")
    check, reader = check_of(point, Kind.ACCOMPANIED, head), person("reader", station, "李四")
    with pytest.raises(UnableToRecord, match="还没有录入"):
        recording.sign(check, user=head, now=NOW)
    recording.record(check, Sight(date(2024, 8, 5), Found.GOOD, 1000), user=reader, now=NOW)
    with pytest.raises(UnableToRecord, match="另一人"):
        recording.sign(check, user=reader, now=NOW)
    assert recording.sign(check, user=head, now=NOW).companion == head
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteCheck.objects.filter(pk=check.pk).update(companion=reader)


def test_reading_again_is_somebody_elses_and_what_is_off_becomes_a_task_and_a_misread(
    station: Station, head: User
) -> None:
    point = household(station, "H", "MH", reader="李四", manager="赵六")
    reader, other = person("reader", station, "李四"), person("other", station, "赵六")
    read(point, 500_000, by=head)
    settle(point, PERIOD, 310_000)
    check = check_of(point, Kind.REREAD, head)
    sight = Sight(date(2024, 8, 5), Found.GOOD, 400_000)
    for user in (reader, head):
        with pytest.raises(UnableToRecord, match="以外的人"):
            recording.record(check, sight, user=user, now=NOW)
    with pytest.raises(UnableToRecord, match="示数"):
        recording.record(check, Sight(date(2024, 8, 5), Found.GOOD), user=other, now=NOW)
    assert not gathering.gather(station.pk, PERIOD).misread.any()

    done = recording.record(check, sight, user=other, now=NOW)
    assert done.off_wh == -140_000
    assert done.follow_up.assignee.name == "赵六"
    assert gathering.gather(station.pk, PERIOD).misread.tolist() == [True]
    assert not gathering.gather(station.pk, next_month(PERIOD)).misread.any()
    with pytest.raises(UnableToRecord, match="已录入"):
        recording.record(check, sight, user=other, now=NOW)


def test_a_register_that_agrees_makes_no_task(station: Station, head: User) -> None:
    point = household(station, "H", "MH", reader="李四", manager="赵六")
    read(point, 500_000)
    settle(point, PERIOD, 310_000)
    other = person("other", station, "赵六")
    check = check_of(point, Kind.REREAD, head)
    done = recording.record(check, Sight(date(2024, 8, 5), Found.GOOD, 540_000), user=other, now=NOW)
    assert (done.off_wh, done.follow_up) == (None, None)
    assert not gathering.gather(station.pk, PERIOD).misread.any()


def test_every_true_reading_may_be_read_again_and_a_hundredth_is(station: Station, head: User) -> None:
    for at in range(5):
        read(household(station, f"H{at}", f"MH{at}", manager="赵六"), 1000)
    assert draw(station, head)[Kind.REREAD] == drawing.Drawn(Kind.REREAD, 5, 1, 1)


def test_reading_again_is_sent_to_somebody_who_does_not_read_there(station: Station, head: User) -> None:
    mine = household(station, "H1", "MH1", reader="李四", manager="李四")
    read(mine, 1000)
    draw(station, head)
    alone = SiteCheck.objects.get(point=mine, kind=Kind.REREAD)
    assert alone.order is None  # nobody else is there: the list shows it

    SiteCheck.objects.all().delete()
    household(station, "H2", "MH2", reader="赵六", manager="赵六")
    draw(station, head)
    check = SiteCheck.objects.get(point=mine, kind=Kind.REREAD)
    assert check.order.assignee.name == "赵六"


def test_a_written_result_is_corrected_with_a_reason_and_what_stood_is_kept(
    station: Station, head: User
) -> None:
    point = household(station, "H", "MH", manager="赵六")
    read(point, 500_000)
    reader, companion = person("reader", station, "李四"), person("companion", station, "王五")
    check = check_of(point, Kind.ACCOMPANIED, head)
    day = NOW.date()
    recording.record(check, Sight(day, Found.GOOD, 600_000), user=reader, now=NOW)
    check = recording.sign(check, user=companion, now=NOW)
    with pytest.raises(UnableToRecord, match="原因"):
        recording.correct(check, Sight(day, Found.GOOD, 500_000), " ", user=reader, now=NOW)
    check = recording.correct(check, Sight(day, Found.GOOD, 500_000), "看错一位", user=reader, now=NOW)

    assert (check.register_wh, check.off_wh) == (500_000, None)
    assert check.companion is None, "the companion signed something else"
    kept = check.versions.get()
    assert (kept.register_wh, kept.companion, kept.why, kept.replaced_by) == (
        600_000,
        companion,
        "看错一位",
        reader,
    )
    assert kept.off_wh == 100_000


def test_reading_in_company_is_due_on_the_day_the_route_is_walked(
    station: Station, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="一号")
    point = household(station, "H", "MH", manager="赵六")
    PointArea.objects.create(point=point, area=area, valid_from=SINCE)
    monkeypatch.setattr(ranking, "_rankings", [lambda _station, _period: [area.pk]])
    draw(station, head, 202409)  # the first of September 2024 is a Sunday
    draw(station, head)  # the first of August has gone: the days of a visit count
    due = dict(SiteCheck.objects.filter(kind=Kind.ACCOMPANIED).values_list("period", "order__due_date"))
    assert due[202409] == date(2024, 9, 2)
    assert due[PERIOD] == NOW.date() + timedelta(days=limits(READ).visit_days)
