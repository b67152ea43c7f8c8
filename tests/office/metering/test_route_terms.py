"""Routes as dated rows: a month has one fixed day, and a change of it loses no day and moves nothing billed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from diansuo.core.metering import Register
from diansuo.core.quantity.month import next_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import MeteringPoint, Responsibility, Route, RouteTerm
from diansuo.office.archive.terms.changes import terms_of
from diansuo.office.base.models import ImportBatch, Post, Proposal, Staff, Station, User
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.metering import columns
from diansuo.office.metering.models import Consumption, RegisterReading
from diansuo.office.metering.routes import calendar, changing, keeping, queries
from diansuo.office.metering.routes.calendar import RouteDays, Spell
from tests.office.metering.builder import ALL, household, issue, make_station, settle

NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)
FIRST = date(2000, 1, 1)
MOVED = RouteDays((Spell(FIRST, 5), Spell(date(2026, 4, 1), 25)))
ODD = RouteDays((Spell(FIRST, 1, "odd"),))


def test_a_month_goes_by_what_holds_on_its_first_day() -> None:
    assert [MOVED.scheduled(period) for period in (202603, 202604, 202605)] == [
        date(2026, 3, 5), date(2026, 4, 25), date(2026, 5, 25),
    ]  # fmt: skip
    assert MOVED.before(202604) == date(2026, 3, 5)
    assert MOVED.spell(199912).reading_day == 5  # before anybody knew, what is known first


def test_a_day_belongs_to_the_month_whose_own_fixed_day_is_nearest() -> None:
    assert [MOVED.period_of(date(2026, 4, day)) for day in (5, 20, 25)] == [202604, 202604, 202604]
    assert MOVED.period_of(date(2026, 3, 29)) == 202603


def test_every_other_month_is_read_and_the_day_before_it_is_two_months_back() -> None:
    assert [ODD.is_read(period) for period in (202601, 202602, 202612)] == [True, False, False]
    assert ODD.before(202603) == date(2026, 1, 1)
    assert ODD.period_of(date(2026, 2, 5)) in (202601, 202603)


@pytest.fixture
def station(db: None) -> Station:
    made = make_station()
    household(made, "0041", "M1", reading_day=5, reader="赵六")
    household(made, "0042", "M2", reading_day=5, reader="赵六")
    return made


def the_route() -> Route:
    return Route.objects.get()


def move(day: date, **after: object) -> None:
    RouteTerm.objects.get(valid_to=None).change_from(day, **after)


def test_the_months_run_asks_for_each_month_by_its_own_day(station: Station) -> None:
    Station.objects.exclude(pk=station.pk).delete()
    move(date(2026, 4, 1), reading_day=25)
    due = [columns.due_points(station.pk, period, 0, np.iinfo(np.int64).max) for period in (202603, 202604)]
    assert [columns.as_date(int(one.due_day[0])) for one in due] == [date(2026, 3, 5), date(2026, 4, 25)]


def test_what_closed_between_two_fixed_days_is_settled_though_the_day_moved(station: Station) -> None:
    """Closed on 10 March, after the 5th: due in April, whose own day a month earlier would be the 25th of March."""
    move(date(2026, 4, 1), reading_day=25)
    contract = MeteringPoint.objects.get(contract__customer__number="0041").contract
    contract.closed_date = date(2026, 3, 10)
    contract.save()
    assert columns.count_due(station.pk, 202604) == 2
    route = the_route()
    group = calendar.group_of(calendar.of_route(route.pk), 202604)
    assert queries.due_points(ALL, group, [route.pk]).count() == 2
    assert columns.count_due(station.pk, 202605) == 1


def test_nothing_is_due_in_a_month_that_is_not_read(station: Station) -> None:
    RouteTerm.objects.update(cycle="even")
    counts = [columns.count_due(station.pk, period) for period in (202601, 202602)]
    assert counts == [0, 2]
    (row,) = queries.routes(ALL, today=date(2026, 1, 6), period=202601)
    assert row.progress == queries.Progress.NOTHING


def read(point: MeteringPoint, day: date, period: int, kwh: int) -> None:
    RegisterReading.objects.create(
        point=point, meter=point.installations.get().meter, register=Register.ACTIVE_TOTAL, read_date=day,
        period=period, register_wh=kwh * 1000,
    )  # fmt: skip


def test_two_months_read_at_once_are_settled_whole(station: Station) -> None:
    RouteTerm.objects.update(cycle="odd")
    for point in MeteringPoint.objects.all():
        for day, period, kwh in ((date(2026, 1, 5), 202601, 100), (date(2026, 3, 5), 202603, 350)):
            read(point, day, period, kwh)
    for period in (202601, 202602, 202603):
        settle(station, period)
    assert set(Consumption.objects.filter(status=0).values_list("period", "from_date", "total_wh")) == {
        (202603, date(2026, 1, 5), 250_000)
    }


def proposed(day: date, **wanted: object) -> Proposal:
    return proposals.proposed_and_seen(
        "route",
        terms_of(changing.draft(ALL, the_route(), wanted, day)),
        station=the_route().station,
        subject=str(the_route()),
        effective=day,
        reason="按班组调整",
        user=None,
        now=NOW,
    )


def agreed(made: Proposal) -> Proposal:
    post = Post.objects.get(code="auditor")
    user = User.objects.create_user(f"auditor{made.pk}")
    Staff.objects.create(station=made.station, name=f"审核{made.pk}", user=user).posts.add(post)
    user.groups.add(post.group)
    return proposals.second(made, user=user, now=NOW)


def test_a_fixed_day_changes_once_a_second_person_agreed_and_goes_back_exactly(station: Station) -> None:
    made = proposed(date(2026, 4, 1), reading_day=25)
    assert calendar.of_route(the_route().pk).scheduled(202604) == date(2026, 4, 5)
    assert (made.customers, made.seconds_needed) == (2, 1)
    done = agreed(made)
    assert calendar.of_route(the_route().pk) == MOVED
    proposals.withdraw(done, user=None, now=NOW)
    assert calendar.of_route(the_route().pk) == RouteDays((Spell(FIRST, 5),))


def test_a_month_has_one_fixed_day_so_that_it_changes_on_the_first(station: Station) -> None:
    with pytest.raises(proposals.UnableToDo, match="2026-04-01 或 2026-05-01"):
        proposed(date(2026, 4, 10), reading_day=25)
    assert not Proposal.objects.exists()


def test_a_month_that_is_billed_keeps_its_day(station: Station) -> None:
    for point in MeteringPoint.objects.all():
        for day, period, kwh in ((date(2026, 1, 5), 202601, 100), (date(2026, 2, 5), 202602, 150)):
            read(point, day, period, kwh)
    for period in (202601, 202602):
        assert issue(station, period) or period == 202601
    with pytest.raises(proposals.UnableToDo, match="2026-02 已发行"):
        proposed(date(2026, 2, 1), reading_day=25)
    assert proposed(date(2026, 3, 1), reading_day=25).state == Proposal.State.PREVIEWED


def test_another_owner_takes_over_what_the_old_one_reads_and_nothing_else(station: Station) -> None:
    old, new = (Staff.objects.get_or_create(station=station, name=name)[0] for name in ("赵六", "钱七"))
    other = household(station, "0043", "M3", reading_day=5, reader="孙八")
    RouteTerm.objects.update(owner=old)
    done = agreed(proposed(date(2026, 3, 16), owner_id=new.pk))
    on = Responsibility.objects.in_force(date(2026, 3, 16)).filter(duty="reader")
    assert sorted(on.values_list("staff__name", flat=True)) == ["孙八", "钱七", "钱七"]
    assert on.get(point=other).valid_from == date(2024, 1, 1)
    before = Responsibility.objects.in_force(date(2026, 3, 15)).filter(duty="reader")
    assert sorted(before.values_list("staff__name", flat=True)) == ["孙八", "赵六", "赵六"]
    assert keeping.months(the_route().pk, date(2026, 5, 16)) == keeping.Kept("钱七", 2, new.pk)
    proposals.withdraw(done, user=None, now=NOW)
    assert RouteTerm.objects.get().owner == old
    assert not Responsibility.objects.filter(staff=new).exists()


def test_an_owner_is_of_the_station(station: Station) -> None:
    stranger = Staff.objects.create(station=make_station("西村供电所"), name="周九")
    with pytest.raises(proposals.UnableToDo, match="本所人员"):
        proposed(date(2026, 3, 16), owner_id=stranger.pk)


def test_whoever_is_priced_by_the_month_is_not_read_every_other_month(station: Station) -> None:
    household(station, "0044", "M4", reading_day=5, price_class=PriceClass.COMMERCIAL_SINGLE_PART)
    with pytest.raises(proposals.UnableToDo, match="0044"):
        proposed(date(2026, 4, 1), cycle="odd")


def test_what_is_as_it_stands_is_no_change_and_a_later_change_is_not_run_over(station: Station) -> None:
    assert changing.draft(ALL, the_route(), {"reading_day": 5}, date(2026, 4, 1)) == []
    agreed(proposed(date(2026, 5, 1), reading_day=25))
    with pytest.raises(UnableToChange, match="2026-05-01"):
        changing.draft(ALL, the_route(), {"reading_day": 7}, date(2026, 4, 1))


def test_how_long_an_owner_keeps_a_route_counts_over_a_changed_day(station: Station) -> None:
    owner = Staff.objects.get(name="赵六")
    batch = ImportBatch.objects.create(
        kind="archive", created_at=NOW, applied_at=datetime(2025, 1, 1, 3, tzinfo=UTC)
    )
    RouteTerm.objects.update(owner=owner, batch=batch)
    move(date(2026, 1, 1), reading_day=9, batch=None)
    assert keeping.months(the_route().pk, date(2026, 3, 1)) == keeping.Kept("赵六", 14, owner.pk)


def test_the_preview_says_which_settlement_days_move_and_how_long_the_month_gets(station: Station) -> None:
    made = proposed(date(2026, 4, 1), reading_day=25)
    ((title, lines),) = kinds.named("route").sections(made)  # type: ignore[misc]
    assert (title, lines[0]) == ("R5", "本段 2 户、2 个计量点")
    assert "2026-04 结算示数：2026-04-05 → 2026-04-25" in lines
    assert any("变更当月 51 天（不变更为 31 天）" in line for line in lines)
    ((title, again),) = kinds.named("route").sections(agreed(made))  # type: ignore[misc]
    assert again == lines


def test_every_fixed_day_of_the_months_run_is_the_one_a_plain_look_finds(station: Station) -> None:
    """The twin: walk the rows one by one, month by month, and compare with the columns of the run."""
    move(date(2026, 4, 1), reading_day=31)
    move(date(2026, 7, 1), reading_day=2)
    period = 202601
    for _step in range(12):
        first = date(period // 100, period % 100, 1)
        (held,) = [
            one
            for one in RouteTerm.objects.all()
            if one.valid_from <= first and (one.valid_to is None or first < one.valid_to)
        ]
        day = held.reading_day
        while True:
            try:
                plain = first.replace(day=day)
                break
            except ValueError:
                day -= 1
        due = columns.due_points(station.pk, period, 0, np.iinfo(np.int64).max)
        assert [columns.as_date(int(one)) for one in due.due_day] == [plain, plain]
        period = next_month(period)
