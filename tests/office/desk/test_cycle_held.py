"""The run page says what holds bills rule by rule: how many, the first few, and all of one rule on request."""

from __future__ import annotations

import pytest
from django.test import Client

from diansuo.office.base.models import Staff, Station
from diansuo.office.desk import held_queries, queries
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


def station_with_five_missed_readings() -> Station:
    station = builder.make_station()
    for number in ("001", "002", "003", "004", "005"):
        months.opened_household(station, number)
    months.run(station, 202407)
    months.run(station, 202408, until="audit")
    return station


def test_a_rule_is_counted_and_its_first_few_are_listed_by_number() -> None:
    station = station_with_five_missed_readings()
    job = queries.cycle_job(builder.ALL, station_id=station.pk, period=202408)
    assert job is not None
    (group,) = held_queries.held(builder.ALL, job_id=job.pk, rows=3)
    assert (group.rule, group.customers, group.more) == ("R-MISSING", 5, True)
    assert [row.number for row in group.rows] == ["001", "002", "003"]
    (whole,) = held_queries.held(builder.ALL, job_id=job.pk, rows=200, rule="R-MISSING")
    assert (len(whole.rows), whole.more) == (5, False)
    assert held_queries.held(builder.ALL, job_id=job.pk, rows=200, rule="R-SUM") == []


def test_the_page_links_from_the_few_to_the_whole_rule() -> None:
    station = station_with_five_missed_readings()
    user = sheet.person("auditor", "run_cycle")
    Staff.objects.create(station=station, name="auditor", user=user)
    client, address = Client(), f"/cycle/{station.pk}/2024-08/"
    client.force_login(user)
    few = client.get(address).content.decode()
    assert "?rule=R-MISSING#held" in few
    assert few.count("#findings") == 3
    assert client.get(address, {"rule": "R-MISSING"}).content.decode().count("#findings") == 5
