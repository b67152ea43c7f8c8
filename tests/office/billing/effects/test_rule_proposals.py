"""A rule or a threshold changes by proposal: seen over everybody's bills, agreed to, taken back exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from diansuo.cli import audit
from diansuo.office.base.models import Proposal, Station, User
from diansuo.office.base.proposals import operations
from diansuo.office.billing.audit import rules as audit_rules
from diansuo.office.billing.effects import rulefiles
from diansuo.office.billing.models import ClosedYear
from diansuo.office.config import rulebook
from tests.office.base import pages
from tests.office.billing.effects import proposed
from tests.office.billing.rebilled import billed
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
State = Proposal.State
STEPS = "province/henan/residential_steps"
CHECKS = "national/checks/audit"


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.HOME = replace(settings.HOME, folder=tmp_path / "home")
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    rulebook.refresh()
    rulebook.book.cache_clear()
    yield
    rulebook.book.cache_clear()
    for kept in (audit_rules.limits, audit_rules.severities):
        kept.cache_clear()


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def users(station: Station) -> dict[str, User]:
    return proposed.people(station)


def text(rule: str, day: str, **changed: str) -> str:
    """Return the shipped values as new ones from a day on, with some of them replaced."""
    found = rulefiles.draft(rule, builder.NOW.date().replace(year=int(day[:4]), month=int(day[5:7]), day=1))
    for old, new in changed.items():
        assert old.removeprefix("v").replace("_", ".") in found
        found = found.replace(f"'{old.removeprefix('v').replace('_', '.')}'", f"'{new}'", 1)
    return found


def propose(users: dict[str, User], said: str, **given: Any) -> Proposal:
    return rulefiles.propose(
        said, reason="豫发改价管〔2025〕1号", user=users["admin"], now=builder.NOW, **given
    )


def test_another_price_is_seen_over_the_bills_agreed_to_and_taken_back(
    station: Station, users: dict[str, User],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    billed(station)
    made = propose(users, text(STEPS, "2025-01-01", v0_86="0.96"))
    seen = made.preview
    # The latest month, October, brings 260 kWh of the second and third step: at least some of them cost 0.10 more.
    assert seen["bills"] == 1
    assert seen["after_fen"] >= seen["before_fen"]
    assert any(one["published"] for one in seen["classes"])
    assert rulebook.own_files() == {}

    before = rulebook.book().hash
    with django_capture_on_commit_callbacks(execute=True):
        done = operations.second(made, user=users["auditor"], now=builder.NOW)
    assert done.state == State.APPLIED
    assert rulebook.book().hash != before
    assert rulefiles.never_agreed_to() == []
    with django_capture_on_commit_callbacks(execute=True):
        operations.withdraw(done, user=users["admin"], now=builder.NOW)
    assert (rulebook.own_files(), rulebook.book().hash) == ({}, before)


def test_other_thresholds_of_the_audit_say_which_findings_would_newly_fire(
    station: Station, users: dict[str, User],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    billed(station)
    shipped = audit_rules.limits(202412)
    said = rulefiles.draft(CHECKS, builder.NOW.date().replace(year=2024, month=12, day=1))
    made = propose(users, said.replace("value: warning", "value: blocking"))
    assert made.preview["no_money"]
    assert isinstance(made.preview["findings"], list)
    assert audit_rules.limits(202412) is shipped
    with django_capture_on_commit_callbacks(execute=True):
        operations.second(made, user=users["head"], now=builder.NOW)
    # What was taken from the book and kept is forgotten with it.
    assert audit_rules.limits(202412) is not shipped


@pytest.mark.parametrize(
    ("rule", "day", "changed", "why"),
    [
        (STEPS, "2025-01-01", {"v0_56": "5.6"}, "more than a line can hold"),
        (STEPS, "2025-01-01", {"v0_56": "0.056"}, "核对小数点"),
        (STEPS, "2029-01-01", {"v0_86": "0.96"}, "核对年份"),
        (STEPS, "2024-07-01", {"v0_86": "0.96"}, "已关账"),
        (STEPS, "2025-01-01", {"v0_86": "zero"}, "zero"),
    ],
)
def test_what_cannot_be_is_stopped_with_its_reason_and_writes_nothing(
    station: Station, users: dict[str, User], rule: str, day: str, changed: dict[str, str], why: str
) -> None:
    ClosedYear.objects.create(station=station, year=2024, closed_at=builder.NOW)
    with pytest.raises(operations.UnableToDo, match=why):
        propose(users, text(rule, day, **changed))
    assert (Proposal.objects.count(), rulebook.own_files()) == (0, {})


@pytest.mark.parametrize(
    "said", ["", "id: no/such/rule\nkind: parameters\n", "- a\n- list\n", "id: ../../etc/x\n"]
)
def test_a_text_that_is_no_rule_is_refused(users: dict[str, User], said: str) -> None:
    with pytest.raises(operations.UnableToDo):
        propose(users, said)
    assert (Proposal.objects.count(), rulebook.own_files()) == (0, {})


def test_a_file_that_a_maintainer_wrote_shows(users: dict[str, User]) -> None:
    rulebook.write_own(f"{STEPS}.yaml", text(STEPS, "2025-01-01", v0_86="0.96"))
    assert rulefiles.never_agreed_to() == [(f"{STEPS}.yaml", "unknown")]
    said = audit.outside()
    assert said["rules_never_agreed_to"] == [[f"{STEPS}.yaml", "unknown"]]
    assert said["rulebook"] == rulebook.book().hash


def test_a_file_changed_meanwhile_lets_nobody_agree(station: Station, users: dict[str, User]) -> None:
    made = propose(users, text(STEPS, "2025-01-01", v0_86="0.96"))
    rulebook.write_own(f"{STEPS}.yaml", text(STEPS, "2025-02-01", v0_86="0.97"))
    with pytest.raises(operations.Overtaken):
        operations.second(made, user=users["auditor"], now=builder.NOW)
    assert Proposal.objects.get().state == State.STALE


def test_the_page_shows_the_text_and_leads_to_the_effect(station: Station, users: dict[str, User]) -> None:
    admin = pages.signed_in("admin")
    assert STEPS in admin.get("/proposals/rules/").content.decode()
    page = admin.get(f"/proposals/rules/?rule={STEPS}").content.decode()
    assert "0.86" in page
    wrong = admin.post("/proposals/rules/", {"text": "id: x", "reason": "y"})
    assert wrong.status_code == 422
    said = {"text": text(STEPS, "2026-12-01", v0_86="0.96"), "reason": "公告"}
    admin.post(f"/proposals/rules/?rule={STEPS}", said)
    made = Proposal.objects.get()
    seen = pages.signed_in("auditor").get(f"/proposals/{made.pk}/").content.decode()
    assert "prices.below_1kv.3" in seen
    assert pages.signed_in("clerk").get("/proposals/rules/").status_code == 403
