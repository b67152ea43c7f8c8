"""The audit inside the cycle: what it holds, who lets it out, what a decision is worth when the month runs again."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.office.archive.models import ContractTerm, MeteringPoint, MeteringSide, YearOpening
from diansuo.office.base import revision
from diansuo.office.base.models import Staff, Station, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import details, frequency, operations, queries, reopening, usefulness
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding, RegisterReading
from tests.office.billing.sheets import sheet
from tests.office.desk import commercial_month, months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

PERIOD = 202408
Severity = Finding.Severity


def auditor(station: Station, name: str = "auditor", *rights: str) -> User:
    user = sheet.person(name, *(rights or ("run_cycle",)))
    Staff.objects.create(station=station, name=name, user=user)
    return user


def station_with_a_large_month(reader: str = "李四") -> tuple[Station, MeteringPoint]:
    """001 used 6,500 kWh on 8 kVA: more than these carry, less than the reading checks hold; 002 used 100."""
    station = builder.make_station()
    point = months.opened_household(station, "001", reader=reader)
    other = months.opened_household(station, "002")
    months.read(point, PERIOD, 7500)
    months.read(other, PERIOD, 1100)
    months.run(station, 202407)
    return station, point


def finding(rule: str = "A-MAX") -> Finding:
    return Finding.objects.get(rule=rule, period=PERIOD)


def corrected(point: MeteringPoint, kwh: int) -> None:
    """Correct the month's reading, as entry and import do: what stands on it is computed anew."""
    RegisterReading.objects.filter(point=point, period=PERIOD).update(register_wh=kwh * 1000)
    revision.bump([point.station_id])


def issued() -> set[str]:
    rows = Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED)
    return set(rows.values_list("contract__customer__number", flat=True))


def release(user: User, *found: Finding, reason: str = "已核对示数") -> dict[str, int]:
    return operations.decide(user, [one.pk for one in found], "released", reason, builder.NOW)


def test_a_blocking_finding_holds_its_bill_until_it_is_released_and_nobody_elses() -> None:
    station, _point = station_with_a_large_month()
    job = months.run(station, PERIOD)
    assert issued() == {"002"}
    assert months.reasons(job) == {"001": ["超理论最大电量（审核）"]}

    counts = release(auditor(station), finding())
    assert counts == {"decided": 1, "released": 1, "held": 0, "site": 0, "orders": 0}
    months.run(station, PERIOD)
    assert issued() == {"001", "002"}
    kept = AuditDecision.objects.get()
    assert (kept.decided_by.username, kept.reason, kept.rule) == ("auditor", "已核对示数", "A-MAX")
    assert finding().severity == Severity.INFO


def test_releases_in_bulk_survive_running_the_month_again_while_the_figures_stay() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    both = [finding("A-MAX"), finding("A-PRICE")]
    assert release(auditor(station), *both)["released"] == 2
    revision.bump([station.pk])
    months.run(station, PERIOD, until="audit")
    again = [finding("A-MAX"), finding("A-PRICE")]
    assert [one.severity for one in again] == [Severity.INFO, Severity.INFO]
    assert not Bill.objects.filter(period=PERIOD, state=Bill.State.ISSUED).exists()
    months.run(station, PERIOD)
    assert issued() == {"001", "002"}


def test_a_changed_figure_asks_again() -> None:
    station, point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    release(auditor(station), finding())
    corrected(point, 7600)
    months.run(station, PERIOD)
    assert finding().severity == Severity.BLOCKING
    assert issued() == {"002"}
    (row,) = queries.findings(builder.ALL, PERIOD, rule="A-MAX")
    assert (row.standing, row.blocking, row.decision) == ("open", True, None)


def test_a_corrected_reading_takes_the_finding_away_and_counts_for_the_rule() -> None:
    station, point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    operations.decide(auditor(station), [finding().pk], "held", "示数像是多抄", builder.NOW)
    corrected(point, 1650)
    months.run(station, PERIOD)
    assert issued() == {"001", "002"}
    assert not Finding.objects.filter(rule="A-MAX").exists()
    (of_rule,) = usefulness.usefulness(builder.ALL, PERIOD, PERIOD, rule="A-MAX")
    assert (of_rule.found, of_rule.corrected, of_rule.released, of_rule.open) == (1, 1, 0, 0)
    assert of_rule.corrected_fen > 0


def test_a_warning_that_somebody_holds_keeps_the_bill_in() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    user = auditor(station)
    release(user, finding("A-MAX"))
    operations.decide(user, [finding("A-PRICE").pk], "held", "核实用电性质", builder.NOW)
    months.run(station, PERIOD)
    assert issued() == {"002"}
    assert finding("A-PRICE").severity == Severity.BLOCKING


