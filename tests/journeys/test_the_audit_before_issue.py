"""An auditor's hour in a real browser: two hundred findings cleared by keyboard alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Response, Route, expect

from tests.journeys import workbench
from tests.journeys.workbench import PERIOD, Workbench

MONTH = f"{PERIOD // 100}-{PERIOD % 100:02d}"
TO_CLEAR = 200
MOST_BYTES = 250_000
COUNT_POINTERS = """
window.pointers = 0;
for (const name of ["pointerdown", "mousedown", "touchstart"]) {
  window.addEventListener(name, (event) => { if (event.isTrusted) window.pointers += 1; }, true);
}
"""
PREPARE = """
from datetime import date
from pathlib import Path
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.desk import cycle
from diansuo.office.metering.models import Finding

file, scope, now = Path({file!r}), Scope.everything(), timezone.now()
batch, plan = operations.preview(file, file.name, "readings", options=Options(), scope=scope, user=None, now=now)
operations.apply(batch, scope=scope, now=now, plan=plan)
job = cycle.prepare(Station.objects.get(), {period}, issue_date=date(2024, 11, 3), user=None, now=now, until="audit")
cycle.run(job, clock=timezone.now)
Finding.objects.filter(period={period}, rule__startswith="A-").delete()
for bill in Bill.objects.filter(period={period}).select_related("consumption"):
    for rule, kind, figures in (
        ("A-UP", "", dict(energy_wh=bill.energy_wh, expected_wh=1000, last_wh=1000, year_ago_wh=-1)),
        ("A-PRICE", "household", dict(energy_wh=bill.energy_wh, most_wh=2000000)),
    ):
        Finding.objects.create(
            point_id=bill.consumption.point_id, period={period}, rule=rule, severity=1,
            detail=dict(kind=kind, figures=figures, basis=dict(energy_wh=bill.energy_wh), stake_fen=bill.amount_fen),
        )
"""


@pytest.fixture(scope="module")
def station(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Serve one station whose month is audited, with two findings about every bill."""
    folder = tmp_path_factory.mktemp("audit")
    with workbench.built_and_served(folder) as served:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment["DIANSUO_HOME"] = str(folder / "home")
        script = PREPARE.format(file=str(served.reading_list()), period=PERIOD)
        subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=120)
        yield served


@pytest.fixture
def page(desk_page: Page) -> Iterator[Page]:
    """A desk-wide page that must not complain, and whose mouse nobody touches."""
    complaints: list[str] = []
    desk_page.on(
        "console", lambda message: complaints.append(message.text) if message.type == "error" else None
    )
    desk_page.on("pageerror", lambda error: complaints.append(str(error)))
    yield desk_page
    assert complaints == []


def press_and_wait(page: Page, key: str) -> None:
    """Press a key that decides, once, and wait until another finding is shown with the focus on its row."""
    before = page.locator("#audit-finding").get_attribute("data-finding")
    with page.expect_response(lambda answer: answer.url.endswith("/decide/")) as decided:
        page.keyboard.press(key)
    assert decided.value.ok
    page.wait_for_function(
        "before => { const now = document.getElementById('audit-finding').dataset.finding;"
        " const row = document.activeElement.closest('li');"
        " return now !== before && row !== null && row.dataset.finding === now; }",
        arg=before,
    )


def test_an_auditor_clears_two_hundred_findings_without_the_mouse(
    page: Page, station: Workbench, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []

    def note(answer: Response) -> None:
        if answer.url.endswith("/decide/"):
            timing = answer.request.timing
            waits.append(timing["responseStart"] - timing["requestStart"])

    station.sign_in(page, "auditor")
    page.add_init_script(COUNT_POINTERS)
    page.on("response", note)
    opened = page.goto(f"{station.address}/cycle/1/{MONTH}/audit/")
    assert opened is not None
    size = len(opened.body())
    rows = page.locator("#audit-rows li")
    found = rows.count()
    assert found >= TO_CLEAR + 5
    expect(counted(page, "open")).to_have_text(str(found))

    page.keyboard.press("j")
    page.keyboard.press("k")
    for number in range(TO_CLEAR):
        press_and_wait(page, "h" if number % 10 == 9 else "r")

    expect(rows).to_have_count(found - TO_CLEAR)
    expect(counted(page, "open")).to_have_text(str(found - TO_CLEAR))
    assert page.evaluate("window.pointers") == 0
    page.reload()  # what the office kept, not what the page says
    expect(rows).to_have_count(found - TO_CLEAR)
    for state, count in (("open", found - TO_CLEAR), ("released", TO_CLEAR - 20), ("held", 20), ("site", 0)):
        expect(counted(page, state)).to_have_text(str(count))
    assert size < MOST_BYTES
    assert len(waits) == TO_CLEAR
    with capsys.disabled():
        tenths = statistics.quantiles(waits, n=10)
        print(  # noqa: T201
            f"\n{TO_CLEAR} decisions by keyboard, each answered in {statistics.median(waits):.0f} ms "
            f"(9 of 10 within {tenths[-1]:.0f} ms, at most {max(waits):.0f} ms); the page has {size:,} bytes"
        )


def counted(page: Page, state: str) -> Locator:
    """Return how many findings the tab of a state says there are."""
    return page.locator(f".audit-list .tabs [data-state={state}]")


def test_a_slip_is_taken_back_and_several_are_marked_by_keyboard(page: Page, station: Workbench) -> None:
    station.sign_in(page, "auditor")
    page.goto(f"{station.address}/cycle/1/{MONTH}/audit/")
    rows = page.locator("#audit-rows li")
    found = rows.count()
    slip = page.locator("#audit-finding").get_attribute("data-finding")
    press_and_wait(page, "h")
    page.keyboard.press("u")
    expect(page.get_by_text("已撤回，1 条回到待审核")).to_be_visible()
    expect(page.locator("#audit-finding")).to_have_attribute("data-finding", slip or "")
    expect(rows).to_have_count(found)

    page.keyboard.press(" ")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    expect(page.locator(".audit-many b")).to_have_text("2")
    page.keyboard.press("e")
    page.keyboard.type("用电属实 r")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(rows).to_have_count(found - 2)

    page.keyboard.press("?")
    expect(page.locator("#audit-keys")).to_be_visible()


def test_a_decision_overtakes_a_finding_that_is_still_being_opened(page: Page, station: Workbench) -> None:
    held: list[Route] = []
    station.sign_in(page, "auditor")
    page.goto(f"{station.address}/cycle/1/{MONTH}/audit/")
    rows = page.locator("#audit-rows li")
    found = rows.count()
    for slow in ("**/audit/finding/*/", "**/audit/decide/"):
        page.route(slow, lambda route: held.append(route))

    page.keyboard.press(" ")
    with page.expect_request("**/audit/finding/*/"):
        page.keyboard.press("j")
    with page.expect_request("**/audit/decide/"):
        page.keyboard.press("r")
    while len(held) < 2:
        page.wait_for_timeout(20)
    opening, deciding = held
    opening.continue_()
    page.wait_for_timeout(500)
    deciding.continue_()

    expect(rows).to_have_count(found - 1)
    page.wait_for_function(
        "document.activeElement.closest('li')?.dataset.finding"
        " === document.getElementById('audit-finding').dataset.finding"
    )
    expect(page.get_by_role("button", name="撤回刚才的 1 条")).to_be_visible()
