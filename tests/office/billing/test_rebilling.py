"""Issued months put right (退补): through the real cycle, each kind of error, to the fen; issued bills never change."""

from __future__ import annotations

from typing import Any

import pytest

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import ContractTerm, MeterInstallation
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill, ClosedYear, Correction, CorrectionMonth
from diansuo.office.billing.rebilling import operations, wording
from diansuo.office.billing.rebilling.uses import Held
from diansuo.office.collection.models import Payment, Receivable
from tests.office.billing.rebilled import Kind, amounts, asked, billed, every_bill, issued, seen
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def proposer() -> User:
    return sheet.person("proposer", "propose_corrections")


@pytest.fixture
def approver() -> User:
    return sheet.person("approver", "approve_corrections")


def test_missed_energy_of_the_worked_example_moves_the_steps_of_the_months_after_it(
    station: Station,
) -> None:
    point = months.opened_household(station, "01")
    months.run(station, 202407)
    for period, kwh in ((202408, 2150), (202409, 2570), (202410, 3020), (202411, 3280)):
        months.read(point, period, kwh)
        months.run(station, period)
    found = seen(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"))
    # 420 → 620: 200 × 0.56; then 60 × 0.05 more in step 2; then 140 × 0.05 (docs/rules/back-billing.md)
    assert amounts(found) == {202409: 11_200, 202410: 300, 202411: 700}
    assert found.amount_fen == 12_200
    assert [month.follows for month in found.months] == [False, True, True]
    assert all(sum(line.amount_fen for line in month.lines) == month.amount_fen for month in found.months)


def test_what_an_issued_correction_charges_falls_due_and_the_issued_bills_stay_as_they_are(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    before = every_bill()
    made = issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"), proposer, approver)
    assert every_bill() == before
    assert made.state == "issued"
    receivable = Receivable.objects.get(correction=made)
    assert receivable.amount_fen == made.amount_fen > 0
    assert sum(made.months.values_list("amount_fen", flat=True)) == made.amount_fen
    for month in made.months.all():
        assert sum(month.lines.values_list("amount_fen", flat=True)) == month.amount_fen


def test_a_refund_becomes_credit_and_settles_what_is_open(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    made = issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="-100"), proposer, approver)
    assert made.amount_fen < 0
    payment = Payment.objects.get()
    assert (payment.amount_fen, payment.channel) == (-made.amount_fen, "退补")
    assert payment.allocated_fen == payment.amount_fen
    assert Receivable.objects.order_by("due_date").first().paid_fen == payment.amount_fen


CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    (Kind.METER_ERROR, 202408, 202410, {"error_percent": "-5"}),
    (Kind.WIRING, 202408, 202409, {"fault": "four_wire_one_phase_lost"}),
    (Kind.RATIO, 202409, 202409, {"booked_ratio": "150/5", "actual_ratio": "200/5"}),
    (Kind.MULTIPLIER, 202408, 202411, {"booked_multiplier": "1", "real_multiplier": "2"}),
    (Kind.CLASS, 202408, 202411, {"price_class": "3"}),
    (Kind.CLASS, 202408, 202409, {"price_class": "3"}),
    (Kind.MISSED, 202408, 202410, {"energy_kwh": "33.33"}),
    (Kind.READING, 202409, 202409, {"right_kwh": "3260"}),
    (Kind.CANCEL, 202408, 202408, {}),
]


@pytest.mark.parametrize(("kind", "first", "last", "facts"), CASES)
def test_every_kind_is_issued_once_and_the_same_again_gives_nothing(
    station: Station, proposer: User, approver: User, kind: str, first: int, last: int, facts: dict[str, Any]
) -> None:
    point = billed(station)
    wanted = asked(point, kind, first, last, **facts)
    made = issued(wanted, proposer, approver)
    assert made.months.exists()
    again = seen(wanted)
    assert (again.months, again.amount_fen) == ((), 0)
    with pytest.raises(operations.UnableToDo, match="没有差额"):
        operations.propose(builder.ALL, wanted, reason="再来", user=proposer, now=builder.NOW)