def test_sending_somebody_makes_a_task_and_who_was_sent_does_not_release() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD)
    user, reader = auditor(station), sheet.person("reader", "run_cycle")
    Staff.objects.filter(station=station, name="李四").update(user=reader)
    counts = operations.decide(user, [finding().pk], "site", "看铭牌和表", builder.NOW)
    assert (counts["site"], counts["orders"]) == (1, 1)
    order = WorkOrder.objects.get()
    assert (order.customer_number, order.assignee.name, order.source) == ("001", "李四", "bill")
    assert "看铭牌和表" in order.instruction
    assert finding().severity == Severity.BLOCKING

    with pytest.raises(operations.UnableToDecide, match="另一人"):
        release(reader, finding())
    assert AuditDecision.objects.count() == 1
    release(user, finding(), reason="现场属实")
    assert finding().severity == Severity.INFO
    (of_rule,) = usefulness.usefulness(builder.ALL, PERIOD, PERIOD, rule="A-MAX")
    assert (of_rule.sent, of_rule.confirmed, of_rule.released) == (1, 0, 1)


def test_nobody_to_send_is_said_and_nothing_is_decided() -> None:
    station, _point = station_with_a_large_month(reader="")
    months.run(station, PERIOD)
    with pytest.raises(operations.UnableToDecide, match="指定"):
        operations.decide(auditor(station), [finding().pk], "site", "看表", builder.NOW)
    assert not AuditDecision.objects.exists()
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("rights", "decision", "reason"),
    [("enter_readings", "released", "好"), ("run_cycle", "released", " "), ("run_cycle", "gone", "好")],
)
def test_without_right_reason_or_known_decision_nothing_changes(
    rights: str, decision: str, reason: str
) -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD)
    user = auditor(station, "someone", rights)
    with pytest.raises(operations.UnableToDecide):
        operations.decide(user, [finding().pk], decision, reason, builder.NOW)
    assert not AuditDecision.objects.exists()
    assert finding().severity == Severity.BLOCKING


def test_findings_of_another_station_cannot_be_decided_nor_seen() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD)
    stranger = auditor(builder.make_station("西村供电所"), "stranger")
    with pytest.raises(operations.UnableToDecide, match="不存在"):
        release(stranger, finding())
    assert queries.findings(Scope.of(stranger), PERIOD) == []
    assert details.finding(Scope.of(stranger), finding().pk) is None
    assert not AuditDecision.objects.exists()


def test_nothing_is_decided_about_a_bill_that_is_out() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    user = auditor(station)
    assert queries.open_count(builder.ALL, PERIOD, station_id=station.pk) == 2
    release(user, finding("A-MAX"))
    months.run(station, PERIOD)
    assert queries.open_count(builder.ALL, PERIOD, station_id=station.pk) == 0
    for decision in ("held", "released"):
        with pytest.raises(operations.UnableToDecide, match="已发行"):
            operations.decide(user, [finding("A-PRICE").pk], decision, "晚了", builder.NOW)
    assert AuditDecision.objects.count() == 1
    assert finding("A-PRICE").severity == Severity.WARNING
    assert issued() == {"001", "002"}


def test_the_desk_reads_counts_rows_and_one_finding_with_everything() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD)
    counts = {one.rule: one for one in queries.by_rule(builder.ALL, PERIOD)}
    assert (counts["A-MAX"].found, counts["A-MAX"].open, counts["A-MAX"].blocking) == (1, 1, 1)
    assert counts["A-MAX"].stake_fen > 0
    (row,) = queries.findings(builder.ALL, PERIOD, rule="A-MAX", state="open")
    assert (row.number, row.expected, row.energy_wh) == ("001", "不超过 5,952.00 千瓦时", 6_500_000)
    found = details.finding(builder.ALL, row.id)
    assert found is not None
    assert [one.period for one in found.months] == [202407, PERIOD]
    assert found.months[-1].amount_fen == row.amount_fen
    assert [one.multiplier for one in found.installations] == [1]
    assert found.term is not None
    assert len(found.readings) == 2
    assert [one.rule for one in found.others] == ["A-PRICE"]


def test_a_sudden_month_is_found_once_by_the_sharper_rule() -> None:
    station = builder.make_station()
    point = months.opened_household(station, "001")
    for period, kwh in ((202407, None), (202408, 1200), (202409, 1400), (202410, 2200)):
        if kwh:
            months.read(point, period, kwh)
        months.run(station, period)
    rules = set(Finding.objects.filter(period=202410).values_list("rule", "severity"))
    assert ("A-UP", Severity.WARNING) in rules  # of one year only: it warns
    assert not Finding.objects.filter(period=202410, rule="R-HISTORY").exists()


