"""A real station's people get accounts of their own, each with the rights of a post."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from diansuo.office.base.models import Company, Staff, Station, User
from diansuo.office.base.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return Station.objects.create(company=Company.objects.create(name="甲公司"), name="乙所")


def add(**changes: str) -> None:
    given = {"name": "张三", "post": "counter", "station": "乙所", "password": "kuaile-donglu-77", **changes}
    call_command("add_user", "zhangsan", **given)


def test_a_clerk_gets_an_account_with_the_rights_of_the_post(station: Station) -> None:
    add()

    user = User.objects.get(username="zhangsan")
    assert user.check_password("kuaile-donglu-77")
    assert user.has_perm("base.take_payments")
    assert not user.has_perm("base.run_cycle")
    assert not user.is_staff
    assert Scope.of(user).station_ids == {station.pk}


def test_the_reader_whom_an_import_named_is_the_same_person(station: Station) -> None:
    Staff.objects.create(station=station, name="张三")
    add()

    assert Staff.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"post": "king"}, "counter"), ({"station": "丙所"}, "乙所"), ({"password": "123"}, "。|\\.")],
)
def test_what_cannot_be_is_refused_and_makes_nothing(
    station: Station, changes: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        add(**changes)
    assert not User.objects.exists()
