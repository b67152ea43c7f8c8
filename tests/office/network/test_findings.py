"""A cause of loss from finding to history: kept once, sent once, answered with a verdict, compared afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diansuo.core.network.causes import CHECK_OF, CauseKind, Check, Evidence
from diansuo.core.network.causes.kinds import SHOWN
from diansuo.office.base.models import Post, Staff, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.safety import measures
from diansuo.office.base.work_orders.verdicts import needs_photo
from diansuo.office.network.causes import operations, queries, wording
from diansuo.office.network.finding_models import KIND_NAMES
from diansuo.office.network.models import LossFinding
from tests.office.base import pages
from tests.office.network import findings
from tests.office.network.grid import FIRST, Grid

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
NOW = datetime(2024, 10, 15, 2, tzinfo=UTC)
PHOTO = b"\xff\xd8\xff\xe0" + b"0" * 40
State = LossFinding.State


@pytest.fixture
def grid() -> Grid:
    """Two areas with thirty days of registers: area 2 loses 20 kWh a day."""
    made = Grid()
    made.freeze(made.days(30))
    return made


@pytest.fixture
def finding(grid: Grid) -> LossFinding:
    return findings.make(grid.areas[1], grid.customers[2])


def person(grid: Grid, post: str) -> Staff:
    user = User.objects.create(username=post)
    user.groups.add(Post.objects.get(code=post).group)
    return Staff.objects.create(station=grid.station, user=user, name=post, number=post)


def browser(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff.user, pages.BACKEND)
    return client


def answered(finding: LossFinding, verdict: str, staff: Staff, now: datetime = NOW) -> LossFinding:
    """Send a finding to somebody and answer it for them."""
    order = operations.send(finding, staff, user=staff.user, now=now)
    work_orders.answer(order, text="绕越一相", verdict=verdict, user=staff.user, now=now)
    finding.refresh_from_db()
    return finding


def test_the_same_cause_is_one_finding_while_it_is_open(grid: Grid, finding: LossFinding) -> None:
    area, point = grid.areas[1], grid.customers[2]
    later = findings.DAY + timedelta(days=1)

    counts = findings.keep(area, findings.found(area, point, daily_wh=13_000, rank=2), day=later)

    (row,) = LossFinding.objects.all()
    assert counts == {"new": 0, "again": 1, "gone": 0}
    assert (row.daily_wh, row.rank, row.found_date, row.seen_date) == (13_000, 2, findings.DAY, later)
    assert row.monthly_fen == 22_152  # 13 kWh × 30 × 0.568 yuan = 221.52
    assert findings.keep(area, findings.found(area, None, kind=CauseKind.UNMETERED))["new"] == 1


def test_what_was_sent_keeps_the_figures_it_was_sent_with(grid: Grid, finding: LossFinding) -> None:
    staff = person(grid, "inspector")
    operations.send(finding, staff, user=staff.user, now=NOW)

    findings.keep(grid.areas[1], findings.found(grid.areas[1], grid.customers[2], daily_wh=1))

    finding.refresh_from_db()
    assert (finding.state, finding.daily_wh) == (State.SENT, 12_000)


def test_an_answered_cause_stays_quiet_for_a_month_and_then_is_news_again(
    grid: Grid, finding: LossFinding
) -> None:
    answered(finding, State.CLEARED, person(grid, "inspector"))
    again = findings.found(grid.areas[1], grid.customers[2])

    quiet = findings.keep(grid.areas[1], again, day=date(2024, 11, 13))
    loud = findings.keep(grid.areas[1], again, day=date(2024, 11, 15))

    assert (quiet["new"], loud["new"]) == (0, 1)
    finding.refresh_from_db()
    assert (finding.state, finding.answer) == (State.CLEARED, "绕越一相")


def test_what_a_later_search_finds_no_more_is_gone_and_stands_in_the_history_with_the_day(
    grid: Grid, finding: LossFinding
) -> None:
    area, later = grid.areas[1], findings.DAY + timedelta(days=1)
    theft, unmetered = (
        findings.found(area, grid.customers[3]),
        findings.found(area, None, kind=CauseKind.UNMETERED),
    )

    assert findings.keep(area, theft, unmetered, day=later) == {"new": 2, "again": 0, "gone": 1}

    finding.refresh_from_db()
    assert (finding.state, finding.seen_date, finding.gone_date) == (State.GONE, findings.DAY, later)
    assert finding not in queries.cards(ALL, area.pk)
    assert queries.history(ALL, area.pk) == [finding]
    url = f"{reverse('loss_area', args=[area.pk])}?day=2024-10-29"
    history = browser(person(grid, "head")).get(url).content.decode().split('id="history"')[1]
    assert "最近 2024-10-28 发现，查到 2024-10-29 时不再出现" in history
    with pytest.raises(operations.UnableToSend, match="不再出现"):
        staff = person(grid, "inspector")
        operations.send(finding, staff, user=staff.user, now=NOW)


def test_what_is_found_again_after_it_was_gone_waits_again_as_the_same_finding(
    grid: Grid, finding: LossFinding
) -> None:
    area = grid.areas[1]
    findings.keep(area, day=findings.DAY + timedelta(days=1))

    counts = findings.keep(
        area, findings.found(area, grid.customers[2]), day=findings.DAY + timedelta(days=2)
    )

    finding.refresh_from_db()
    assert (counts["new"], finding.state, finding.gone_date) == (0, State.WAITING, None)


def test_only_a_search_of_the_same_day_or_later_that_could_judge_the_area_takes_a_finding_away(
    grid: Grid, finding: LossFinding
) -> None:
    area = grid.areas[1]

    earlier = findings.keep(area, day=findings.DAY - timedelta(days=1))
    blind = findings.keep(area, day=findings.DAY + timedelta(days=1), looked=False)
    elsewhere = findings.keep(grid.areas[0], day=findings.DAY + timedelta(days=1))

    assert (earlier["gone"], blind["gone"], elsewhere["gone"]) == (0, 0, 0)
    assert findings.keep(area)["gone"] == 1


def test_what_was_sent_or_answered_stays_as_it_is_when_nobody_finds_it_any_more(
    grid: Grid, finding: LossFinding
) -> None:
    area, staff = grid.areas[1], person(grid, "inspector")
    operations.send(finding, staff, user=staff.user, now=NOW)
    done = answered(findings.make(area, grid.customers[3]), State.PROVEN, staff)

    assert findings.keep(area, day=date(2024, 11, 20))["gone"] == 0

    assert {row.pk: row.state for row in (finding, done) if row.refresh_from_db() is None} == {
        finding.pk: State.SENT, done.pk: State.PROVEN,
    }  # fmt: skip


def test_a_card_says_since_when_and_what_goes_missing_a_day_since_then(
    grid: Grid, finding: LossFinding
) -> None:
    area, later = grid.areas[1], findings.DAY + timedelta(days=1)
    url = f"{reverse('loss_area', args=[area.pk])}?day=2024-10-29"

    shown = findings.found(area, grid.customers[2], first_date=date(2024, 10, 5), daily_wh=13_000)
    findings.keep(area, shown, day=later)

    finding.refresh_from_db()
    assert finding.first_date == date(2024, 10, 5)  # told better than a day ago
    cards = browser(person(grid, "head")).get(url).content.decode().split('id="causes"')[1]
    assert "自 2024-10-05 起每天 <b>13.00</b> kWh" in cards
    findings.keep(area, replace(shown, first_date=date(2024, 10, 9), begun=False), day=later)
    finding.refresh_from_db()
    assert finding.first_date == date(2024, 10, 5)  # the first day looked at moves, the cause does not


def test_the_cards_stand_as_the_latest_search_ranked_them(grid: Grid) -> None:
    area = grid.areas[1]
    kinds = [CauseKind.THEFT, CauseKind.UNMETERED, CauseKind.CLOCK_DRIFT, CauseKind.WRONG_PHASE,
             CauseKind.PHASE_LOST]  # fmt: skip
    for at, kind in enumerate(kinds):
        findings.make(area, grid.customers[2], kind=kind, rank=at + 1)
    later = findings.DAY + timedelta(days=1)
    findings.keep(area, findings.found(area, grid.customers[3], rank=1), day=later, looked=False)

    shown = queries.cards(ALL, area.pk)

    assert shown[0].point == grid.customers[3]
    assert [card.kind for card in shown[1:]] == kinds[:4]


def test_sending_makes_one_task_that_says_what_to_measure_and_only_one(
    grid: Grid, finding: LossFinding
) -> None:
    staff = person(grid, "inspector")
    order = operations.send(finding, staff, user=staff.user, now=NOW)

    assert "疑似窃电" in order.title
    assert "钳表" in order.instruction
    assert "20.00" in order.instruction
    assert (order.customer_number, order.area_number, order.source) == ("003", "T2", WorkOrder.Source.LOSS)
    assert order.safety == [code for code, _words in measures()]
    with pytest.raises(operations.UnableToSend, match="已派"):
        operations.send(finding, staff, user=staff.user, now=NOW)
    assert WorkOrder.objects.count() == 1


def test_somebody_of_another_station_is_not_sent_and_nothing_changes(
    grid: Grid, finding: LossFinding
) -> None:
    other = Grid("西村供电所", mark="x")
    stranger = person(other, "inspector")

    with pytest.raises(operations.UnableToSend, match="本所"):
        operations.send(finding, stranger, user=stranger.user, now=NOW)

    finding.refresh_from_db()
    assert (finding.state, finding.order, WorkOrder.objects.count()) == (State.WAITING, None, 0)


def test_the_task_is_answered_by_a_verdict_and_sent_back_it_is_open_again(
    grid: Grid, finding: LossFinding
) -> None:
    staff, head = person(grid, "inspector"), person(grid, "head")
    order = operations.send(finding, staff, user=staff.user, now=NOW)
    with pytest.raises(work_orders.UnableToAnswer, match="查实、排除"):
        work_orders.answer(order, text="看过", user=staff.user, now=NOW)
    finding.refresh_from_db()
    assert finding.state == State.SENT

    work_orders.answer(order, text="绕越", verdict=State.PROVEN, user=staff.user, now=NOW)
    finding.refresh_from_db()
    order.refresh_from_db()
    assert (finding.state, finding.answer, finding.answered_by) == (State.PROVEN, "绕越", staff.user)
    assert order.reply == "查实：绕越"

    work_orders.send_back(order, reason="补照片", user=head.user, now=NOW)
    finding.refresh_from_db()
    assert (finding.state, finding.answer, finding.answered_by) == (State.SENT, "", None)


def test_the_loss_before_and_after_is_held_side_by_side(grid: Grid, finding: LossFinding) -> None:
    answered(finding, State.PROVEN, person(grid, "inspector"))

    after = queries.afterwards(ALL, [finding])[finding.pk]

    assert (after.before.days, after.before.loss_wh, after.before.rate_bp) == (14, 20_000, 1000)
    assert (after.after.days, after.after.loss_wh, after.change_wh) == (14, 20_000, 0)
    assert after.due == date(2024, 10, 29)


def test_the_page_of_the_area_shows_at_most_five_cards_rule_causes_before_technical_ones(grid: Grid) -> None:
    area = grid.areas[1]
    kinds = [CauseKind.IMBALANCE, CauseKind.THEFT, CauseKind.UNMETERED, CauseKind.CLOCK_DRIFT,
             CauseKind.WRONG_PHASE, CauseKind.PHASE_LOST]  # fmt: skip
    rows = [findings.found(area, grid.customers[2], kind=kind, rank=at + 1) for at, kind in enumerate(kinds)]
    findings.keep(area, *rows)

    shown = queries.cards(ALL, area.pk)

    assert len(shown) == SHOWN
    assert CauseKind.IMBALANCE not in [card.kind for card in shown]


def test_a_head_sends_a_card_and_the_answer_stands_in_the_history(grid: Grid, finding: LossFinding) -> None:
    head, inspector = person(grid, "head"), person(grid, "inspector")
    page, url = browser(head), reverse("loss_area", args=[grid.areas[1].pk])
    text = page.get(f"{url}?day=2024-10-28").content.decode()
    assert "疑似窃电" in text
    assert "以前每天用 20.00 kWh，后来只有 8.00 kWh，少掉的 90% 出现在损失里" in text
    assert "<dt>把握</dt><dd>大" in text
    assert "204.48" in text  # 12 kWh × 30 × 0.568

    sent = page.post(
        reverse("loss_finding_send", args=[finding.pk]), {"staff": inspector.pk}, follow=True
    ).content.decode()
    assert "已派工" in sent
    order = WorkOrder.objects.get()
    task = browser(inspector)
    assert "核查结论" in task.get(reverse("work_order", args=[order.pk])).content.decode()
    given = {"reply": "绕越一相", "safety": order.safety}
    answer = reverse("work_order_answer", args=[order.pk])
    assert task.post(answer, given).status_code == 422  # no verdict
    no_photo = SimpleUploadedFile("表.jpg", b"#!/bin/sh", content_type="image/jpeg")
    assert task.post(answer, given | {"verdict": "proven", "photos": no_photo}).status_code == 422
    finding.refresh_from_db()
    assert (finding.state, order.photos.count()) == (State.SENT, 0)

    photo = SimpleUploadedFile("表.jpg", PHOTO, content_type="image/jpeg")
    assert task.post(answer, given | {"verdict": "proven", "photos": photo}).status_code == 302
    history = page.get(f"{url}?day=2024-10-28").content.decode().split('id="history"')[1]
    assert "查实" in history
    assert "绕越一相" in history
    assert "1 张照片" in history


def test_what_was_proven_on_site_is_shown_and_what_was_cleared_or_seen_at_the_desk_need_not_be(
    grid: Grid, finding: LossFinding
) -> None:
    head, inspector = person(grid, "head"), person(grid, "inspector")
    browser(head).post(reverse("loss_finding_send", args=[finding.pk]), {"staff": inspector.pk})
    order = WorkOrder.objects.get()
    task, answer = browser(inspector), reverse("work_order_answer", args=[order.pk])
    given = {"reply": "绕越一相", "safety": order.safety, "verdict": "proven"}

    refused = task.post(answer, given)
    assert refused.status_code == 422 and "“查实”要附现场照片" in refused.content.decode()
    assert "绕越一相" in refused.content.decode(), "what was typed is kept"
    finding.refresh_from_db()
    assert finding.state == State.SENT

    LossFinding.objects.filter(pk=finding.pk).update(kind=CauseKind.MISSING_READS)
    assert not needs_photo(order, "proven")
    LossFinding.objects.filter(pk=finding.pk).update(kind=CauseKind.THEFT)
    assert needs_photo(order, "proven") and not needs_photo(order, "cleared")
    assert task.post(answer, given | {"verdict": "cleared"}).status_code == 302


def test_the_sheet_has_boxes_for_currents_where_somebody_holds_a_clamp(grid: Grid) -> None:
    area, head = grid.areas[1], browser(person(grid, "head"))
    url = f"{reverse('loss_area', args=[area.pk])}?day=2024-10-28"
    findings.make(area, grid.customers[2], kind=CauseKind.CLOCK_DRIFT)

    clock = head.get(url).content.decode()
    findings.make(area, grid.customers[3], kind=CauseKind.THEFT)
    theft = head.get(url).content.decode()

    assert (clock.count("封印号"), clock.count("实测电流")) == (1, 0)
    assert (theft.count("封印号"), theft.count("实测电流")) == (2, 1)


def test_only_who_may_dispatch_sends_and_only_to_somebody_chosen(grid: Grid, finding: LossFinding) -> None:
    manager, head = person(grid, "manager"), person(grid, "head")
    url = reverse("loss_finding_send", args=[finding.pk])

    assert browser(manager).post(url, {"staff": manager.pk}).status_code == 403
    for nobody in ("", "x", "99999999"):
        assert "请选择派给谁" in browser(head).post(url, {"staff": nobody}, follow=True).content.decode()
    assert browser(head).get(url).status_code == 405

    assert not WorkOrder.objects.exists()


def test_the_list_of_causes_leaves_as_a_workbook_and_shows_nothing_of_another_station(
    grid: Grid, finding: LossFinding
) -> None:
    other = Grid("西村供电所", mark="x")
    url = reverse("loss_findings")
    head, stranger = browser(person(grid, "head")), browser(person(other, "clerk"))

    assert "疑似窃电" in head.get(url).content.decode()
    assert head.get(f"{url}?export=xlsx").headers["Content-Disposition"].startswith("attachment")
    assert "T2台区" not in stranger.get(url).content.decode()


@pytest.mark.parametrize("evidence", list(Evidence))
def test_every_evidence_is_a_sentence_whatever_figures_it_has(evidence: Evidence) -> None:
    for figures in ([1000.0, 2.0, 0.5, None], [None] * 4):
        words = wording.evidence_words(LossFinding(evidence=int(evidence), figures=figures))
        assert "%(" not in words
        assert len(words) > 6


def test_every_kind_and_check_has_its_words() -> None:
    assert set(KIND_NAMES) == set(CauseKind)
    assert set(wording.WHAT_TO_DO) == set(Check) >= set(CHECK_OF.values())
    assert timezone.localdate(NOW) > FIRST
