"""A route is read for its owner from one day to another, both see it, and afterwards it is the owner's by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diansuo.office.archive.models import MeteringPoint, Route, RouteStandIn, RouteTerm
from diansuo.office.base import revision
from diansuo.office.base.models import Post, Proposal, Staff, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import RegisterReading
from diansuo.office.metering.rounds import queries as rounds
from diansuo.office.metering.routes import queries, standing_in
from diansuo.office.metering.routes.queries import Progress
from tests.office.base import pages
from tests.office.metering.builder import ALL, household, make_station, route_of

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
BACK = date(2026, 3, 10)


def person(station: Station, name: str, post: str = "manager") -> User:
    """Return somebody of the station with a post, and the account of the same name."""
    user = User.objects.create_user(name)
    staff, _made = Staff.objects.get_or_create(station=station, name=name)
    staff.user = user
    staff.save()
    held = Post.objects.get(code=post)
    staff.posts.add(held)
    user.groups.add(held.group)
    return user


@pytest.fixture
def station(db: None) -> Station:
    made = make_station()
    for number, meter, reader in (("0041", "M1", "赵六"), ("0042", "M2", "赵六"), ("0043", "M3", "钱七")):
        household(made, number, meter, reader=reader)
    person(made, "赵六")
    person(made, "钱七")
    RouteTerm.objects.update(owner=Staff.objects.get(name="赵六"))
    return made


def seen(name: str, day: date) -> list[tuple[int, str, str]]:
    user = User.objects.get(username=name)
    return [(one.points, one.for_owner, one.stand_in) for one in rounds.rounds(ALL, user, day)]


def stops(name: str, day: date) -> int:
    user, route = User.objects.get(username=name), Route.objects.get()
    return len(rounds.stops(ALL, route, user, period=202603, day=day, today=day))


def put_in(name: str = "钱七", first: date = TODAY, last: date = BACK, **given: object) -> RouteStandIn:
    said = {"reason": "休假", "user": None, "now": NOW, "today": TODAY, **given}
    return standing_in.put_in(
        ALL, Route.objects.get(), Staff.objects.get(name=name), first=first, last=last, **said
    )  # type: ignore[arg-type]


def test_both_see_the_route_while_it_is_lent_and_the_owner_has_it_again_by_itself(station: Station) -> None:
    assert (seen("赵六", TODAY), seen("钱七", TODAY)) == ([(2, "", "")], [(1, "", "")])
    put_in()
    for day in (TODAY, BACK):
        assert (seen("赵六", day), seen("钱七", day)) == ([(2, "", "钱七")], [(3, "赵六", "")])
        assert stops("钱七", day) == 3
    after = BACK + timedelta(days=1)
    assert (seen("赵六", after), seen("钱七", after)) == ([(2, "", "")], [(1, "", "")])
    assert stops("钱七", after) == 1


def test_an_owner_sees_a_route_of_which_others_read_the_points(station: Station) -> None:
    RouteTerm.objects.update(owner=Staff.objects.get(name="钱七"))
    station.staff_set.get(name="钱七").duties.all().delete()
    assert seen("钱七", TODAY) == [(3, "", "")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "赵六"}, "就是段负责人"),
        ({"last": date(2026, 3, 1), "first": date(2026, 3, 1)}, "已经过去"),
        ({"last": date(2026, 2, 1)}, "早于起日"),
        ({"reason": " "}, "原因"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(station: Station, given: dict, said: str) -> None:
    with pytest.raises(standing_in.UnableToStandIn, match=said):
        put_in(**given)
    assert not RouteStandIn.objects.exists()


def test_nobody_of_another_station_stands_in_and_no_two_on_one_day(station: Station) -> None:
    Staff.objects.create(station=make_station("西村供电所"), name="周九")
    with pytest.raises(standing_in.UnableToStandIn, match="本所人员"):
        put_in("周九")
    put_in()
    Staff.objects.create(station=station, name="孙八")
    with pytest.raises(standing_in.UnableToStandIn, match="2026-03-02 至 2026-03-10 已由 钱七"):
        put_in("孙八", first=BACK, last=date(2026, 3, 20))
    assert put_in("孙八", first=BACK + timedelta(days=1), last=date(2026, 3, 20))


def test_it_ends_early_from_today_and_one_that_has_not_begun_is_taken_back(station: Station) -> None:
    route, made = Route.objects.get(), put_in()
    standing_in.end(ALL, route, made.pk, date(2026, 3, 5))
    assert (seen("钱七", date(2026, 3, 4)), seen("钱七", date(2026, 3, 5))) == (
        [(3, "赵六", "")],
        [(1, "", "")],
    )
    with pytest.raises(standing_in.UnableToStandIn, match="已经结束"):
        standing_in.end(ALL, route, made.pk, date(2026, 3, 6))
    later = put_in(first=date(2026, 4, 1), last=date(2026, 4, 5))
    standing_in.end(ALL, route, later.pk, TODAY)
    assert RouteStandIn.objects.get() == made


def test_the_page_lends_a_route_and_proposes_its_change(station: Station, client: Client) -> None:
    client.force_login(person(station, "所长", "head"), pages.BACKEND)
    route, today = Route.objects.get(), timezone.localdate()
    page = reverse("route", args=[route.pk])
    assert "赵六" in client.get(page).content.decode()
    other = Staff.objects.get(name="钱七")
    said = {"staff": other.pk, "first": today, "last": today + timedelta(days=3), "why": "病假"}
    assert client.post(reverse("route_stand_in", args=[route.pk]), said).status_code == 302
    assert "病假" in client.get(page).content.decode()
    first = (today.replace(day=1) + timedelta(days=40)).replace(day=1)
    change = {
        "reading_day": 20, "cycle": "monthly", "method": "", "owner_id": other.pk, "effective": first,
        "reason": "分工调整",
    }  # fmt: skip
    wrong = client.post(
        reverse("route_change", args=[route.pk]), change | {"effective": first + timedelta(days=3)}
    )
    assert (wrong.status_code, Proposal.objects.count()) == (422, 0)
    client.post(reverse("route_change", args=[route.pk]), change)
    made = Proposal.objects.get()
    assert (made.kind, RouteTerm.objects.get().reading_day) == ("route", 1)
    assert str(first) in client.get(page).content.decode()
    assert "20" in client.get(reverse("proposal", args=[made.pk])).content.decode()


def test_a_route_of_last_month_that_is_late_stays_in_sight(station: Station) -> None:
    def read(*points: MeteringPoint) -> None:
        for point in points:
            RegisterReading.objects.create(
                point=point, meter=point.installations.get().meter, register=0, read_date=date(2026, 3, 1),
                period=202603, register_wh=1_000,
            )  # fmt: skip

    def shown(day: date) -> list[tuple[int, Progress]]:
        revision.bump([None])  # the readings are written past the operations
        return [(row.period, row.progress) for row in queries.progressed(ALL, today=day)]

    day = date(2026, 3, 20)  # nearest to the first of April
    assert shown(day) == [(202604, Progress.COMING)]  # nobody read anything before: the books had not begun
    first, *others = MeteringPoint.objects.order_by("pk")
    read(first)
    assert shown(day) == [(202603, Progress.LATE), (202604, Progress.COMING)]
    read(*others)
    assert shown(day) == [(202604, Progress.COMING)]


def test_the_list_folds_by_owner_and_state_and_pages_late_first(station: Station, client: Client) -> None:
    for number in range(40):
        point = household(station, f"9{number:03d}", f"X{number}")
        point.route = route_of(station, f"S{number:02d}", 28)
        point.save()
    client.force_login(person(station, "所长", "head"), pages.BACKEND)
    asked = {"month": "2026-03"}
    whole = client.get(reverse("reading_routes"), asked)
    assert (len(whole.context["rows"]), whole.context["found"], whole.context["after"]) == (30, 41, 30)
    rest = client.get(reverse("reading_routes"), asked | {"start": "30"})
    assert len(rest.context["rows"]) == 11
    owner = Staff.objects.get(name="赵六").pk
    mine = client.get(reverse("reading_routes"), asked | {"owner": owner})
    assert [row.title for row, _tone, _words in mine.context["rows"]] == ["R1"]
    assert client.get(reverse("reading_routes"), asked | {"owner": "0"}).context["found"] == 40
    assert client.get(reverse("reading_routes"), asked | {"state": "done"}).context["found"] == 0
    phone = client.get(reverse("reading_routes"), asked, headers={"User-Agent": "Mobi"})
    assert len(phone.context["rows"]) == 15
    for wrong in ("-1", "x", "²", "99999999999"):
        assert client.get(reverse("reading_routes"), asked | {"start": wrong}).status_code == 200


def test_another_stations_routes_cannot_be_lent(station: Station) -> None:
    route, staff = Route.objects.get(), Staff.objects.get(name="钱七")
    with pytest.raises(standing_in.UnableToStandIn):
        standing_in.put_in(
            Scope(frozenset({station.pk + 1})), route, staff, first=TODAY, last=BACK, reason="休假", user=None,
            now=NOW, today=TODAY,
        )  # fmt: skip
