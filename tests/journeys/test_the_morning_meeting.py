"""The morning of a station in a real browser: the meeting, its tasks, the worst area, and an area handed over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pyotp
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from diansuo.sandbox import lists
from tests.journeys import workbench
from tests.journeys.workbench import Workbench

THEFT_AREA = "南坡村1号台区"
SEARCHED = 90_000
"""Milliseconds within which the worker has looked for the causes of a small station, however busy the machine."""
SILENT_MASTER = "4130009100000000000006"


@pytest.fixture(scope="module")
def station(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Serve the demonstration, small and with two months behind it; the duties follow one another."""
    folder = tmp_path_factory.mktemp("morning")
    with workbench.demo_and_served(folder, "--customers", "600", "--months", "3") as served:
        yield served


@pytest.fixture
def page(desk_page: Page) -> Iterator[Page]:
    """A desk-wide page that must not complain: no script error, nothing the security policy had to stop."""
    complaints: list[str] = []
    desk_page.on(
        "console", lambda message: complaints.append(message.text) if message.type == "error" else None
    )
    desk_page.on("pageerror", lambda error: complaints.append(str(error)))
    yield desk_page
    assert complaints == []


def figures(page: Page, line: str) -> list[str]:
    """Return the cells of one line of the board."""
    row = page.locator("table.managers tr", has=page.get_by_role("rowheader", name=line, exact=True))
    return [cell.strip() for cell in row.locator("td").all_inner_texts()]


