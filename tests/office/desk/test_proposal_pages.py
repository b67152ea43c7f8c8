"""The pages of proposals: a clerk proposes, an auditor sees the effect and agrees; nobody else gets round them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import ContractTerm, MeterInstallation
from diansuo.office.base import jobs
from diansuo.office.base.models import Job, Proposal, Staff, Station
from diansuo.office.base.proposals import background, kinds
from tests.office.base import pages

pytestmark = pytest.mark.django_db
SAID = {
    "customer": "001",
    "kind": "multiplier",
    "multiplier": "2",
    "effective": "2025-01-01",
    "reason": "现场",
}


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


def proposed(client: Client, **changes: str) -> Proposal:
    point = MeterInstallation.objects.get(point__contract__customer__number="001").point_id
    client.post("/proposals/new/", {**SAID, "point": str(point), **changes})
    return Proposal.objects.latest("pk")


@pytest.fixture(autouse=True)
def _two_years_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The months of these pages lie further back than a change may begin; the limit has its own test."""
    from diansuo.office.billing.effects import refusals

    monkeypatch.setattr(refusals, "_day", lambda _effective, _today, _entry: ())


def test_a_clerk_proposes_and_an_auditor_lets_it_happen(station: Station) -> None:
    clerk, auditor = pages.signed_in("clerk"), pages.signed_in("auditor")
    made = proposed(clerk)
    url = f"/proposals/{made.pk}/"
    page = clerk.get(url).content.decode()
    assert "提交人不能复核自己的提议" in page
    assert "复核同意" not in page

    page = auditor.get(url).content.decode()
    assert "增减最大的 20 户" in page
    assert "复核同意，1 户" in page
    assert MeterInstallation.objects.get(point__contract__customer__number="001").multiplier == 1
    auditor.post(f"{url}second/", {"basis": made.basis})
    rows = MeterInstallation.objects.filter(point__contract__customer__number="001").order_by("valid_from")
    assert [row.multiplier for row in rows] == [1, 2]
    assert "已生效" in auditor.get(url).content.decode()
    assert "倍率变更" in auditor.get("/proposals/").content.decode()

    clerk.post(f"{url}withdraw/")
    assert MeterInstallation.objects.get(point__contract__customer__number="001").multiplier == 1


def test_agreeing_to_an_effect_that_was_not_seen_changes_nothing(station: Station) -> None:
    made = proposed(pages.signed_in("clerk"))
    pages.signed_in("auditor").post(f"/proposals/{made.pk}/second/", {"basis": "seen long ago"})
    made.refresh_from_db()
    assert made.state == Proposal.State.PREVIEWED
    assert MeterInstallation.objects.get(point__contract__customer__number="001").multiplier == 1


def test_a_form_says_what_is_wrong_and_keeps_nothing(station: Station) -> None:
    clerk = pages.signed_in("clerk")
    point = MeterInstallation.objects.get(point__contract__customer__number="001").point_id
    same = clerk.post("/proposals/new/", {**SAID, "point": str(point), "multiplier": "1"})
    assert (same.status_code, "没有任何变更" in same.content.decode()) == (422, True)
    assert "没有这个用户" in clerk.get("/proposals/new/?customer=999&kind=class").content.decode()
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize("kind", ["multiplier", "class", "capacity", "steps", "area"])
def test_every_kind_has_its_form_filled_with_what_stands(station: Station, kind: str) -> None:
    page = pages.signed_in("clerk").get(f"/proposals/new/?customer=001&kind={kind}")
    assert page.status_code == 200
    assert "提交并看影响" in page.content.decode()


def test_another_class_is_seen_and_agreed_to(station: Station) -> None:
    clerk = pages.signed_in("clerk")
    made = proposed(clerk, kind="class", price_class="3", voltage_class="1")
    assert made.state == Proposal.State.PREVIEWED
    assert clerk.get(f"/proposals/{made.pk}/").status_code == 200
    pages.signed_in("head").post(f"/proposals/{made.pk}/second/", {"basis": made.basis})
    assert ContractTerm.objects.filter(price_class=3).count() == 1


@pytest.mark.parametrize("post", ["manager", "inspector", "supervisor"])
def test_whoever_has_no_right_neither_proposes_nor_agrees(station: Station, post: str) -> None:
    made = proposed(pages.signed_in("clerk"))
    other = pages.signed_in(post)
    assert other.get("/proposals/new/").status_code == 403
    for action in ("second", "reject", "withdraw", "reverse"):
        answer = other.post(f"/proposals/{made.pk}/{action}/", {"basis": made.basis})
        # A manager proposes readings, and so may take such a proposal back; of terms nothing happens.
        assert answer.status_code == (302 if (post, action) == ("manager", "withdraw") else 403)
    other.post(f"/proposals/{made.pk}/preview/")
    again = Proposal.objects.get()
    assert (again.state, again.previewed_at) == (made.state, made.previewed_at)


def test_the_proposals_of_another_station_are_not_there(station: Station) -> None:
    made = proposed(pages.signed_in("clerk"))
    Staff.objects.filter(user__username="auditor").update(
        station=Station.objects.create(company=station.company, name="West station")
    )
    auditor = pages.signed_in("auditor")
    assert auditor.get(f"/proposals/{made.pk}/").status_code == 404
    assert auditor.post(f"/proposals/{made.pk}/second/", {"basis": made.basis}).status_code == 404
    listed = auditor.get("/proposals/").content.decode()
    assert f"/proposals/{made.pk}/" not in listed
    assert Proposal.objects.get().state == Proposal.State.PREVIEWED


def test_the_customers_page_shows_what_was_proposed(station: Station) -> None:
    clerk = pages.signed_in("clerk")
    made = proposed(clerk)
    customer = made.preview["movers"][0]["customer_id"]
    page = clerk.get(f"/customers/{customer}/").content.decode()
    assert f"/proposals/{made.pk}/" in page
    assert "变更计费参数" in page


def test_a_preview_over_very_many_is_worked_out_in_the_background_with_progress(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = pages.signed_in("clerk")
    made = proposed(clerk)
    url = f"/proposals/{made.pk}/"
    before = made.previewed_at
    monkeypatch.setattr(kinds, "MANY", 0)
    clerk.post(f"{url}preview/")
    job = background.of_proposal(made)
    assert job is not None
    made.refresh_from_db()
    assert (made.previewed_at, job.state) == (before, Job.State.QUEUED)
    assert "正在计算影响" in clerk.get(url).content.decode()
    assert "HX-Refresh" not in clerk.get(f"{url}progress/").headers

    told: list[int] = []
    monkeypatch.setattr(background.progress, "save", lambda _job, state: told.append(state.done))
    jobs.run(job.pk, clock=timezone.now)
    made.refresh_from_db()
    assert (made.state, made.previewed_at != before) == (Proposal.State.PREVIEWED, True)
    assert max(told) > 0
    assert clerk.get(f"{url}progress/").headers["HX-Refresh"] == "true"
    assert pages.signed_in("inspector").get(f"{url}progress/").status_code == 200
