"""How far somebody sees, and which posts must use a code, change by a second person alone; some sit at the county."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import AreaReach, Customer, PointArea, TransformerArea
from diansuo.office.archive.reaching import operations as reaching
from diansuo.office.archive.reaching import proposing
from diansuo.office.base.models import Company, Post, Proposal, Staff, Station, Team, User
from diansuo.office.base.modes import proposing as modes
from diansuo.office.base.proposals import operations, seconds
from diansuo.office.base.scope import Scope
from diansuo.office.base.second_factor import proposing as second_factor
from tests.office.base import pages
from tests.office.metering.builder import NOW

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


@pytest.fixture
def neighbour(station: Station) -> Station:
    """A second station of the same company, with a customer, where nobody signs in."""
    made = Station.objects.create(company=station.company, name="West station")
    Customer.objects.create(company=station.company, station=made, number="901", name="Neighbour")
    return made


def user(name: str) -> User:
    return User.objects.get(username=name)


def staff(name: str) -> Staff:
    return Staff.objects.get(user__username=name)


def at_the_county(name: str) -> User:
    reaching.set_reach(staff(name), Staff.Reach.COMPANY, [])
    return user(name)


def test_a_reach_shows_what_comes_into_sight_and_waits_for_another(station: Station) -> None:
    admin, head = pages.signed_in("admin"), pages.signed_in("head")
    said = {"reach": "own", "team": "Team 1", "reason": "分片管理"}
    admin.post(reverse("reach", args=[staff("manager").pk]), said)
    made = Proposal.objects.get()
    assert (made.kind, made.state, staff("manager").reach) == ("reach", State.PREVIEWED, "station")
    assert (made.preview["gained"], made.preview["lost"]) == (0, 2)

    page = head.get(f"/proposals/{made.pk}/").content.decode()
    for words in ("不再看到", "2 个计量点", "本人负责的台区", "Team 1"):
        assert words in page
    assert admin.get(f"/proposals/{made.pk}/").status_code == 200
    head.post(f"/proposals/{made.pk}/second/", {"basis": made.basis})
    assert (staff("manager").reach, staff("manager").team.name) == ("own", "Team 1")

    admin.post(f"/proposals/{made.pk}/withdraw/")
    assert (staff("manager").reach, staff("manager").team) == ("station", None)


def test_nobody_asks_for_their_own_reach_nor_for_another_stations_areas(
    station: Station, neighbour: Station
) -> None:
    client, area = pages.signed_in("admin"), TransformerArea.objects.get()
    TransformerArea.objects.filter(pk=area.pk).update(station=neighbour)
    own = {"reach": "own", "reason": "x"}
    client.post(reverse("reach", args=[staff("admin").pk]), own)
    foreign = {"reach": "own", "areas": [str(area.pk)], "reason": "x"}
    client.post(reverse("reach", args=[staff("manager").pk]), foreign)
    for missing in ({"reach": "king", "reason": "x"}, {"reach": "own"}, {"reach": "station", "reason": "x"}):
        client.post(reverse("reach", args=[staff("manager").pk]), missing)

    assert not Proposal.objects.exists()
    assert set(Staff.objects.values_list("reach", flat=True)) == {"station"}
    assert not AreaReach.objects.exists()
    assert not Team.objects.exists()


def test_a_reach_that_would_show_other_points_meanwhile_is_looked_at_again(station: Station) -> None:
    made = proposing.propose(
        staff("loss"), "own", [TransformerArea.objects.get().pk], reason="x", user=user("admin"), now=NOW
    )
    assert (made.preview["gained"], made.preview["lost"]) == (0, 0)
    TransformerArea.objects.create(company=station.company, station=station, number="W", name="West area")
    PointArea.objects.filter(point__contract__customer__number="002").update(
        area=TransformerArea.objects.get(number="W")
    )
    with pytest.raises(operations.Overtaken):
        operations.second(made, user=user("head"), now=NOW)
    assert staff("loss").reach == "station"


def test_the_whole_company_is_given_by_those_who_see_it_whole(station: Station, neighbour: Station) -> None:
    with pytest.raises(operations.UnableToDo, match="看得到本公司各所"):
        proposing.propose(staff("auditor"), "company", [], reason="x", user=user("admin"), now=NOW)
    assert not Proposal.objects.exists()

    county = at_the_county("admin")
    made = proposing.propose(staff("auditor"), "company", [], reason="x", user=county, now=NOW)
    assert "901" not in numbers("auditor")
    operations.second(made, user=user("head"), now=NOW)
    assert "901" in numbers("auditor")
    with pytest.raises(operations.UnableToDo, match="看得到本公司各所"):  # nor does a station take it away
        proposing.propose(staff("auditor"), "station", [], reason="x", user=user("counter"), now=NOW)


def numbers(name: str) -> set[str]:
    rows = Customer.objects.filter(Scope.of(user(name)).limit("station"))
    return set(rows.values_list("number", flat=True))


def test_a_post_at_the_county_is_the_second_person_of_a_station_that_has_none(
    station: Station, neighbour: Station
) -> None:
    assert not seconds.somebody("mode", neighbour)
    county = at_the_county("auditor")
    assert seconds.somebody("mode", neighbour)
    assert not seconds.somebody("mode", neighbour, besides=county)

    made = modes.propose(neighbour, "beside", reason="并入营销2.0", user=None, now=NOW, ran_by="root@host")
    other = pages.signed_in("head")  # the head of the first station
    assert other.get(f"/proposals/{made.pk}/").status_code == 404
    assert other.post(f"/proposals/{made.pk}/second/", {"basis": made.basis}).status_code == 404
    client = pages.signed_in("auditor")
    page = client.get(f"/proposals/{made.pk}/").content.decode()
    assert station.company.name in page
    assert "本公司各所" in page
    client.post(f"/proposals/{made.pk}/second/", {"basis": made.basis})
    neighbour.refresh_from_db()
    assert neighbour.mode == "beside"


def test_another_company_is_as_far_as_ever(station: Station) -> None:
    other = Company.objects.create(name="Other company")
    far = Station.objects.create(company=other, name="Far station")
    Customer.objects.create(company=other, station=far, number="999", name="Far")
    at_the_county("auditor")
    assert numbers("auditor") == {"001", "002"}
    assert not seconds.somebody("mode", far)


def test_the_command_gives_a_reach_alone_only_while_nobody_could_agree(
    station: Station, neighbour: Station
) -> None:
    call_command("set_reach", "auditor", "company")
    made = Proposal.objects.get()
    assert (made.kind, staff("auditor").reach) == ("reach", "station")
    operations.second(made, user=user("head"), now=NOW)
    assert staff("auditor").reach == "company"

    Staff.objects.filter(posts__code__in=("head", "auditor")).update(user=None)
    call_command("set_reach", "admin", "company")
    assert staff("admin").reach == "company"
    with pytest.raises(CommandError, match="没有账号"):
        call_command("set_reach", "nobody", "company")


def test_that_a_post_must_use_a_code_is_agreed_to_by_another(station: Station) -> None:
    admin, head = pages.signed_in("admin"), pages.signed_in("head")
    post = Post.objects.get(code="auditor")
    admin.post(reverse("post_second_factor", args=[post.pk]), {"required": "1"})
    assert not Proposal.objects.exists()  # no reason
    admin.post(reverse("post_second_factor", args=[post.pk]), {"required": "1", "reason": "安全检查"})
    made = Proposal.objects.get()
    page = head.get(f"/proposals/{made.pk}/").content.decode()
    assert "在岗 1 人，其中 1 人还没有启用动态码" in page
    post.refresh_from_db()
    assert not post.second_factor
    with pytest.raises(operations.UnableToDo, match="自己的提议"):
        operations.second(made, user=user("admin"), now=NOW)
    head.post(f"/proposals/{made.pk}/second/", {"basis": made.basis})
    post.refresh_from_db()
    assert post.second_factor

    lower = second_factor.propose(post, required=False, reason="x", user=user("admin"), now=NOW)
    assert "此后只凭密码也能登录" in head.get(f"/proposals/{lower.pk}/").content.decode()
    with pytest.raises(operations.UnableToDo, match="没有任何变更"):
        second_factor.propose(post, required=True, reason="x", user=user("admin"), now=NOW)
