"""The auditor's desk: what stands out in a month and what it stands on; who decides, in bulk too, and takes it back."""

from __future__ import annotations

import re

import pytest
from pytest_django.fixtures import Settings

from diansuo.office.base.models import Post, Staff, Station, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import usefulness
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.models import Bill
from diansuo.office.desk.audit import queries as desk
from diansuo.office.metering.models import Finding
from tests.office.base.test_pages import CHINESE, INLINE
from tests.office.desk import audited

pytestmark = [pytest.mark.django_db]

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def station(settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return audited.build()


def finding(rule: str = "A-UP", number: str = "004") -> Finding:
    return Finding.objects.get(rule=rule, point__contract__customer__number=number)


def listed(text: str) -> list[int]:
    return [int(one) for one in re.findall(r'<li data-finding="(\d+)"', text)]


def untouched() -> bool:
    weights = set(Finding.objects.values_list("severity", flat=True))
    return not AuditDecision.objects.exists() and weights == {Finding.Severity.WARNING}


def test_findings_stand_by_rule_with_most_money_first_and_the_first_is_open_beside_them(
    station: Station,
) -> None:
    text = audited.client().get(audited.address(station)).content.decode()

    assert len(listed(text)) == 8
    first = Finding.objects.get(pk=listed(text)[0])
    assert first.point.contract.customer.number == "004"  # draws most, so most is at stake
    assert f'id="audit-finding" class="audit-finding" data-finding="{first.pk}"' in text
    for shown in ("400.00", "没有照片", "还没有人审核过", "电量突增", "8 kVA", "×1", "去年同月"):
        assert shown in text, shown


def test_the_filters_narrow_the_list_and_its_export(station: Station) -> None:
    client = audited.client()
    text = client.get(audited.address(station), {"rule": "A-PRICE"}).content.decode()
    manager = Staff.objects.get(name="Zhao")

    assert set(listed(text)) == set(Finding.objects.filter(rule="A-PRICE").values_list("pk", flat=True))
    assert len(listed(client.get(audited.address(station), {"manager": manager.pk}).content.decode())) == 8
    assert listed(client.get(audited.address(station), {"manager": manager.pk + 1}).content.decode()) == []
    book = client.get(f"/cycle/{station.pk}/2024-08/audit.xlsx")
    assert book.status_code == 200
    assert book.headers["Content-Type"].endswith("sheet")


def test_a_decision_answers_with_the_next_finding_and_is_kept(station: Station) -> None:
    one, following = finding(number="004"), finding(number="003")
    answer = audited.client().post(
        audited.address(station, "decide/"),
        {"finding": one.pk, "next": following.pk, "decision": "held", "reason": "示数存疑"},
        **HTMX,
    )

    text = answer.content.decode()
    assert f'data-finding="{following.pk}"' in text
    assert "已扣留 1 条" in text
    assert f'"ids": [{one.pk}]' in answer.headers["HX-Trigger-After-Settle"]
    kept = AuditDecision.objects.get()
    assert (kept.decision, kept.reason, kept.decided_by.username) == ("held", "示数存疑", "auditor")
    one.refresh_from_db()
    assert one.severity == Finding.Severity.BLOCKING
    assert len(listed(audited.client().get(audited.address(station)).content.decode())) == 7


def test_without_script_the_form_decides_and_leads_back_to_the_list(station: Station) -> None:
    answer = audited.client().post(
        audited.address(station, "decide/"),
        {"finding": finding().pk, "decision": "released", "query": "rule=A-UP&finding=5"},
    )

    assert answer.headers["Location"] == f"{audited.address(station)}?rule=A-UP"
    assert AuditDecision.objects.get().reason == "核对无误，属实放行"


def test_those_marked_are_decided_together_and_sent_to_site_with_one_task_each(station: Station) -> None:
    marked = [finding("A-UP", "001"), finding("A-PRICE", "001"), finding("A-UP", "002")]
    answer = audited.client().post(
        audited.address(station, "decide/"),
        {"finding": finding().pk, "chosen": [one.pk for one in marked], "decision": "site"},
        **HTMX,
    )

    assert "3 条已转现场核实，派工 2 张" in answer.content.decode()
    assert 'id="undo"' not in answer.content.decode()  # a task that went out is not taken back
    assert WorkOrder.objects.count() == 2


def test_a_whole_rule_is_released_with_a_reason_if_it_is_as_many_as_the_button_said(station: Station) -> None:
    client, address = audited.client(), audited.address(station, "release/")
    form = {"rule": "A-UP", "reason": "夏季空调负荷", "query": "state=open"}

    client.post(address, form | {"count": "3"})
    assert untouched()
    client.post(address, form | {"count": "4", "reason": " "})
    assert untouched()

    client.post(address, form | {"count": "4"})
    assert set(AuditDecision.objects.values_list("rule", "decision", "reason")) == {
        ("A-UP", "released", "夏季空调负荷")
    }
    assert AuditDecision.objects.count() == 4


def test_the_last_decision_is_taken_back_and_both_stay_on_record(station: Station) -> None:
    client, one = audited.client(), finding()
    client.post(audited.address(station, "decide/"), {"finding": one.pk, "decision": "held"})
    answer = client.post(audited.address(station, "undo/"), {"query": "state=open"})

    assert answer.headers["Location"].endswith(f"finding={one.pk}")
    one.refresh_from_db()
    assert one.severity == Finding.Severity.WARNING
    assert list(AuditDecision.objects.order_by("id").values_list("decision", flat=True)) == [
        "held",
        "reopened",
    ]
    assert one.pk in listed(client.get(audited.address(station)).content.decode())
    client.post(audited.address(station, "undo/"))
    assert AuditDecision.objects.count() == 2


def test_taking_back_a_hold_leads_back_to_the_visit_that_stands(station: Station) -> None:
    client, one = audited.client(), finding()
    for decision in ("site", "held"):
        client.post(audited.address(station, "decide/"), {"finding": one.pk, "decision": decision})
    answer = client.post(audited.address(station, "undo/"), follow=True)

    assert "1 条回到现场核实" in answer.content.decode()
    last = AuditDecision.objects.order_by("id").last()
    assert last is not None and (last.decision, last.order) == ("site", WorkOrder.objects.get())
    one.refresh_from_db()
    assert one.severity == Finding.Severity.BLOCKING
    (useful,) = usefulness.usefulness(Scope.everything(), one.period, one.period, rule="A-UP")
    assert (useful.sent, useful.held, useful.open) == (1, 0, 3)
    assert client.get(audited.address(station, "rules/")).status_code == 200


def test_an_issued_month_is_only_read_and_leads_to_corrections(station: Station) -> None:
    client, one = audited.client(), finding()
    Bill.objects.filter(period=one.period).update(state=Bill.State.ISSUED)
    text = client.get(audited.address(station)).content.decode()
    shown = client.get(audited.address(station), {"state": "issued", "finding": one.pk}).content.decode()

    assert listed(text) == []
    assert "8 条发现发行时没有人审核过" in text
    assert len(listed(shown)) == 8
    assert 'id="decide"' not in shown
    assert "/corrections/new/?customer=004" in shown
    client.post(audited.address(station, "decide/"), {"finding": one.pk, "decision": "released"})
    assert untouched()


def test_before_issue_the_run_page_says_how_many_findings_nobody_looked_at(station: Station) -> None:
    text = audited.client().get(f"/cycle/{station.pk}/2024-08/issue/").content.decode()

    assert "还有 8 条审核发现没有人看过" in text


def test_what_has_been_issued_since_is_not_taken_back(station: Station) -> None:
    client, one = audited.client(), finding()
    client.post(audited.address(station, "decide/"), {"finding": one.pk, "decision": "released"})
    Bill.objects.filter(consumption__point=one.point).update(state=Bill.State.ISSUED)
    answer = client.post(audited.address(station, "undo/"), follow=True)

    assert "电费已发行，不能撤回" in answer.content.decode()
    assert AuditDecision.objects.count() == 1


def test_nobody_takes_back_what_another_decided(station: Station) -> None:
    auditor, one = audited.client(), finding()
    auditor.post(audited.address(station, "decide/"), {"finding": one.pk, "decision": "held"})
    audited.client("head").post(audited.address(station, "decide/"), {"finding": one.pk, "decision": "held"})
    answer = auditor.post(audited.address(station, "undo/"), follow=True)

    assert "只能撤回自己刚才的决定" in answer.content.decode()
    assert AuditDecision.objects.count() == 2


def test_who_sees_the_cycle_reads_the_desk_and_only_those_who_run_the_month_decide(station: Station) -> None:
    wrong = []
    one = finding()
    for post in Post.objects.order_by("id"):
        user, client = User.objects.get(username=post.code), audited.client(post.code)
        expected = 200 if user.has_perm("base.see_cycle") else 403
        if client.get(audited.address(station)).status_code != expected:
            wrong.append(f"{post.code} is not answered {expected}")
        if user.has_perm("base.run_cycle"):
            continue
        for rest, form in (
            ("decide/", {"finding": one.pk, "decision": "released"}),
            ("release/", {"rule": "A-UP", "count": "4", "reason": "x"}),
            ("undo/", {}),
        ):
            if client.post(audited.address(station, rest), form).status_code != 403:
                wrong.append(f"{post.code} {rest}")

    assert not wrong
    assert untouched()


def test_another_stations_findings_are_neither_seen_nor_decided(station: Station) -> None:
    other, one = Station.objects.create(company=station.company, name="西村供电所"), finding()
    auditor = User.objects.get(username="auditor")
    auditor.staff.station = other
    auditor.staff.save()
    client = audited.client()

    assert client.get(audited.address(station)).status_code == 404
    assert client.get(audited.address(station, f"finding/{one.pk}/"), **HTMX).status_code == 404
    assert client.get(audited.address(other, f"finding/{one.pk}/"), **HTMX).status_code == 404
    form = {"finding": one.pk, "decision": "released"}
    assert client.post(audited.address(station, "decide/"), form).status_code == 404
    client.post(audited.address(other, "decide/"), form)
    assert untouched()


def test_the_page_has_no_inline_script_and_in_english_no_chinese_of_ours(station: Station) -> None:
    body = audited.client(language="en").get(audited.address(station)).content.decode()
    assert not INLINE.findall(body)
    text = body.split("<body>")[1].replace("中文", "")
    for name in ("东村供电所", "用户00", *Staff.objects.values_list("name", flat=True)):
        text = text.replace(name, "")

    assert CHINESE.findall(text) == []


def test_an_empty_month_says_what_fills_the_desk(station: Station) -> None:
    text = audited.client().get(f"/cycle/{station.pk}/2024-09/audit/").content.decode()

    assert "执行到审核后，要看的账单列在这里" in text


def test_the_run_page_says_how_many_points_became_bills_and_names_what_is_issued(station: Station) -> None:
    text = audited.client().get(f"/cycle/{station.pk}/2024-08/").content.decode()

    assert "应结算 4 个计量点 = 已发行 0 + 未发行账单 4 + 首次抄表 0 + 没有账单 0。" in text
    assert "已发行电量" not in text  # nothing is out: no tile of noughts
    Bill.objects.filter(contract__customer__number="001").update(energy_wh=0, amount_fen=0)
    assert desk.bills_without_energy(Scope.everything(), station.pk, 202408) == (4, 1)
    assert "已发行电费" in audited.client().get("/bills/").content.decode()


def test_a_month_whose_reading_day_has_not_come_is_not_offered(station: Station) -> None:
    text = audited.client().get(f"/cycle/{station.pk}/2090-01/").content.decode()

    assert "2090-01 的抄表例日 2090-01-01 还没到" in text
    assert "/run/" not in text


def test_the_board_of_a_day_there_is_not_says_so(station: Station) -> None:
    assert "没有“xx”这一天的早会" in audited.client("head").get("/board/?day=xx").content.decode()


def test_a_walk_on_another_day_than_the_scheduled_one_says_so(station: Station) -> None:
    client = audited.client("clerk")
    said = "抄表例日是 2024-08-01"
    assert said in client.get("/readings/0/2024-08/?day=2024-07-26").content.decode()
    assert said not in client.get("/readings/0/2024-08/?day=2024-08-01").content.decode()


def test_the_run_page_counts_hold_ups_by_reason_and_leads_into_the_desk(station: Station) -> None:
    text = audited.client().get(f"/cycle/{station.pk}/2024-08/").content.decode()

    assert f'{audited.address(station)}?rule=A-UP">电量突增</a></th><td class="number">4</td>' in text
