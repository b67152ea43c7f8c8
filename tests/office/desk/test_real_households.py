"""Ten real households, twenty months: from an empty database to issued bills, every fen held against the shadow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection.models import Receivable
from diansuo.office.desk import cycle, queries
from diansuo.office.desk.shadowing.report import shadow_month
from diansuo.office.metering.models import Consumption, Finding

pytestmark = pytest.mark.django_db

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "real_households"
ALL = Scope.everything()


def bring_in(kind: str, file: Path) -> None:
    now = timezone.now()
    batch, plan = operations.preview(file, file.name, kind, options=Options(), scope=ALL, user=None, now=now)
    assert batch.counts["refused"] == 0, plan.verdicts.table().to_dicts()
    operations.apply(batch, scope=ALL, now=now, plan=plan)


def run_month(period: int) -> Job:
    job = cycle.prepare(
        Station.objects.get(),
        period,
        issue_date=date(period // 100, period % 100, 3),
        user=None,
        now=timezone.now(),
    )
    return cycle.run(job, clock=timezone.now)


@pytest.fixture
def twenty_months(db: None) -> dict[int, Job]:
    """Import the archive, then month by month the readings and the cycle; return the jobs."""
    if not DATA.is_dir():
        pytest.skip(f"the real households are not there: {DATA}")
    bring_in("archive", DATA / "用户档案.xlsx")
    jobs = {}
    for file in sorted(DATA.glob("抄表数据_*")):
        period = int(file.stem[-6:])
        bring_in("readings", file)
        jobs[period] = run_month(period)
    return jobs


def test_twenty_months_end_as_they_should(twenty_months: dict[int, Job]) -> None:
    assert len(twenty_months) == 20
    assert Bill.objects.filter(state=Bill.State.ISSUED).count() == 176
    assert not Bill.objects.filter(state=Bill.State.DRAFT).exists()
    assert Consumption.objects.filter(status=Consumption.Status.OPENING).count() == 10
    assert Receivable.objects.count() == 176

    # Months without a reading are held with the reason, and the next reading settles them together.
    held = {
        (row.number[-3:], period): [words.title for words in row.findings]
        for period, job in twenty_months.items()
        for row in queries.held(ALL, job_id=job.pk)
    }
    not_yet_on_the_list = {("048", period) for period in list(twenty_months)[:8]}
    not_yet_on_the_list |= {("344", 202407), ("344", 202408)}
    unread = {("085", 202410), ("085", 202411), ("122", 202411), ("233", 202410)}
    assert set(held) == not_yet_on_the_list | unread
    assert {title for titles in held.values() for title in titles} == {"漏抄"}
    three_months = Bill.objects.get(contract__customer__number="4102000085", period=202412)
    assert (three_months.from_date, three_months.to_date) == (date(2024, 9, 1), date(2024, 12, 1))
    assert three_months.energy_wh == 1_297_290

    # The total rolls over while its parts do not; nothing is lost and the bill says so.
    rolled = Consumption.objects.get(rolled=True)
    assert (rolled.point.contract.customer.number, rolled.period) == ("4102000122", 202501)
    assert (rolled.total_wh, rolled.peak_wh, rolled.valley_wh) == (203_980, 145_040, 58_950)
    assert rolled.bill.lines.get(component=4).remainder_wh == -10

    # A zero month is billed as zero and marked.
    zero = Bill.objects.get(contract__customer__number="4102000085", period=202501)
    assert (zero.energy_wh, zero.amount_fen) == (0, 0)
    assert Finding.objects.filter(point=zero.consumption.point, period=202501, rule="A-ZERO").exists()

    # The first year began before the first register: its start is marked unknown, the next year's is known.
    assert not Bill.objects.filter(period__lt=202501, year_opening_known=True).exists()
    assert Bill.objects.get(contract__customer__number="4102000011", period=202501).year_opening_known


def test_every_bill_is_to_the_fen_what_the_shadow_engine_says(twenty_months: dict[int, Job]) -> None:
    reports = [shadow_month(ALL, period=period) for period in twenty_months]

    assert [row for report in reports for row in report.rows] == []
    assert sum(report.equal for report in reports) == 176


def test_running_every_month_again_changes_nothing(twenty_months: dict[int, Job]) -> None:
    before = list(Bill.objects.order_by("id").values())
    for period in twenty_months:
        run_month(period)
    assert list(Bill.objects.order_by("id").values()) == before
    assert Receivable.objects.count() == len(before)
