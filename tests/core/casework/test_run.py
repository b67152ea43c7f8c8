"""A case runs step by step: what is written wrong is refused where it stands, what must not be billed with a code."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from diansuo.core.casework import CaseResult, run_case
from diansuo.core.rules import RuleBook, RuleBookRefused

METER = {"multiplier": "10", "registers": {"active": ["100", "200"]}}


def run(*steps: dict[str, Any], **more: Any) -> CaseResult:
    case = {"name": "a case", "source": "made for this test", "steps": list(steps), **more}
    return run_case(case, RuleBook({}), "mine.yaml")


def problems(*steps: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(RuleBookRefused) as refused:
        run(*steps, **more)
    assert all(each.file == "mine.yaml" and each.remedy for each in refused.value.problems)
    return [(each.key, each.wrong) for each in refused.value.problems]


def bill(**more: Any) -> dict[str, Any]:
    return {"id": "b", "do": "bill", "meters": {"m": METER}, "prices": {"energy": "0.5"}, **more}


def test_a_later_step_uses_what_an_earlier_one_came_to() -> None:
    result = run(
        bill(counts="no"), {"do": "charge", "lines": [{"name": "x", "amount_yuan": "= b.amount_yuan / 2"}]}
    )
    assert str(result.total_yuan) == "250.00"


def test_a_step_like_another_changes_only_what_it_states() -> None:
    result = run(
        bill(groups={"g": {"percent": "10", "prices": {"energy": "0.9"}}}),
        {"id": "again", "like": "b", "meters": {"m": {"multiplier": "20"}}, "groups": None},
    )
    assert [str(step.amount_yuan) for step in result.steps] == ["540.00", "1000.00"]


def test_everything_that_is_written_wrong_is_told_at_once_with_its_place() -> None:
    found = problems(
        bill(price="0.5", meters={"m": {"registers": {"active": ["1"]}, "colour": "green"}}),
        {"do": "fly"},
        {"do": "let", "values": {"x": "= nothing.there"}},
        {"id": "b", "do": "let", "values": {}},
        {"like": "nobody"},
    )
    assert ("steps.0", "unknown key 'price'") in found
    assert ("steps.0.meters.m", "unknown key 'colour'") in found
    assert ("steps.0.meters.m.registers.active", "1 registers") in found
    assert ("steps.1.do", "step 'fly' is not known") in found
    assert any(key == "steps.2.values.x" and "nothing.there" in wrong for key, wrong in found)
    assert ("steps.3.id", "the id 'b' is taken") in found
    assert ("steps.4.like", "no earlier step 'nobody'") in found


def test_a_refused_step_leaves_the_others_and_is_a_mismatch_unless_expected() -> None:
    backwards = {"id": "r", "do": "bill", "meters": {"m": {"registers": {"active": ["9", "5"]}}}}
    rests = {"id": "x", "do": "let", "values": {"v": "= r.amount_yuan"}}
    result = run(backwards, rests, bill())
    assert [step.refusal for step in result.steps] == [
        "register_runs_backwards",
        "rests_on_a_refused_step",
        None,
    ]
    assert str(result.total_yuan) == "500.00"
    assert len(result.mismatches) == 2
    expected = {"refusals": {"r": "register_runs_backwards", "x": "rests_on_a_refused_step"}}
    assert run(backwards, rests, bill(), expect=expected).holds


@pytest.mark.parametrize(
    "expect",
    [
        {"total_yuan": "500.01"},
        {"amounts": {"b": "499.99"}},
        {"amounts": {"nobody": "1"}},
        {"values": {"b.read_kwh": "1001"}},
        {"values": {"b.nothing": "1"}},
        {"lines": {"b": []}},
        {"lines": {"b": [{"component": "energy", "amount_yuan": "500.01"}]}},
        {"refusals": {"b": "sub_exceeds_master"}},
    ],
)
def test_an_expectation_that_does_not_hold_is_told(expect: dict[str, Any]) -> None:
    assert len(run(bill(), expect=expect).mismatches) == 1


def test_a_value_is_compared_at_the_decimals_it_is_written_with() -> None:
    third = {"do": "let", "id": "l", "values": {"v": "= 2 / 3"}}
    assert run(third, expect={"values": {"l.v": "0.67"}}).holds
    assert not run(third, expect={"values": {"l.v": "0.667000"}}).holds


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"do": "bill", "prices": {"energy": {"peak": "1"}}, "energy": {"total": "5"}}, "no_time_of_use_registers"),
        ({"do": "bill", "prices": {"energy": {"peak": "1"}}, "energy": {"flat": "5"}}, "no_price_of_period"),
        ({"do": "bill", "energy": {"total": "5", "peak": "6"}}, "parts_exceed_total"),
        ({"do": "capacity_charge", "method": "capacity", "price": "1"}, "two_part_without_capacity"),
        ({"do": "capacity_charge", "method": "contract_demand", "price": "1", "demand_kw": "1"}, "no_contract_demand"),
        ({"do": "capacity_charge", "method": "actual_demand", "price": "1"}, "no_demand"),
        (
            {"do": "bill", "energy": {"total": "5"}, "transformers": {"t": {"capacity_kva": "1"}},
             "losses": {"method": "formula"}},
            "no_transformer_terms",
        ),
        ({"do": "power_factor", "standard": "0.90", "reactive_kvarh": "5"}, "zero_active_energy"),
        ({"do": "power_factor", "standard": "0.90", "active_kwh": "5"}, "no_value_in_force"),
        ({"do": "bill", "energy": {"total": "5"}, "power_factor": {"standard": "0.90"}}, "no_reactive_energy"),
        ({"do": "bill", "energy": {"total": "-5"}, "prices": {"energy": "1"}}, "negative_energy"),
        ({"do": "residential", "energy_kwh": "-1", "upper": [], "prices": ["1"]}, "negative_energy"),
        (
            {"do": "bill", "meters": {"m": {"energy": {"active": "5"}, "transformer": "T9"}},
             "losses": {"method": "formula"}},
            "no_such_transformer",
        ),
        (
            {"do": "capacity_charge", "method": "capacity", "price": "1", "kva": "1", "month": "2024-07", "days": "40"},
            "days_beyond_the_month",
        ),
        (
            {"do": "bill", "month": "2024-07", "prices": [{"energy": "1"}, {"from": "2024-07-11", "energy": "2"}],
             "meters": {"m": {"registers": {"active": ["0", "9"]}, "freeze": {"2024-07-10": {"active": "5"}}}}},
            "freeze_without_price_change",
        ),
        (
            {"do": "bill", "month": "2024-07", "prices": [{"energy": "1"}, {"from": "2024-07-11", "energy": "2"}],
             "meters": {"m": {"registers": {"active": ["0", "9"]}, "freeze": {"2024-07-11": {"active": "10"}}}}},
            "freeze_beyond_register",
        ),
        (
            {"do": "wrong_class_use", "months": "3", "days_a_month": "30", "multiple": "2",
             "uses": [{"kwh": "1", "price_paid": "2", "price_due": "1"}]},
            "difference_below_zero",
        ),
    ],
)  # fmt: skip
def test_what_must_not_be_billed_is_refused_with_its_code(step: dict[str, Any], code: str) -> None:
    assert run({"id": "s", **step}).steps[0].refusal == code


def test_prices_with_dates_out_of_order_or_outside_the_bill_are_told() -> None:
    dated = [
        {"from": "2024-07-05", "energy": "1"},
        {"from": "2024-07-03", "energy": "2"},
        {"from": "2024-08-09", "energy": "2"},
    ]
    found = problems({"do": "bill", "month": "2024-07", "energy": {"total": "5"}, "prices": dated})
    assert [key for key, _ in found] == ["steps.0.prices.0", "steps.0.prices.1", "steps.0.prices.2"]


def test_several_things_that_are_wrong_with_a_meter_multiply() -> None:
    wrong = {
        "register_difference": "1000",
        "booked_multiplier": "20",
        "real_multiplier": "30",
        "error_percent": "-5",
    }
    outcome = run({"do": "correction", "id": "c", **wrong}).steps[0].outcome
    assert outcome.values["delta_kwh"] == Fraction("11578.95")
    assert ("steps.0.factor", "factor beside normal_kwh") in problems(
        {"do": "correction", "energy_kwh": "1", "normal_kwh": "2", "factor": "3"}
    )


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"do": "voltage_drop", "head_v": "230", "end_v": "231", "active_kwh": "100"}, "no_voltage_drop"),
        ({"do": "phase_unbalance", "amperes": ["10", "5"]}, "no_phase_currents"),
        ({"do": "phase_unbalance", "amperes": ["0", "0", "0"]}, "no_phase_currents"),
        (
            {
                "do": "feeder_by_capacity", "kv": "10", "active_kwh": "100", "hours": "24",
                "sections": [{"kva": "900", "ohm": "1"}], "transformers": [{"kva": "400", "p0_kw": "1", "pk_kw": "4"}],
            },
            "no_feeder_load",
        ),
    ],
)  # fmt: skip
def test_a_classical_loss_that_cannot_be_is_refused_with_its_code(step: dict[str, Any], code: str) -> None:
    assert run({"id": "x", **step}, expect={"refusals": {"x": code}}).mismatches == ()
