"""What goes out is what was confirmed: figures that moved meanwhile stop the issue before its first bill."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import jobs
from diansuo.office.base.models import Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection.models import Receivable
from diansuo.office.desk import cycle, issuing
from diansuo.office.desk.closing import operations as closing
from diansuo.office.metering.models import RegisterReading
from tests.office.base.people import superuser_with
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
PERIOD = 202408


@pytest.fixture
def station() -> Station:
    """Two households audited and ready to be issued."""
    made = builder.make_station()
    points = [opened_household(made, number) for number in ("01", "02")]
    run(made, 202407)
    for point in points:
        read(point, PERIOD, 1100)
    run(made, PERIOD, until="audit")
    return made


def issue(station: Station, confirmed: issuing.Standing) -> Job:
    job = cycle.prepare(
        station, PERIOD, issue_date=date(2024, 8, 3), user=None, now=builder.NOW, confirmed=confirmed
    )
    return jobs.run(job.pk, clock=lambda: builder.NOW)


def standing(station: Station) -> issuing.Standing:
    return issuing.standing(Scope.everything(), station_id=station.pk, period=PERIOD)


def test_what_is_as_confirmed_goes_out(station: Station) -> None:
    seen = standing(station)
    assert seen == issuing.Standing(2, 2 * 5600)

    issue(station, seen)

    assert Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED).count() == 2
    assert standing(station) == seen


def test_a_month_that_moved_since_is_not_issued_at_all(station: Station) -> None:
    seen = standing(station)
    RegisterReading.objects.filter(period=PERIOD, point__contract__customer__number="02").update(
        register_wh=1_300_000
    )
    job = Job.objects.get(key=cycle.job_key(station.pk, PERIOD))
    job.basis = "another"
    job.save()

    with pytest.raises(issuing.NotAsConfirmed, match=r"112\.00 元，现在是 2 笔 224\.00 元"):
        issue(station, seen)

    assert not Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED).exists()
    assert not Receivable.objects.filter(period=PERIOD).exists()
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
    # What it is now can be confirmed and goes out.
    issue(station, standing(station))
    assert Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED).count() == 2


def test_a_supply_closed_and_billed_meanwhile_leaves_the_sum_as_it_is(station: Station) -> None:
    seen = standing(station)
    first = Bill.objects.filter(period=PERIOD).order_by("pk")[0].consumption.point_id
    contract = MeteringPoint.objects.select_related("contract__customer__station").get(pk=first).contract
    closing.bill(contract, PERIOD, user=None, today=date(2024, 8, 3), now=builder.NOW)
    assert Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED).count() == 1

    issue(station, seen)

    assert Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED).count() == 2


def test_the_page_hands_on_what_it_showed(station: Station, client: Client) -> None:
    client.force_login(superuser_with("run_cycle"))
    address = reverse("cycle_issue", args=[station.pk, PERIOD])
    page = client.get(address).content.decode()
    assert 'name="bills" value="2"' in page
    assert 'name="amount_fen" value="11200"' in page

    client.post(address, {"issue_date": "2024-08-03", "bills": "2", "amount_fen": "11200"})
    job = Job.objects.get(key=cycle.job_key(station.pk, PERIOD))
    assert job.options["confirmed"] == {"bills": 2, "amount_fen": 11200}

    client.post(address, {"issue_date": "2024-08-03"})
    assert "confirmed" in Job.objects.get(pk=job.pk).options
