"""A month at the station in a real browser, duty by duty, each post doing its own part on the same books."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from tests.journeys import workbench
from tests.journeys.workbench import PERIOD, Workbench

MONTH = f"{PERIOD // 100}-{PERIOD % 100:02d}"


@pytest.fixture(scope="module")
def station(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Serve one station for the whole month; the duties follow one another."""
    with workbench.built_and_served(tmp_path_factory.mktemp("station")) as served:
        yield served


@pytest.fixture
def page(desk_page: Page) -> Iterator[Page]:
    """A desk-wide page that must not complain: no script error, nothing the security policy had to stop."""
    complaints: list[str] = []
    desk_page.on(
        "console", lambda message: complaints.append(message.text) if message.type == "error" else None
    )
    desk_page.on("pageerror", lambda error: complaints.append(str(error)))
    desk_page.on(
        "response",
        lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    yield desk_page
    assert complaints == []


def money(text: str) -> str:
    """Return the first amount in a text."""
    found = re.search(r"[\d,]+\.\d\d", text)
    assert found, text
    return found[0]


def open_month(page: Page, station: Workbench) -> None:
    page.goto(f"{station.address}/cycle/")
    page.get_by_role("link", name=MONTH).first.click()


def test_a_stranger_is_refused_and_a_clerk_signs_in(desk_page: Page, station: Workbench) -> None:
    desk_page.goto(f"{station.address}/customers/")
    expect(desk_page).to_have_url(re.compile("/login/"))
    desk_page.get_by_label("账号").fill("clerk")
    desk_page.get_by_label("密码").fill("not the password")
    desk_page.get_by_role("button", name="登录").click()
    expect(desk_page).to_have_url(re.compile("/login/"))

    station.sign_in(desk_page, "clerk")
    expect(desk_page.get_by_role("heading", level=1)).to_contain_text("今天要办的事")


def test_a_clerk_imports_the_months_reading_list_and_the_same_file_again_changes_nothing(
    page: Page, station: Workbench
) -> None:
    station.sign_in(page, "clerk")
    for again in (False, True):
        page.goto(f"{station.address}/imports/new/?kind=readings")
        page.locator("input[type=file]").set_input_files(station.reading_list())
        page.get_by_role("button", name="预览").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("已预览")
        if again:
            expect(page.get_by_text("没有可写入的行")).to_be_visible()
            expect(page.get_by_role("link", name=re.compile(r"^新增 0$"))).to_be_visible()
        else:
            page.get_by_role("button", name=re.compile(r"导入 \d+ 行")).click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("已导入")


def test_the_head_runs_the_month_and_issues_it(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    open_month(page, station)
    page.get_by_role("button", name="执行到审核").click()
    issue = page.get_by_role("link", name="发行…")
    issue.wait_for(timeout=60_000)
    issue.click()
    page.get_by_role("button", name=re.compile("发行")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("完成", timeout=60_000)
    expect(page.locator(".figure", has_text="已发行").locator("b").first).not_to_contain_text(
        re.compile(r"^0 ")
    )


def test_an_auditor_finds_why_a_customer_is_held(page: Page, station: Workbench) -> None:
    station.sign_in(page, "auditor")
    open_month(page, station)
    expect(page.locator("#held")).to_be_visible()
    folded = page.locator("#held details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    held = page.locator("#held tbody tr")
    assert held.count() >= 2
    expect(held.filter(has_text="应抄未抄").first).to_be_visible()
    misread = held.filter(has_text="示数").filter(has_not_text="应抄未抄").first
    misread.get_by_role("link").first.click()
    expect(page.locator("#findings")).to_contain_text(MONTH)


def test_an_auditor_reads_a_bill_whose_every_line_multiplies_out(page: Page, station: Workbench) -> None:
    station.sign_in(page, "auditor")
    page.goto(f"{station.address}/bills/")
    page.get_by_role("link", name=MONTH).first.click()
    page.locator("tbody tr a[href*='/bills/']").first.click()
    lines = page.locator("table", has_text="单价").locator("tbody tr", has_text="×")
    # A count asks once, and the page may still be on its way.
    expect(lines.first).to_be_visible()
    total = Decimal(0)
    for line in lines.all():
        quantity, price, amount = (
            Decimal(found.replace(",", ""))
            for found in re.search(
                r"([\d,]+\.\d{2,3})\s+× (-?[\d.]+)\s+= (-?[\d,]+\.\d\d)", line.inner_text()
            ).groups()
        )
        assert (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP) == amount
        total += amount
        expect(line).to_contain_text("自 2012-07-01 起")
    shown = page.locator("tfoot").filter(has_text="合计").first.inner_text()
    assert Decimal(money(shown).replace(",", "")) == total


def test_the_counter_takes_a_payment_once_however_often_it_is_sent(page: Page, station: Workbench) -> None:
    station.sign_in(page, "counter")
    page.goto(f"{station.address}/arrears/customers/")
    page.locator("tbody tr a[href*='/collect/']").first.click()
    owed = money(page.locator("tfoot").first.inner_text())
    address = page.url
    expect(page.get_by_label("金额")).to_have_value(owed.replace(",", ""))
    reference = page.get_by_label("流水号").input_value()
    page.get_by_role("button", name="收费").click()
    expect(page).to_have_url(re.compile("/receipts/"))
    expect(page.locator("main")).to_contain_text(owed)
    receipt = page.url

    page.goto(address)
    expect(page.get_by_text("没有欠费。")).to_be_visible()
    page.get_by_label("金额").fill(owed.replace(",", ""))
    page.get_by_label("流水号").fill(reference)
    page.get_by_role("button", name="收费").click()
    expect(page).to_have_url(receipt)


def test_the_counter_is_asked_before_much_more_than_the_debt_is_taken(page: Page, station: Workbench) -> None:
    station.sign_in(page, "counter")
    page.goto(f"{station.address}/arrears/customers/")
    page.locator("tbody tr a[href*='/collect/']").first.click()
    page.get_by_label("金额").fill("10000.00")
    page.get_by_role("button", name="收费").click()
    expect(page.get_by_text(re.compile("比欠费多 [\\d,]+\\.\\d\\d 元"))).to_be_visible()
    page.get_by_label("预存").check()
    page.get_by_role("button", name="收费").click()
    expect(page).to_have_url(re.compile("/receipts/"))


def test_an_area_manager_enters_a_late_reading_on_the_phone(phone_page: Page, station: Workbench) -> None:
    station.sign_in(phone_page, "manager")
    phone_page.goto(f"{station.address}/readings/")
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390
    route = phone_page.locator("a[href*='/readings/']", has_text="段").first
    route.click()
    unread = phone_page.locator("li").filter(has=phone_page.get_by_role("button", name="保存")).first
    field = unread.locator("input[inputmode=decimal], input[type=number], input[type=text]").first
    field.fill("1.00")
    unread.get_by_role("button", name="保存").click()
    expect(phone_page.locator("main")).to_contain_text(re.compile("倒走|小于|反走"))
    confirm = phone_page.get_by_role("button", name="看过了，照此保存")
    expect(confirm).to_be_visible()
    confirm.click()
    expect(unread.get_by_text("已抄")).to_be_visible()


def test_a_counter_clerk_cannot_run_the_month(desk_page: Page, station: Workbench) -> None:
    station.sign_in(desk_page, "counter")
    expect(desk_page.get_by_role("link", name="电费流程", exact=True)).to_have_count(0)
    desk_page.goto(f"{station.address}/cycle/")
    expect(desk_page.get_by_role("heading", name="您的岗位没有这项权限")).to_be_visible()


def test_an_english_reader_finds_the_workbench_in_english(page: Page, station: Workbench) -> None:
    station.sign_in(page, "head")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Customers", exact=True)).to_be_visible()
    page.goto(f"{station.address}/customers/")
    headings = page.locator("thead").inner_text()
    assert not re.search(r"[一-鿿]", headings), headings


def test_a_reader_walks_on_without_a_network_and_everything_arrives_once(
    phone_page: Page, station: Workbench
) -> None:
    station.sign_in(phone_page, "manager")
    phone_page.goto(f"{station.address}/readings/")
    route = phone_page.locator("a[href*='/readings/']", has_text="段").first.get_attribute("href")
    walk = re.sub(r"/readings/(\d+)/.*", r"/rounds/\1/2024-12/", route or "")
    phone_page.goto(f"{station.address}{walk}")
    state, card = phone_page.locator("#round-state"), phone_page.locator("#round-card")
    expect(state).to_contain_text("全部已上传")
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390

    phone_page.context.set_offline(True)
    first = phone_page.locator("#round-number").inner_text()
    for key in "8123":
        card.locator(f"[data-key='{key}']").click()
    card.get_by_role("button", name="保存，下一户").click()
    expect(card.locator("#round-note")).to_contain_text("再看一眼表")
    card.get_by_role("button", name="保存，下一户").click()
    expect(phone_page.locator("#round-number")).not_to_have_text(first)
    card.get_by_text("没抄到，选原因").click()
    card.get_by_role("button", name="锁门").click()
    card.get_by_text("现场发现，一点即派工").click()
    card.get_by_role("button", name="新装光伏").click()
    card.locator("input[type=file]").set_input_files(
        [{"name": "表.jpg", "mimeType": "image/jpeg", "buffer": b"#!/bin/sh"}]
    )
    expect(card.locator("#round-note")).to_contain_text("不是照片")
    expect(state).to_contain_text("待上传 3")

    # The first answer is lost on its way back: the phone cannot know, and sends once more.
    lost = []

    def lose_one(attempt: Any) -> None:
        attempt.fetch()
        lost.append(attempt.request.url)
        attempt.abort()

    phone_page.route("**/rounds/entries/**", lose_one, times=1)
    phone_page.context.set_offline(False)
    expect(phone_page.locator("#round-answers")).to_contain_text("已派工", timeout=60_000)
    expect(state).to_contain_text("全部已上传")
    assert len(lost) == 1
    phone_page.get_by_role("link", name="现场记录").click()
    rows = phone_page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text=first)).to_contain_text("8,123.00")
    expect(rows.filter(has_text="锁门")).to_have_count(1)
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390


def until(page: Page, promise: str) -> None:
    """Wait until what a promise comes to is true: ``wait_for_function`` takes the promise itself for the truth."""
    for _ in range(300):
        if page.evaluate(promise):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {promise}")


def test_a_round_opened_once_opens_again_without_a_network_and_is_gone_after_signing_out(
    phone_page: Page, station: Workbench
) -> None:
    station.sign_in(phone_page, "manager")
    phone_page.goto(f"{station.address}/readings/")
    route = phone_page.locator("a[href*='/readings/']", has_text="段").nth(1).get_attribute("href")
    walk = station.address + re.sub(r"/readings/(\d+)/.*", r"/rounds/\1/2024-12/", route or "")
    phone_page.goto(f"{station.address}/rounds/")
    phone_page.goto(walk)
    kept = (
        "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) => "
        "(await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat())"
    )
    path = walk.removeprefix(station.address)
    until(phone_page, f"{kept}.then((kept) => kept.includes('{path}') && kept.length > 5)")
    assert all(one.startswith(("/static/", "/rounds/")) for one in phone_page.evaluate(kept))

    phone_page.context.set_offline(True)
    phone_page.goto(walk)
    state, card = phone_page.locator("#round-state"), phone_page.locator("#round-card")
    expect(state).to_contain_text("无网络")
    first = phone_page.locator("#round-number").inner_text()
    expect(phone_page.locator("#round-registers")).to_contain_text("上次")
    for key in "8456":
        card.locator(f"[data-key='{key}']").click()
    card.get_by_role("button", name="保存，下一户").click()
    if not card.locator("#round-note").is_hidden():
        card.get_by_role("button", name="保存，下一户").click()
    expect(phone_page.locator("#round-number")).not_to_have_text(first)
    phone_page.reload()
    expect(state).to_contain_text("待上传 1")
    expect(phone_page.locator("#round-number")).not_to_have_text(first)

    phone_page.context.set_offline(False)
    expect(state).to_contain_text("全部已上传", timeout=60_000)
    # The page kept from before the sending does not offer the point again.
    phone_page.context.set_offline(True)
    phone_page.goto(walk)
    expect(phone_page.locator("#round-number")).not_to_have_text(first)
    phone_page.context.set_offline(False)
    phone_page.goto(f"{walk}sent/")
    rows = phone_page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.filter(has_text=first)).to_contain_text("8,456.00")

    phone_page.get_by_role("button", name="退出").click()
    expect(phone_page).to_have_url(re.compile("/login/"))
    until(phone_page, "caches.keys().then((names) => !names.length)")
    phone_page.context.set_offline(True)
    with pytest.raises(Error):
        phone_page.goto(walk)
    phone_page.context.set_offline(False)