def test_the_same_error_found_more_exactly_charges_only_the_rest(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    whole = seen(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200")).amount_fen
    first = issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="150"), proposer, approver)
    second = issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"), proposer, approver)
    assert first.amount_fen + second.amount_fen == whole


def test_two_errors_of_one_month_both_count(station: Station, proposer: User, approver: User) -> None:
    point = billed(station)
    issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="50"), proposer, approver)
    second = seen(asked(point, Kind.MULTIPLIER, 202409, 202409, booked_multiplier="1", real_multiplier="2"))
    assert second.months[0].right.energy_wh == 2 * 420_000 + 50_000


def test_half_the_time_counts_for_a_meter_error_and_the_energy_stands_in_the_later_half(
    station: Station,
) -> None:
    point = billed(station)
    found = seen(asked(point, Kind.METER_ERROR, 202408, 202411, error_percent="-5"))
    # (1740 + 420 + 450 + 260) × (1/0.95 − 1) ÷ 2 = 75.526… kWh
    assert found.energy_wh == 75_530
    moved = {month.period: month.energy_wh for month in found.months if month.energy_wh}
    assert 202408 not in moved


def test_a_wrong_connection_multiplies_what_was_read(station: Station) -> None:
    found = seen(asked(billed(station), Kind.WIRING, 202410, 202410, fault="four_wire_one_phase_lost"))
    assert found.months[0].energy_wh == 225_000  # K = 3/2 of 450 kWh


def test_a_wrong_reading_takes_from_one_month_what_it_gives_the_next(station: Station) -> None:
    found = seen(asked(billed(station), Kind.READING, 202409, 202409, right_kwh="3060"))
    assert {month.period: month.energy_wh for month in found.months if month.energy_wh} == {
        202409: -100_000,
        202410: 100_000,
    }


def test_a_cancelled_month_gives_back_all_and_the_steps_of_later_months_follow(station: Station) -> None:
    point = billed(station)
    found = seen(asked(point, Kind.CANCEL, 202408, 202408))
    cancelled = Bill.objects.get(period=202408)
    assert found.months[0].amount_fen == -cancelled.amount_fen
    assert any(month.follows and month.amount_fen < 0 for month in found.months[1:])


