"""A password alone opens no account whose second step is on, whichever way one comes in, and no code opens it twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.base import access
from diansuo.office.base.models import (
    Company,
    Post,
    RecoveryCode,
    SecondFactor,
    SignIn,
    Station,
    TrailEntry,
    User,
)
from diansuo.office.base.second_factor import codes, devices, operations
from diansuo.office.base.trail import watch
from tests.office.base import pages

pytestmark = pytest.mark.django_db

PASSWORD = "kuaile-donglu-77"
SEED = "5eed"


@pytest.fixture
def user(settings: Settings) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    station = Station.objects.create(company=Company.objects.create(name="East company"), name="East")
    made = access.install_user("zhangsan", "Zhang", Post.objects.get(code="auditor"), station, PASSWORD)
    User.objects.filter(pk=made.pk).update(must_renew=False)
    return made


@pytest.fixture
def recovery(user: User, now: datetime) -> list[str]:
    """The second step is on; an hour ago, so that its code is none of now's."""
    earlier = now - timedelta(hours=1)
    return operations.switch_on(user, SEED, code_at(user, earlier), now=earlier)


def code_at(user: User, moment: datetime) -> str:
    return pyotp.TOTP(codes.secret_of(SEED, user.pk)).at(moment)


def with_password(client: Client, password: str = PASSWORD) -> str:
    answer = client.post(
        reverse("login"), {"username": "zhangsan", "password": password, "next": "/tasks/mine/"}
    )
    return answer.headers.get("Location", "")


def with_code(client: Client, code: str) -> str:
    return client.post(reverse("login_second"), {"code": code}).headers.get("Location", "")


def is_in(client: Client) -> bool:
    return client.get("/tasks/mine/").status_code == 200


@pytest.mark.usefixtures("recovery")
def test_the_password_alone_signs_nobody_in_and_the_code_does(user: User, now: datetime) -> None:
    client = Client()
    with time_machine.travel(now, tick=False):
        assert with_password(client) == reverse("login_second")
        assert not is_in(client)
        assert with_code(client, "000000") == ""
        assert not is_in(client)
        assert with_code(client, code_at(user, now)) == "/tasks/mine/"
        assert is_in(client)


