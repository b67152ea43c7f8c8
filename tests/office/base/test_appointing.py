"""Posts and the way a station runs change by a second person alone, whichever way they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from diansuo.office.base import appointing
from diansuo.office.base.models import Proposal, Staff, Station, User
from diansuo.office.base.modes import proposing as modes
from diansuo.office.base.proposals import operations, seconds
from tests.office.base import pages
from tests.office.metering.builder import NOW

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


def user(name: str) -> User:
    return User.objects.get(username=name)


def posts(name: str) -> list[str]:
    return appointing.codes_of(Staff.objects.get(user__username=name))


def test_the_administrator_asks_for_a_post_and_the_head_lets_it_happen(station: Station) -> None:
    admin, head = pages.signed_in("admin"), pages.signed_in("head")
    staff = Staff.objects.get(user__username="counter")
    assert admin.get("/proposals/posts/").status_code == 200
    shown = admin.get("/proposals/posts/", {"staff": staff.pk})
    assert shown.context["staff"].user == shown.context["user"]  # the frame names who is signed in
    admin.post("/proposals/posts/", {"staff": staff.pk, "posts": ["counter", "clerk"], "reason": "顶岗"})
    made = Proposal.objects.get()
    assert (made.kind, made.state, posts("counter")) == ("post", State.PREVIEWED, ["counter"])
    assert "enter_readings" in made.preview["gained"]

    page = head.get(f"/proposals/{made.pk}/").content.decode()
    assert "多出的权限" in page
    assert "录入示数" in page
    head.post(f"/proposals/{made.pk}/second/", {"basis": made.basis})
    assert posts("counter") == ["clerk", "counter"]
    assert user("counter").has_perm("base.enter_readings")

    admin.post(f"/proposals/{made.pk}/withdraw/")
    assert posts("counter") == ["counter"]
    assert not user("counter").has_perm("base.enter_readings")


def test_the_administrator_sees_no_proposal_about_money(station: Station) -> None:
    head = user("head")
    made = appointing.propose(head.staff, ["head", "auditor"], reason="x", user=head, now=NOW)
    other = Proposal.objects.create(
        kind="multiplier", station=station, subject="001", terms={"changes": []},
        effective_date="2025-01-01", reason="x", proposed_at=NOW,
    )  # fmt: skip
    admin = pages.signed_in("admin")
    assert admin.get(f"/proposals/{made.pk}/").status_code == 200
    assert admin.get(f"/proposals/{other.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("who", "wanted", "why"),
    [("counter", ["counter"], "没有任何变更"), ("auditor", ["auditor", "inspector"], "用电检查不得兼任"),
     ("counter", ["king"], "没有岗位")],
)  # fmt: skip
def test_what_the_floor_forbids_or_changes_nothing_is_not_proposed(
    station: Station, who: str, wanted: list[str], why: str
) -> None:
    before = posts(who)
    with pytest.raises(operations.UnableToDo, match=why):
        appointing.propose(user(who).staff, wanted, reason="x", user=user("admin"), now=NOW)
    assert (posts(who), Proposal.objects.count()) == (before, 0)


def test_nobody_gives_a_post_to_themselves(station: Station) -> None:
    head = user("head")
    made = appointing.propose(head.staff, ["head", "auditor"], reason="x", user=head, now=NOW)
    with pytest.raises(operations.UnableToDo, match="自己的提议"):
        operations.second(made, user=head, now=NOW)
    assert posts("head") == ["head"]


def test_a_post_that_carries_other_rights_meanwhile_is_looked_at_again(station: Station) -> None:
    made = appointing.propose(user("counter").staff, ["clerk"], reason="x", user=user("admin"), now=NOW)
    user("clerk").groups.get().permissions.remove(*user("clerk").groups.get().permissions.all()[:1])
    with pytest.raises(operations.Overtaken):
        operations.second(made, user=user("head"), now=NOW)
    assert posts("counter") == ["counter"]


@pytest.mark.parametrize("post", ["auditor", "manager", "inspector"])
def test_whoever_may_not_propose_posts_is_refused(station: Station, post: str) -> None:
    assert pages.signed_in(post).get("/proposals/posts/").status_code == 403
    said = {"staff": user("counter").staff.pk, "posts": ["head"], "reason": "x"}
    assert pages.signed_in(post).post("/proposals/posts/", said).status_code == 403
    assert not Proposal.objects.exists()


def test_the_command_gives_a_post_alone_only_while_nobody_could_agree(station: Station) -> None:
    said = {"name": "李四", "post": "auditor", "station": station.name, "password": "kuaile-donglu-77"}
    call_command("add_user", "lisi", **said)
    assert (posts("lisi"), user("lisi").has_perm("base.run_cycle")) == ([], False)
    made = Proposal.objects.get()
    operations.second(made, user=user("head"), now=NOW)
    assert user("lisi").has_perm("base.run_cycle")
    call_command("add_user", "lisi", **said)  # a new password, the same post
    assert Proposal.objects.count() == 1

    Staff.objects.filter(posts__code__in=("head", "auditor")).update(user=None)
    assert not seconds.somebody("post", station)
    call_command("add_user", "wangwu", **{**said, "name": "王五"})
    assert posts("wangwu") == ["auditor"]


def test_a_station_runs_another_way_once_a_second_person_agreed(station: Station) -> None:
    made = modes.propose(station, "beside", reason="并入营销2.0", user=user("admin"), now=NOW)
    with pytest.raises(operations.UnableToDo, match="自己的提议"):
        operations.second(made, user=user("admin"), now=NOW)
    station.refresh_from_db()
    assert station.mode == "alone"
    done = operations.second(made, user=user("head"), now=NOW)
    station.refresh_from_db()
    assert station.mode == "beside"
    operations.withdraw(done, user=user("admin"), now=NOW)
    station.refresh_from_db()
    assert station.mode == "alone"