def test_the_next_month_begins_after_the_corrected_year(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"), proposer, approver)
    months.read(point, 202412, 3970)
    months.run(station, 202412)
    assert Bill.objects.get(period=202412).year_to_date_wh == 2_870_000 + 200_000


def test_the_proposer_cannot_approve_and_nothing_is_issued_before_approval(
    station: Station, proposer: User
) -> None:
    point = billed(station)
    both = sheet.person("proposer", "propose_corrections", "approve_corrections")
    made = operations.propose(
        builder.ALL,
        asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"),
        reason="漏抄",
        user=both,
        now=builder.NOW,
    )
    with pytest.raises(operations.UnableToDo, match="另一人"):
        operations.approve(made, user=User.objects.get(pk=both.pk), now=builder.NOW)
    with pytest.raises(operations.UnableToDo, match="待审批"):
        operations.issue(made, user=both, now=builder.NOW)
    assert not Receivable.objects.filter(correction__isnull=False).exists()


def test_a_correction_above_the_limit_needs_two_persons_besides_the_proposer(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    made = operations.propose(
        builder.ALL,
        asked(point, Kind.MISSED, 202409, 202409, energy_kwh="60000"),
        reason="漏抄",
        user=proposer,
        now=builder.NOW,
    )
    assert made.amount_fen >= 2_000_000
    first = operations.approve(made, user=approver, now=builder.NOW)
    assert (first.state, first.agreed_by, first.approved_by) == ("proposed", approver, None)
    with pytest.raises(operations.UnableToDo, match="待审批"):
        operations.issue(made, user=approver, now=builder.NOW)
    with pytest.raises(operations.UnableToDo, match="还需要另一人"):
        operations.approve(made, user=approver, now=builder.NOW)
    other = sheet.person("other", "approve_corrections")
    second = operations.approve(made, user=other, now=builder.NOW)
    assert (second.state, second.agreed_by, second.approved_by) == ("approved", approver, other)
    assert operations.issue(made, user=other, now=builder.NOW).state == "issued"


def test_a_withdrawn_correction_leaves_nothing_and_frees_the_point(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    wanted = asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200")
    made = operations.propose(builder.ALL, wanted, reason="漏抄", user=proposer, now=builder.NOW)
    with pytest.raises(operations.UnableToDo, match="先发行或撤回"):
        operations.propose(builder.ALL, wanted, reason="漏抄", user=proposer, now=builder.NOW)
    operations.withdraw(made, user=proposer, now=builder.NOW)
    assert issued(wanted, proposer, approver).amount_fen == seen_amount(made)


def seen_amount(made: Correction) -> int:
    return sum(CorrectionMonth.objects.filter(correction=made).values_list("amount_fen", flat=True))


def test_a_later_bill_issued_meanwhile_makes_the_approved_sum_void(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    made = operations.propose(
        builder.ALL,
        asked(point, Kind.MISSED, 202409, 202409, energy_kwh="2000"),
        reason="漏抄",
        user=proposer,
        now=builder.NOW,
    )
    operations.approve(made, user=approver, now=builder.NOW)
    months.read(point, 202412, 3970)
    months.run(station, 202412)
    with pytest.raises(operations.UnableToDo, match="重新提交"):
        operations.issue(made, user=approver, now=builder.NOW)
    assert not Receivable.objects.filter(correction__isnull=False).exists()


@pytest.mark.parametrize(
    ("kind", "period", "facts", "said"),
    [
        (Kind.READING, 202409, {"right_kwh": "2000"}, "与示数矛盾"),
        (Kind.READING, 202409, {"right_kwh": "9000"}, "与示数矛盾"),
        (Kind.READING, 202411, {"right_kwh": "3800"}, "自动找平"),
        (Kind.MISSED, 202409, {"energy_kwh": "-500"}, "还多"),
        (Kind.MISSED, 202409, {"energy_kwh": "viel"}, "没有填或填错"),
        (Kind.MISSED, 202401, {"energy_kwh": "1"}, "没有已发行的账单"),
        (Kind.WIRING, 202409, {"fault": "three_wire_u_lost"}, "功率因数"),
        (Kind.METER_ERROR, 202409, {"error_percent": "-100"}, "不走"),
        (Kind.CLASS, 202409, {"price_class": "6"}, "两部制"),
    ],
)
def test_what_contradicts_or_is_missing_is_said_and_nothing_is_stored(
    station: Station, proposer: User, kind: str, period: int, facts: dict[str, str], said: str
) -> None:
    point = billed(station)
    with pytest.raises(Held) as problem:
        operations.propose(
            builder.ALL,
            asked(point, kind, period, period, **facts),
            reason="x",
            user=proposer,
            now=builder.NOW,
        )
    assert said in wording.held(problem.value.record())
    assert not Correction.objects.exists()


def test_a_closed_year_is_corrected_no_more_until_it_is_opened(station: Station) -> None:
    wanted = asked(billed(station), Kind.MISSED, 202409, 202409, energy_kwh="200")
    operations.close_year(station, 2024, user=None, now=builder.NOW)
    with pytest.raises(Held) as problem:
        seen(wanted)
    assert "已关账" in wording.held(problem.value.record())
    assert operations.open_year(station, 2024)
    assert seen(wanted).amount_fen and not ClosedYear.objects.exists()


def test_a_bill_that_does_not_recompute_is_not_corrected_on_top(station: Station) -> None:
    point = billed(station)
    Bill.objects.filter(period=202409).update(amount_fen=1)
    with pytest.raises(Held) as problem:
        seen(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"))
    assert "差额另有原因" in wording.held(problem.value.record())


def test_what_the_archive_says_today_tells_the_months_that_differ(station: Station) -> None:
    point = billed(station)
    assert seen(asked(point, Kind.ARCHIVE, 202408, 202411)).months == ()
    MeterInstallation.objects.filter(point=point).update(multiplier=2)
    ContractTerm.objects.filter(contract=point.contract).update(
        price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    found = seen(asked(point, Kind.ARCHIVE, 202408, 202411))
    assert [month.right.energy_wh for month in found.months] == [3_480_000, 840_000, 900_000, 520_000]
    assert all(month.right.price_class is PriceClass.RESIDENTIAL_SHARED for month in found.months)