@pytest.mark.usefixtures("recovery")
def test_a_code_opens_once_even_within_its_half_minute(user: User, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        for expected in ("/tasks/mine/", ""):
            client = Client()
            with_password(client)
            assert with_code(client, code_at(user, now)) == expected


@pytest.mark.usefixtures("recovery")
def test_a_code_of_an_earlier_step_is_dead_once_a_later_one_was_used(user: User, now: datetime) -> None:
    factor = SecondFactor.objects.get()
    assert operations.passes(factor, code_at(user, now), now=now)
    assert not operations.passes(factor, code_at(user, now - timedelta(seconds=30)), now=now)
    assert not operations.passes(factor, code_at(user, now + timedelta(seconds=90)), now=now)


def test_a_recovery_code_opens_once_and_is_kept_as_a_digest_only(
    user: User, recovery: list[str], now: datetime
) -> None:
    factor = SecondFactor.objects.get()
    assert len(set(recovery)) == 10
    assert operations.passes(factor, recovery[3].lower(), now=now)
    assert not operations.passes(factor, recovery[3], now=now)
    assert operations.passes(factor, recovery[4].replace("-", " "), now=now)
    kept = set(RecoveryCode.objects.values_list("recovery_code_digest", flat=True))
    assert not kept & {*recovery, *(each.replace("-", "") for each in recovery)}


def test_five_wrong_codes_lock_good_ones_out_for_a_quarter_of_an_hour(
    user: User, recovery: list[str], now: datetime
) -> None:
    factor = SecondFactor.objects.get()
    for _ in range(5):
        assert not operations.passes(factor, "123", now=now)

    for good in (code_at(user, now), recovery[0]):
        with pytest.raises(operations.TooManyFailures):
            operations.passes(factor, good, now=now)
    assert not RecoveryCode.objects.exclude(used_at=None).exists()
    later = now + timedelta(minutes=16)
    assert operations.passes(factor, code_at(user, later), now=later)


@pytest.mark.usefixtures("recovery")
def test_who_gave_the_password_too_long_ago_or_lost_it_meanwhile_gives_it_again(
    user: User, now: datetime
) -> None:
    late, changed = Client(), Client()
    with time_machine.travel(now, tick=False):
        with_password(late)
        with_password(changed)
    then = now + timedelta(minutes=6)
    with time_machine.travel(then, tick=False):
        assert with_code(late, code_at(user, then)) == reverse("login")
    user.set_password("another-donglu-78")
    user.save()
    with time_machine.travel(now, tick=False):
        assert with_code(changed, code_at(user, now)) == reverse("login")
    assert not is_in(late)
    assert not is_in(changed)


@pytest.mark.usefixtures("recovery")
def test_the_librarys_sign_in_page_is_no_way_round(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": "zhangsan", "password": PASSWORD})
    assert answer.headers["Location"] == "/login/?next=/admin/"
    assert not is_in(client)
    client.force_login(user, pages.BACKEND)  # any other way in that knows no second step
    assert not is_in(client)


def test_switching_on_asks_for_password_and_code_and_shows_the_recovery_codes_once(
    user: User, now: datetime
) -> None:
    client, place = Client(), reverse("second_factor_on")
    with time_machine.travel(now, tick=False):
        with_password(client)
        page = client.get(place).content.decode()
        code = pyotp.TOTP(codes.secret_of(client.session["second_factor_seed"], user.pk)).at(now)
        client.post(place, {"password": "wrong", "code": code})
        client.post(place, {"password": PASSWORD, "code": "000000"})
        assert not SecondFactor.objects.exists()
        shown = client.post(place, {"password": PASSWORD, "code": code}).content.decode()
        assert is_in(client)
        again = client.get(reverse("account_security")).content.decode()

    assert "<svg viewBox" in page
    assert "style=" not in page
    assert shown.count("<li><code>") == 10
    assert "<li><code>" not in again


def test_switching_off_asks_for_password_and_code(user: User, recovery: list[str], now: datetime) -> None:
    client, place = Client(), reverse("second_factor_off")
    with time_machine.travel(now, tick=False):
        with_password(client)
        with_code(client, recovery[0])
        client.post(place, {"password": "wrong", "code": recovery[1]})
        client.post(place, {"password": PASSWORD, "code": "000000"})
        assert SecondFactor.objects.exists()
        client.post(place, {"password": PASSWORD, "code": recovery[2]})

    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_the_trail_names_the_second_step_and_none_of_its_secrets(user: User, recovery: list[str]) -> None:
    watch.watch_of().write_down()
    written = " ".join(str(each) for each in TrailEntry.objects.values())
    kept = RecoveryCode.objects.values_list("recovery_code_digest", flat=True)

    assert "base_secondfactor" in written
    assert SEED not in written
    assert not [each for each in [*recovery, *kept] if each in written]


def test_a_post_that_must_have_it_opens_nothing_before(user: User) -> None:
    operations.require_of_post(Post.objects.get(code="auditor"), required=True)
    client = Client()
    with_password(client)

    assert client.get("/tasks/mine/").headers["Location"] == reverse("second_factor_on")
    assert client.post("/imports/new/").headers["Location"] == reverse("second_factor_on")
    assert client.get(reverse("second_factor_on")).status_code == 200
    assert client.get(reverse("account_security")).status_code == 200


def test_a_password_somebody_else_gave_opens_nothing_before_it_is_renewed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(must_renew=True)
    client, place = Client(), reverse("password_change")
    with_password(client)
    assert client.get("/tasks/mine/").headers["Location"] == place

    client.post(place, {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD})
    assert not is_in(client)
    new = "xin-de-mima-2026"
    client.post(place, {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert is_in(client)
    assert Client().get("/tasks/mine/").status_code == 302


def test_one_ends_ones_own_sessions_and_nobody_elses(user: User) -> None:
    here, there, third, other = Client(), Client(), Client(), Client()
    for client in (here, there, third):
        with_password(client)
    stranger = User.objects.create(username="stranger")
    other.force_login(stranger, pages.BACKEND)
    foreign = SignIn.objects.get(user=stranger).pk
    second = SignIn.objects.filter(user=user).order_by("pk")[1].pk

    assert here.post(reverse("session_end", args=[foreign])).status_code == 404
    here.post(reverse("session_end", args=[second]))
    assert (is_in(here), is_in(there), is_in(third), is_in(other)) == (True, False, True, True)
    here.post(reverse("session_end_others"))
    assert (is_in(here), is_in(third), is_in(other)) == (True, False, True)


def test_signing_in_once_more_in_the_same_window_is_one_session(user: User) -> None:
    client = Client()
    for _again in range(2):
        client.force_login(user, pages.BACKEND)

    assert is_in(client)
    assert SignIn.objects.filter(user=user).count() == 1


def test_the_list_of_sessions_follows_a_change_of_password(user: User) -> None:
    client, new = Client(), "xin-de-mima-2026"
    with_password(client)
    client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert "本机" in client.get(reverse("account_security")).content.decode()


def test_five_wrong_passwords_lock_and_the_administrator_unlocks(user: User, recovery: list[str]) -> None:
    locked = Client()
    for _ in range(5):
        with_password(locked, "wrong")
    assert with_password(locked) == ""
    keeper = User.objects.create(username="keeper", is_superuser=True)
    office = Client()
    office.force_login(keeper, pages.BACKEND)
    assert "已锁定" in office.get(reverse("accounts")).content.decode()

    office.post(reverse("account_unlock", args=[user.pk]))

    assert not AccessAttempt.objects.exists()
    assert with_password(locked) == reverse("login_second")
    assert LogEntry.objects.get().change_message == "unlock"


def test_the_administrator_takes_a_lost_telephone_off_and_it_is_written_down(
    user: User, recovery: list[str]
) -> None:
    office = Client()
    office.force_login(User.objects.create(username="keeper", is_superuser=True), pages.BACKEND)
    office.post(reverse("account_second_factor_off", args=[user.pk]))

    assert not SecondFactor.objects.exists()
    assert LogEntry.objects.get().object_repr == "zhangsan"
    assert with_password(Client()) == "/tasks/mine/"


def test_the_maintainer_unlocks_and_takes_a_lost_telephone_off_from_the_command_line(
    user: User, recovery: list[str]
) -> None:
    for _ in range(5):
        with_password(Client(), "wrong")
    call_command("unlock", "zhangsan")
    assert with_password(Client()) == reverse("login_second")
    call_command("unlock", "zhangsan", "--second-factor-off")
    assert with_password(Client()) == "/tasks/mine/"
    with pytest.raises(CommandError, match="nobody"):
        call_command("unlock", "nobody")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604",
            "Safari · iPhone",
        ),
        ("curl/8", "不认识的浏览器"),
    ],
)
def test_a_device_is_named_in_words(agent: str, words: str) -> None:
    assert devices.in_words(agent) == words
