"""What is kept of a station's month is what its bills come to, whatever was run, dropped, corrected or withdrawn."""

from __future__ import annotations

import random

import pytest
from django.db import transaction
from django.test import Client

from diansuo.office.base import revision
from diansuo.office.base.models import Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries as billing
from diansuo.office.billing.models import Bill, Correction, CorrectionMonth, MonthSum
from diansuo.office.billing.sums import operations, queries
from diansuo.office.metering.models import RegisterReading
from tests.office.base import pages
from tests.office.billing import rebilled
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder
from tests.reference.month_sum_twin import counted, disagreeing

pytestmark = pytest.mark.django_db
STAGES = ("bill", "audit", "issue", "")


def kept() -> list[tuple[object, ...]]:
    columns = ("station", "period", "issued", "unissued", "energy_wh", "amount_fen")
    return list(MonthSum.objects.order_by("station", "period").values_list(*columns))


@pytest.mark.parametrize("seed", range(4))
def test_months_run_in_any_way_keep_the_sums_of_their_bills(seed: int) -> None:
    dice = random.Random(seed)
    station = builder.make_station()
    points = [opened_household(station, f"80{at}") for at in range(4)]
    run(station, 202407)
    for period in (202408, 202409):
        for at, point in enumerate(points):
            if dice.random() < 0.7:
                read(point, period, 1000 + (period - 202407) * 200 + at)
        for _again in range(3):
            run(station, period, until=dice.choice(STAGES))
            assert disagreeing() == []
            unread = [one for one in points if not one.readings.filter(period=period).exists()]
            if unread and dice.random() < 0.5:
                read(dice.choice(unread), period, 1000 + (period - 202407) * 210)
            elif dice.random() < 0.5:
                late = RegisterReading.objects.filter(period=period, point__in=points).last()
                if late and not Bill.objects.filter(consumption__point=late.point, period=period, state=1):
                    RegisterReading.objects.filter(pk=late.pk).update(register_wh=late.register_wh + 5_000)
            revision.bump([station.pk])
    assert Bill.objects.exists()
    before = kept()
    operations.recount()
    assert kept() == before


def test_a_write_that_is_undone_leaves_the_sums_as_they_were() -> None:
    station = builder.make_station()
    rebilled.billed(station)
    before, version = kept(), queries.state(Scope.everything(), station.pk, [202408])

    with pytest.raises(RuntimeError), transaction.atomic():
        operations.add_drafts(station.pk, 202408, 3, 1, 9)
        assert queries.state(Scope.everything(), station.pk, [202408]) != version
        raise RuntimeError

    assert (kept(), queries.state(Scope.everything(), station.pk, [202408])) == (before, version)


def test_corrections_stand_beside_the_bills_and_never_in_their_sums(
    client: Client,
) -> None:
    station = builder.make_station()
    point = rebilled.billed(station)
    user = User.objects.create(username="county", is_superuser=True)
    client.force_login(user, pages.BACKEND)
    before = kept()
    assert "退补" not in _months_table(client)

    bill = Bill.objects.get(period=202408)
    for state, fen in ((Correction.State.ISSUED, -1_234), (Correction.State.WITHDRAWN, 77_700)):
        correction = Correction.objects.create(
            contract=bill.contract, point=point, kind=Correction.Kind.READING, from_period=202408,
            to_period=202408, reason="r", state=state, digest="d", energy_wh=-20_000, amount_fen=fen,
            proposed_at=builder.NOW, approved_by=user,
        )  # fmt: skip
        CorrectionMonth.objects.create(
            correction=correction, bill=bill, period=202408, energy_wh=-20_000, amount_fen=fen, right_fen=0,
            issued_fen=0, counted_wh=0, counted_in=202408, year_to_date_wh=0, use={},
        )  # fmt: skip

    assert (kept(), disagreeing()) == (before, [])
    table = _months_table(client)
    assert "退补" in table and "-12.34" in table and "777.00" not in table
    assert queries.corrected(Scope.everything()) == {202408: (-20_000, -1_234)}


def _months_table(client: Client) -> str:
    page = client.get("/bills/").content.decode()
    return page[page.index("<table") : page.index("</table>")]


def test_a_viewer_sees_the_sums_of_their_own_stations() -> None:
    mine = builder.make_station()
    rebilled.billed(mine)
    other = Station.objects.create(company=mine.company, name="Other")
    scope, stranger = Scope(frozenset([mine.pk])), Scope(frozenset([other.pk]))
    sums = counted()

    assert [row["period"] for row in queries.months(scope)] == sorted(
        {period for _at, period in sums}, reverse=True
    )
    for row in queries.months(scope):
        whole = sums[mine.pk, row["period"]]
        assert (row["issued"], row["drafts"]) == (whole["issued"], whole["unissued"])
        assert (row["energy_wh"], row["amount_fen"]) == (whole["energy_wh"], whole["amount_fen"])
    assert (queries.months(stranger), queries.periods(stranger)) == ([], [])
    assert billing.bills(scope, period=202408).count() == sums[mine.pk, 202408]["issued"]
    assert not billing.bills(stranger, period=202408).exists()