def test_a_point_that_fell_out_of_the_month_is_named() -> None:
    station = builder.make_station()
    point = months.opened_household(station, "001")
    months.read(point, PERIOD, 1200)
    months.run(station, 202407)
    months.run(station, PERIOD)
    ContractTerm.objects.filter(contract=point.contract).update(valid_to=date(2024, 8, 15))
    months.run(station, 202409)
    found = Finding.objects.get(rule="A-MISSING")
    assert (found.period, found.expected, found.severity) == (202409, 200_000, Severity.WARNING)


def test_beside_another_system_the_audit_warns_and_holds_nothing() -> None:
    station, _point = station_with_a_large_month()
    Station.objects.filter(pk=station.pk).update(mode=Station.Mode.BESIDE)
    months.run(Station.objects.get(pk=station.pk), PERIOD, until="audit")
    assert finding().severity == Severity.WARNING


def test_the_loss_of_a_customer_metered_low_is_estimated_from_its_nameplate(sample_prices: str) -> None:
    station = builder.make_station()
    point = commercial_month.single(station, "101", metering_side=MeteringSide.HIGH_LOW)
    commercial_month.transformer(point, "T1", 100_000)
    with_loss = commercial_month.single(station, "102", metering_side=MeteringSide.HIGH_LOW, loss_method=1)
    commercial_month.transformer(with_loss, "T1", 100_000)
    sheet.approved(202407)
    held = commercial_month.held(station)
    assert held == {}
    found = Finding.objects.get(rule="A-METERING")
    charged = Bill.objects.get(consumption__point=with_loss, period=PERIOD).transformer_loss_wh
    assert found.point_id == point.pk
    assert found.expected == charged  # what a customer alike in everything is charged
    assert found.detail["stake_fen"] > 0


def test_a_bill_computed_anew_after_its_release_is_asked_about_again() -> None:
    """Same reading, another year before it: the money is no longer what was released."""
    station, point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    release(auditor(station), finding("A-MAX"))
    before = Bill.objects.get(consumption__point=point, period=PERIOD).amount_fen
    YearOpening.objects.create(contract=point.contract, year=2024, energy_wh=3_000_000)
    months.rerun(station, PERIOD)
    assert Bill.objects.get(consumption__point=point, period=PERIOD).amount_fen > before
    assert issued() == {"002"}
    (row,) = queries.findings(builder.ALL, PERIOD, rule="A-MAX")
    assert (row.standing, row.blocking, row.decision) == ("open", True, None)
    kept = details.finding(builder.ALL, row.id)
    assert kept is not None
    assert [one.decision for one in kept.decisions] == [
        "released"
    ]  # it stays on record, of the figures it was about


def test_findings_are_counted_by_month_per_thousand_bills() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD)
    often = frequency.frequency(builder.ALL, PERIOD, station_id=station.pk)
    assert (often.periods[0], often.periods[-1], often.bills[-1]) == (202308, PERIOD, 2)
    assert {rule: shares[-1] for rule, _title, shares in often.rows} == {"A-MAX": 5000, "A-PRICE": 5000}
    assert (often.total[-1], often.total[0]) == (10_000, None)
    assert frequency.frequency(builder.ALL, PERIOD, station_id=station.pk + 1).rows == ()


def test_of_two_auditors_the_later_decides_and_both_stay_on_record() -> None:
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    first, second = auditor(station), auditor(station, "second")
    release(first, finding())
    operations.decide(second, [finding().pk], "held", "倍率存疑", builder.NOW)
    with pytest.raises(operations.UnableToDecide, match="只能撤回自己"):
        reopening.reopen(first, {finding().pk: int(Severity.BLOCKING)}, builder.NOW)
    months.run(station, PERIOD)
    assert issued() == {"002"}
    assert list(AuditDecision.objects.order_by("id").values_list("decided_by__username", "decision")) == [
        ("auditor", "released"),
        ("second", "held"),
    ]


def test_a_decision_about_a_month_that_changed_under_the_desk_is_refused_whole() -> None:
    """The list on the screen is older than the month: nothing is decided, not even what is still there."""
    station, _point = station_with_a_large_month()
    months.run(station, PERIOD, until="audit")
    on_the_screen = [finding("A-MAX"), finding("A-PRICE")]
    months.rerun(station, PERIOD)
    user = auditor(station)
    with pytest.raises(operations.UnableToDecide, match="刷新"):
        release(user, *on_the_screen)
    with pytest.raises(operations.UnableToDecide, match="刷新"):
        release(user, on_the_screen[0], finding("A-PRICE"))
    assert not AuditDecision.objects.exists()
    assert issued() == {"002"}
