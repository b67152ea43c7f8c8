"""A list that says otherwise of true readings waits for a second person, who saw what it does to the bills."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.imports import operations as imports
from diansuo.office.base.models import ImportBatch, Job, Proposal, Station, User
from diansuo.office.base.proposals import operations
from diansuo.office.base.proposals import queries as proposals
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import ReadingChange, RegisterReading
from tests.office.base import pages
from tests.office.billing.effects import proposed
from tests.office.billing.rebilled import billed
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
State = Proposal.State
PERIOD = 202412


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def users(station: Station, settings: Settings) -> dict[str, User]:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return proposed.people(station)


@pytest.fixture
def points(station: Station) -> list[MeteringPoint]:
    """Two households of which December is read, 130 kWh each, and priced as drafts."""
    made = [billed(station, "01"), builder.household(station, "02", "M02")]
    months.read(made[1], 202411, 0)
    for point, kwh in zip(made, (4000, 130), strict=True):
        months.read(point, PERIOD, kwh)
    months.run(station, PERIOD, until="audit")
    return made


def the_list(folder: Path, **kwh: float) -> Path:
    rows = [
        {
            "用户编号": one[1:],
            "电能表编号": f"M{one[1:]}",
            "本次示数": str(value),
            "抄表日期": "2024-12-01",
        }
        for one, value in kwh.items()
    ]
    return builder.reading_list(folder / "抄表更正_202412.csv", *rows)


def brought(folder: Path, user: User, **kwh: float) -> tuple[ImportBatch, Proposal]:
    file = the_list(folder, **kwh)
    batch, plan = builder.preview("readings", file, user=user)
    assert batch.counts["refused"] == 0, plan.verdicts.table().to_dicts()
    imports.apply(batch, scope=builder.ALL, now=builder.NOW, plan=plan)
    return batch, proposals.of_batch(builder.ALL, batch.pk)[0]


def stands() -> list[tuple[Any, ...]]:
    rows = RegisterReading.objects.filter(period=PERIOD).order_by("pk")
    return list(rows.values_list("register_wh", "entered_by", "batch", "source", "entered_at"))


def test_the_list_changes_nothing_and_the_preview_bills_the_month_both_ways(
    points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    before, jobs = stands(), Job.objects.count()
    drafts = list(Bill.objects.order_by("pk").values())
    _batch, made = brought(tmp_path, users["clerk"], c01=4100)
    assert (made.kind, made.state, made.proposed_by, stands()) == (
        "reading_list", State.DRAFT, users["clerk"], before,
    )  # fmt: skip
    seen = operations.preview(made, now=builder.NOW)
    # The second step, 0.61 yuan, up to 3120 kWh of the year: 2870 so far, 130 as read, 230 by the list.
    assert (seen.preview["before_fen"], seen.preview["after_fen"]) == (130 * 61, 230 * 61)
    assert [one["number"] for one in seen.preview["movers"]] == ["01"]
    assert (seen.customers, seen.difference_fen) == (1, 6_100)
    assert (stands(), Job.objects.count()) == (before, jobs)
    assert list(Bill.objects.order_by("pk").values()) == drafts
    page = pages.signed_in("auditor").get(f"/proposals/{made.pk}/").content.decode()
    for words in ("清单改动示数", "4,000.00", "4,100.00", "01 2024-12-01"):
        assert words in page


def test_bills_that_a_check_would_hold_are_counted_and_said(
    points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    _batch, made = brought(tmp_path, users["clerk"], c01=40_000)
    seen = operations.preview(made, now=builder.NOW)
    assert (seen.preview["after_fen"], seen.preview["held"]) == (0, 1)
    page = pages.signed_in("auditor").get(f"/proposals/{made.pk}/").content.decode()
    assert "1 户改动后会被核查扣住" in page


def test_a_second_person_lets_it_stand_and_one_click_takes_it_back(
    points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    before = stands()
    batch, made = brought(tmp_path, users["clerk"], c01=4100, c02=135)
    operations.preview(made, now=builder.NOW)
    made.refresh_from_db()
    with pytest.raises(operations.UnableToDo, match="自己的提议"):
        operations.second(made, user=users["clerk"], now=builder.NOW)
    assert stands() == before
    done = operations.second(made, user=users["auditor"], now=builder.NOW)
    assert [row[0] for row in stands()] == [4_100_000, 135_000]
    kept = ReadingChange.objects.order_by("pk").first()
    assert (kept.before_wh, kept.after_wh, kept.changed_by) == (4_000_000, 4_100_000, users["clerk"])
    operations.withdraw(done, user=users["clerk"], now=builder.NOW)
    assert stands() == before
    imports.withdraw(batch, now=builder.NOW)  # what the proposal gave back is not given back twice
    assert stands() == before


def test_taking_the_list_back_takes_back_what_was_agreed_to_or_ends_what_waits(
    points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    before = stands()
    batch, made = brought(tmp_path, users["clerk"], c01=4100)
    operations.second(operations.preview(made, now=builder.NOW), user=users["auditor"], now=builder.NOW)
    imports.withdraw(batch, now=builder.NOW)
    assert stands() == before
    batch, made = brought(tmp_path, users["clerk"], c01=4100)
    imports.withdraw(batch, now=builder.NOW)
    made.refresh_from_db()
    assert (made.state, stands()) == (State.WITHDRAWN, before)


def test_what_changed_meanwhile_is_not_written_over(
    station: Station, points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    _batch, made = brought(tmp_path, users["clerk"], c01=4100)
    seen = operations.preview(made, now=builder.NOW)
    RegisterReading.objects.filter(period=PERIOD, point=points[0]).update(register_wh=4_050_000)
    with pytest.raises(operations.Overtaken):
        operations.second(seen, user=users["auditor"], now=builder.NOW)
    RegisterReading.objects.filter(period=PERIOD, point=points[0]).update(register_wh=4_000_000)
    seen = operations.preview(made, now=builder.NOW)
    before = stands()
    months.run(station, PERIOD)  # issued
    with pytest.raises(operations.UnableToDo, match="退补"):
        operations.second(seen, user=users["auditor"], now=builder.NOW)
    assert stands() == before


def test_an_estimate_that_becomes_true_and_a_first_reading_wait_for_nobody(
    station: Station, points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    RegisterReading.objects.filter(period=PERIOD, point=points[0]).update(estimated=True)
    RegisterReading.objects.filter(period=PERIOD, point=points[1]).delete()
    batch, plan = builder.preview("readings", the_list(tmp_path, c01=4100, c02=140), user=users["clerk"])
    imports.apply(batch, scope=builder.ALL, now=builder.NOW, plan=plan)
    assert not Proposal.objects.exists()
    assert sorted(row[0] for row in stands()) == [140_000, 4_100_000]


def test_the_page_of_the_batch_leads_to_the_proposal(
    points: list[MeteringPoint], users: dict[str, User], tmp_path: Path
) -> None:
    batch, made = brought(tmp_path, users["clerk"], c01=4100)
    page = pages.signed_in("clerk").get(reverse("import_batch", args=[batch.pk])).content.decode()
    assert f"/proposals/{made.pk}/" in page
    assert "1 个已抄示数将被改动" in page