def test_the_head_runs_the_morning_meeting_and_dispatches_three_tasks(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    expect(page.get_by_role("heading", level=1)).to_contain_text("早会一屏")
    total = figures(page, "合计")
    assert total[0] == "600"
    assert int(total[1]) >= 1  # failed collections
    assert re.fullmatch(r"! \d+", total[3])  # areas of high loss, with their sign
    assert int(total[5]) >= 1  # uncomputable

    worst = page.locator("#worst tbody tr")
    for place in range(3):
        worst.nth(place).get_by_role("checkbox").check()
    page.get_by_role("button", name="派工所选").click()
    page.get_by_role("button", name=re.compile("派出 3 张")).click()
    expect(page.get_by_text(re.compile("已派工 3 张"))).to_be_visible()


def test_the_head_copies_the_bulletin_and_takes_the_daily_report(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    text = page.get_by_label("通报文字").input_value()
    assert "早会通报" in text
    assert "高损" in text
    with page.expect_download() as download:
        page.get_by_role("link", name="日报表格").click()
    assert re.fullmatch(r"日报_\d{8}\.xlsx", download.value.suggested_filename)


def test_the_worst_area_is_found_and_its_missing_meter_named(page: Page, station: Workbench) -> None:
    station.sign_in(page, "loss")
    page.goto(f"{station.address}/board/")
    page.locator("table.managers tfoot a[href*='kind=uncomputable']").click()
    row = page.locator("tbody tr", has_text=SILENT_MASTER)
    expect(row).to_contain_text("无冻结")
    row.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(
        re.compile(f"{SILENT_MASTER} 从 \\d{{4}}-\\d\\d-\\d\\d 起无冻结")
    )


def test_an_area_manager_answers_a_task_on_the_phone_with_a_photo(
    phone_page: Page, station: Workbench
) -> None:
    station.sign_in(phone_page, "manager")
    phone_page.goto(f"{station.address}/tasks/mine/")
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390
    phone_page.locator(".task-card").first.click()
    phone_page.get_by_label("处理结果").fill("总表电源松动，已紧固，采集恢复")
    photo = phone_page.screenshot(type="jpeg")
    phone_page.locator("input[type=file]").set_input_files(
        [{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo}]
    )
    phone_page.get_by_role("button", name="提交反馈").click()
    expect(phone_page.get_by_text("已反馈，等待验收")).to_be_visible()


def test_the_task_is_closed_by_another(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    page.goto(f"{station.address}/tasks/mine/")
    page.locator(".task-card").first.click()
    expect(page.locator(".photos img")).to_have_count(1)
    page.get_by_role("button", name="验收通过").click()
    expect(page.get_by_text("已验收，派工单完成")).to_be_visible()


def test_causes_were_looked_for_by_themselves_and_a_button_looks_again(
    page: Page, station: Workbench
) -> None:
    station.sign_in(page, "head")
    page.goto(f"{station.address}/loss/findings/")
    note = page.locator("[id^=search-]")
    expect(note).to_contain_text(re.compile(r"查到 \d{4}-\d\d-\d\d 为止"), timeout=SEARCHED)
    note.get_by_role("button", name="查找原因").click()
    expect(note).to_contain_text(re.compile(r"查到 \d{4}-\d\d-\d\d 为止"), timeout=SEARCHED)
    expect(page.locator("#list")).to_contain_text("疑似窃电")


def test_the_network_leads_to_the_line_on_which_a_suspect_hangs(page: Page, station: Workbench) -> None:
    station.sign_in(page, "loss")
    page.goto(f"{station.address}/loss/tree/")
    page.locator(".tree").get_by_role("link", name=THEFT_AREA).click()
    page.get_by_role("link", name="单线图").click()
    suspect = page.locator(".diagram a[href='#suspect-1']").first
    suspect.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#suspect-1")).to_contain_text("疑似窃电")
    assert page.url.endswith("#suspect-1")


def test_the_crew_s_sheet_is_one_page_with_boxes_to_fill_in_and_no_menu(
    page: Page, station: Workbench
) -> None:
    station.sign_in(page, "loss")
    page.goto(f"{station.address}/loss/tree/")
    page.locator(".tree").get_by_role("link", name=THEFT_AREA).click()
    expect(page.locator(".cause-card").first).to_be_visible()
    sheet = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    words = unicodedata.normalize("NFKC", "".join(one.extract_text() for one in sheet))
    assert len(sheet) == 1
    for box in ("台区线损核查单", "表前", "封印号", "查实", "排除", "派工人", "接单人"):
        assert box in words
    for left_out in ("早会一屏", "派给", "导出表格", "查过的原因"):
        assert left_out not in words


def test_a_cause_of_loss_is_sent_from_the_page_of_its_area(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    page.goto(f"{station.address}/loss/map/")
    page.locator(".heat-names").get_by_role("link", name=THEFT_AREA).click()
    card = page.locator(".cause-card").first
    expect(card).to_contain_text("疑似窃电")
    expect(card).to_contain_text(re.compile(r"每月 [\d,.]+ 元"))
    card.get_by_label("派给").select_option(label="用电检查员")
    card.get_by_role("button", name="派工").click()
    expect(page.get_by_text(re.compile("已派工 .*用电检查员"))).to_be_visible()
    expect(page.locator(".cause-card").first.get_by_role("button", name="派工")).to_have_count(0)


def test_the_inspector_answers_at_the_box_that_it_is_proven(phone_page: Page, station: Workbench) -> None:
    station.sign_in(phone_page, "inspector")
    phone_page.goto(f"{station.address}/tasks/mine/")
    phone_page.locator(".task-card", has_text="疑似窃电").first.click()
    expect(phone_page.locator("main")).to_contain_text("钳表比对表前表后各相电流")
    for measure in phone_page.get_by_role("checkbox").all():
        measure.check()
    phone_page.get_by_label("查实").check()
    phone_page.get_by_label("处理结果").fill("表前接线绕越一相，已取证")
    photo = phone_page.screenshot(type="jpeg")
    phone_page.locator("input[type=file]").set_input_files(
        [{"name": "表箱.jpg", "mimeType": "image/jpeg", "buffer": photo}]
    )
    phone_page.get_by_role("button", name="提交反馈").click()
    expect(phone_page.get_by_text("已反馈，等待验收")).to_be_visible()


def test_the_page_of_the_area_keeps_what_was_found_and_waits_for_the_loss_afterwards(
    page: Page, station: Workbench
) -> None:
    station.sign_in(page, "loss")
    page.goto(f"{station.address}/loss/map/")
    page.locator(".heat-names").get_by_role("link", name=THEFT_AREA).click()
    history = page.locator("section", has=page.get_by_role("heading", name="查过的原因，损失后来怎样"))
    expect(history).to_contain_text("查实")
    expect(history).to_contain_text("表前接线绕越一相，已取证")
    expect(history).to_contain_text(re.compile(r"到 \d{4}-\d\d-\d\d 满"))


def test_an_area_is_handed_over_and_both_sign(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    page.goto(f"{station.address}/areas/")
    page.get_by_role("link", name="东岭村1号台区").first.click()
    page.get_by_role("link", name="移交台区").click()
    page.get_by_label("接收人").select_option(label="营销服务员（demo-clerk）")
    page.get_by_label("移交日期").fill(datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat())
    page.get_by_label("钥匙与资料").fill("表箱钥匙 3 把")
    page.get_by_role("button", name="生成交接单").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("台区交接单")
    expect(page.locator("main")).to_contain_text("表箱钥匙 3 把")
    sheet = page.url
    for post, words in (("manager", "已签字，另一方签字后生效"), ("clerk", "双方已签字，移交生效")):
        station.sign_in_again(page, post)
        page.goto(sheet)
        page.get_by_role("button", name="签字").click()
        expect(page.get_by_text(re.compile(words))).to_be_visible()
    page.goto(f"{station.address}/areas/")
    page.get_by_role("link", name="东岭村1号台区").first.click()
    page.get_by_role("link", name=re.compile("^5200")).first.click()
    expect(page.locator("main")).to_contain_text("营销服务员")


def test_a_new_colleague_renews_the_password_and_from_then_on_signs_in_with_two_steps(
    page: Page, station: Workbench
) -> None:
    first, own = "first-donglu-77", "own-donglu-78"
    add = ["add_user", "newcomer", "--name", "新人", "--post", "clerk", "--station", lists.STATION]
    station.manage(*add, "--password", first)

    station.sign_in(page, "newcomer", first)
    for field, value in (("old_password", first), ("new_password1", own), ("new_password2", own)):
        page.locator(f"#id_{field}").fill(value)
    page.get_by_role("button", name="修改密码").click()
    page.goto(f"{station.address}/account/security/")
    page.get_by_role("link", name="启用动态码").click()
    secret = page.locator("dd code").inner_text().replace(" ", "")
    page.get_by_label("密码").fill(own)
    page.get_by_label("动态码").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="启用动态码").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    recovery = page.locator(".recovery-codes li").first.inner_text()

    page.get_by_role("button", name="退出", exact=True).click()
    station.sign_in(page, "newcomer", own)
    page.get_by_label("动态码").fill(recovery)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{station.address}/account/security/")
    expect(page.get_by_text("剩余恢复码")).to_be_visible()
    expect(page.locator("dl.facts dd")).to_have_text("9")


HEARD = "window.stopped = []; addEventListener('securitypolicyviolation', (e) => stopped.push(e.violatedDirective));"
INLINE = "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p {}'}))"
WALKED = (
    "/ /board/ /customers/ /areas/ /loss/ /loss/trend/ /bills/ /arrears/ /proposals/ /imports/ /trail/ "
    "/station/ /account/security/ /tasks/"
)


def test_the_content_policy_stops_nothing_of_ours_and_does_stop_what_is_not(
    desk_page: Page, station: Workbench
) -> None:
    desk_page.add_init_script(HEARD)
    station.sign_in(desk_page, "head")
    stopped = {}
    for path in WALKED.split():
        answer = desk_page.goto(f"{station.address}{path}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, path
        stopped[path] = desk_page.evaluate("stopped")
    assert stopped == dict.fromkeys(WALKED.split(), [])

    desk_page.evaluate(INLINE)
    desk_page.wait_for_function("stopped.length")
    assert desk_page.evaluate("stopped[0]").startswith("style-src")
