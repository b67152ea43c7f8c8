"""A price sheet is proposed by one, approved by another, and then prices bills until it is taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from diansuo.office.base.models import Post, Proposal, Staff, User
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.billing.models import PriceSheet
from diansuo.office.billing.sheets import comparing, operations, reading
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.config.rulebook import book
from diansuo.sandbox import prices as sample
from tests.office.billing.sheets import sheet
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]
PURCHASE = f"{sample.PLACE}/commercial_prices/purchase"
PASTED = (
    "价格项目\t计价方式\t电压等级\t价格（元/千瓦时）\n"
    "代理购电价格\t\t\t0.4012\n系统运行费用折价\t单一制\t不满1千伏\t-0.0021\n"
)


def test_a_pasted_table_is_read_by_component_scheme_and_voltage() -> None:
    stated = reading.read_pasted(PASTED)

    assert stated.problems == []
    assert stated.prices["purchase"]["two_part"]["kv_35"] == Decimal("0.4012")
    assert stated.prices["system_operation"] == {"single_part": {"below_1kv": Decimal("-0.0021")}}


def test_the_sandbox_writes_a_sheet_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "价格表.csv"
    sample.write_sheet(path, 202408, seed=7)

    assert set(reading.read_file(path, path.name).prices) == {"purchase", "upstream_loss", "system_operation"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("月亮电费\t\t\t0.4", "不认识的价格项目"),
        ("代理购电价格\t三部制\t\t0.4", "不认识的计价方式"),
        ("代理购电价格\t\t5千伏\t0.4", "不认识的电压等级"),
        ("代理购电价格\t\t\t0.40123456789", "价格至多9位小数"),
    ],
)
def test_a_row_that_means_nothing_is_named_with_its_reason(row: str, reason: str) -> None:
    (problem,) = reading.read_pasted(PASTED.splitlines()[0] + "\n" + row).problems

    assert problem.reason == reason
    assert problem.remedy


def test_one_price_given_twice_differently_is_refused() -> None:
    stated = reading.read_pasted(PASTED + "代理购电价格\t单一制\t35千伏\t0.4013\n")

    assert [one.reason for one in stated.problems] == ["同一项目、方式和电压等级有两个价格"]


def test_a_table_without_headings_is_refused() -> None:
    with pytest.raises(SheetRefused, match="找不到表头"):
        reading.read_pasted("0.4\n0.5")


def test_a_proposed_sheet_prices_nothing_and_an_approved_one_does() -> None:
    sheet.proposed(202408)
    assert PURCHASE not in priced_book().rules

    operations.approve(PriceSheet.objects.get(), user=sheet.person("head"), now=sheet.NOW)

    held = priced_book().in_force(PURCHASE, date(2024, 8, 31))
    assert held.values["prices"]["two_part"]["kv_1_10"] == "0.4"
    assert priced_book().hash != book().hash
    assert priced_book() is priced_book()


def test_nobody_approves_their_own_sheet() -> None:
    made = sheet.proposed(202408)

    with pytest.raises(operations.UnableToDo, match="不能审批自己的"):
        operations.approve(made, user=User.objects.get(username="clerk"), now=sheet.NOW)
    assert PriceSheet.objects.get().state == PriceSheet.State.PROPOSED


def test_the_database_itself_refuses_one_person_in_both_places() -> None:
    from django.db import IntegrityError, transaction

    made = sheet.proposed(202408)
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceSheet.objects.filter(pk=made.pk).update(state="approved", approved_by=made.proposed_by)


def test_a_component_the_rulebook_owns_is_refused_with_the_reason() -> None:
    prices = sheet.prices() | {"transmission": sheet.everywhere("0.18")}

    with pytest.raises(operations.UnableToDo, match="输配电价（电量部分）”由规则库管"):
        operations.propose(prices, sheet.publication(202408), user=None, now=sheet.NOW)


def test_two_sheets_for_the_same_days_are_refused_at_the_approval() -> None:
    sheet.approved(202408)
    other = sheet.proposed(202408, purchase="0.5000")

    with pytest.raises(operations.UnableToDo, match="日期重叠"):
        operations.approve(other, user=sheet.person("head"), now=sheet.NOW)


def test_a_price_in_yuan_per_megawatt_hour_is_refused() -> None:
    with pytest.raises(operations.UnableToDo, match="400.00 元/千瓦时太大，是不是按元/兆瓦时填的"):
        sheet.proposed(202408, purchase="400.00")


def test_the_same_sheet_twice_is_refused() -> None:
    sheet.proposed(202408)

    with pytest.raises(operations.UnableToDo, match="同样的价格表已有"):
        sheet.proposed(202408)


def test_a_withdrawn_sheet_prices_nothing_any_more() -> None:
    made = sheet.approved(202408)
    operations.withdraw(made, user=sheet.person("head"), now=sheet.NOW)

    assert PURCHASE not in priced_book().rules
    sheet.approved(202408)
    assert PURCHASE in priced_book().rules


def test_a_jump_against_the_month_before_is_marked() -> None:
    sheet.approved(202407)
    made = sheet.proposed(202408, purchase="0.9000", loss="0.0153")

    marked = {str(row.component): row.jump for row in comparing.rows(made.content, priced_book())}
    changes = {str(row.component): row.change_bp for row in comparing.rows(made.content, priced_book())}
    assert marked == {"代理购电价格": True, "上网环节线损费用折价": False, "系统运行费用折价": False}
    assert changes["上网环节线损费用折价"] == 200


def test_the_page_takes_a_pasted_table_and_a_second_person_approves_it(client: Client) -> None:
    client.force_login(sheet.person("clerk", "propose_prices"))
    given = {"month": "2024-08", "document": sheet.DOCUMENT, "table": PASTED}
    answer = client.post("/sheets/new/", given | {"confirm": "1"}, follow=True)
    made = PriceSheet.objects.get()
    proposal = Proposal.objects.get()
    url = f"/proposals/{proposal.pk}/"
    assert answer.redirect_chain[-1][0] == url
    assert "不能复核自己的提议" in answer.content.decode()
    assert client.post(f"{url}second/", {"basis": proposal.basis}).status_code == 403

    head = sheet.person("head", "approve_prices", "second_terms", "see_prices")
    Staff.objects.create(station=builder.make_station(), name="所长", user=head).posts.add(
        Post.objects.get(code="head")
    )
    client.force_login(head)
    assert url in client.get(f"/sheets/{made.pk}/").content.decode()
    client.post(f"{url}second/", {"basis": proposal.basis})
    made.refresh_from_db()
    assert made.state == PriceSheet.State.APPROVED
    assert "代理购电价格" in client.get("/sheets/").content.decode()


def test_a_wrong_table_is_refused_on_the_page_and_nothing_is_kept(client: Client) -> None:
    client.force_login(sheet.person("clerk", "propose_prices"))
    wrong = PASTED.replace("0.4012", "零点四")
    answer = client.post("/sheets/new/", {"month": "2024-08", "document": "公告", "table": wrong})

    assert answer.status_code == 422
    assert "零点四" in answer.content.decode()
    assert not PriceSheet.objects.exists()


def test_the_list_says_what_fills_it_while_it_is_empty(client: Client) -> None:
    client.force_login(sheet.person("reader"))
    page = client.get("/sheets/").content.decode()

    assert "还没有价格表" in page
    assert "提交价格表" not in page
    assert client.get("/sheets/new/").status_code == 403


def test_the_page_shows_the_month_before_and_keeps_nothing_until_it_is_confirmed(client: Client) -> None:
    sheet.approved(202407)
    client.force_login(sheet.person("clerk", "propose_prices"))
    given = {"month": "2024-08", "document": sheet.DOCUMENT, "table": PASTED.replace("0.4012", "0.9012")}

    preview = client.post("/sheets/new/", given)
    page = preview.content.decode()
    assert "还没有提交" in page
    assert "0.4000" in page
    assert "与上月相差太大" in page
    assert PriceSheet.objects.count() == 1

    held = dict(preview.context["held"])
    back = client.post("/sheets/new/", held | {"edit": "1"})
    assert "0.9012" in back.content.decode()
    assert PriceSheet.objects.count() == 1

    client.post("/sheets/new/", held | {"confirm": "1"})
    made = PriceSheet.objects.latest("id")
    assert made.state == PriceSheet.State.PROPOSED
    assert {document["id"] for document in made.content.values()} == {
        PURCHASE,
        f"{sample.PLACE}/commercial_prices/system_operation",
    }


def test_the_table_of_the_confirmation_is_read_back_to_the_same_prices() -> None:
    prices = sheet.prices() | {"energy": {"two_part": {"kv_220": Decimal("-0.000000001")}}}

    assert reading.read_pasted(reading.as_pasted(prices)).prices == prices


@pytest.mark.parametrize(("login", "refused"), [("Head", True), ("root", False)])
def test_whoever_ran_the_command_does_not_approve_what_the_system_proposed(login: str, refused: bool) -> None:
    made = operations.propose(
        sheet.prices(), sheet.publication(202408), user=None, now=sheet.NOW, ran_by=f"{login}@station"
    )
    head = sheet.person("head", "approve_prices")

    if refused:
        with pytest.raises(operations.UnableToDo, match="不能审批自己的"):
            operations.approve(made, user=head, now=sheet.NOW)
    else:
        operations.approve(made, user=head, now=sheet.NOW)
    assert (PriceSheet.objects.get().state == PriceSheet.State.APPROVED) is not refused
