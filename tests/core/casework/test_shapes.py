"""Steps, fixed charges, demand ratchets, taxes and ways of rounding: what they come to, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from diansuo.core.casework import CaseResult, run_case
from diansuo.core.casework.exact import BadExpression, Rounding
from diansuo.core.casework.power_terms import quotient_of_powers
from diansuo.core.rules import RuleBook, RuleBookRefused

STEPS = [{"up_to": "100", "price": "1"}, {"up_to": "200", "price": "2"}, {"price": "3"}]


def run(*steps: dict[str, Any]) -> CaseResult:
    return run_case({"name": "a", "source": "b", "steps": list(steps)}, RuleBook({}), "mine.yaml")


def bill(kwh: str = "250", **more: Any) -> dict[str, Any]:
    return {"do": "bill", "energy": {"total": kwh}, "prices": {"energy": "0.5"}, **more}


def wrong(step: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(RuleBookRefused) as refused:
        run(step)
    return [(each.key, each.wrong, each.remedy) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("kwh", "each_part", "whole"),
    [
        ("0", "0", "0"),
        ("100", "100", "100"),
        ("101", "102", "202"),
        ("200", "300", "400"),
        ("250", "450", "750"),
    ],
)
def test_steps_price_each_part_or_all_of_it(kwh: str, each_part: str, whole: str) -> None:
    for priced, expected in (("each_part", each_part), ("whole", whole)):
        result = run(bill(kwh, prices={"energy": {"steps": STEPS, "priced": priced}}))
        assert result.total_yuan == int(expected)


def test_a_single_step_may_price_all_energy_once_it_is_reached() -> None:
    steps = [*STEPS[:2], {"price": "3", "priced": "whole"}]
    totals = [run(bill(kwh, prices={"energy": {"steps": steps}})).total_yuan for kwh in ("200", "201")]
    assert totals == [300, 603]


@pytest.mark.parametrize("scale", [{"per_days": "10"}, {"per_kw": "3"}])
def test_limits_by_days_or_by_kilowatt_are_in_proportion(scale: dict[str, str]) -> None:
    days = {"from": "2024-04-01", "to": "2024-05-01"}
    result = run(bill("350", prices={"energy": {"steps": STEPS, **scale}}, **days))
    assert result.total_yuan == 300 + 100


def test_more_than_the_last_step_is_refused_and_so_are_daily_limits_without_days() -> None:
    closed = bill(prices={"energy": {"steps": STEPS[:2]}})
    daily = bill(prices={"energy": {"steps": STEPS, "per_days": "1"}})
    dated = bill(
        month="2024-07",
        prices=[{"energy": {"steps": STEPS}}, {"from": "2024-07-10", "energy": {"steps": STEPS}}],
    )
    refusals = [step.refusal for step in run(closed, daily, dated).steps]
    assert refusals == ["beyond_the_last_step", "steps_without_days", "steps_across_a_price_change"]


def test_a_ratchet_a_least_demand_and_a_free_part() -> None:
    charges = {
        "own": {"kw": "50", "price": "1"},
        "ratchet": {"kw": "50", "price": "1", "ratchet_percent": "80", "earlier_kw": ["100", "90"]},
        "least": {"kw": "50", "price": "1", "least_kw": "60"},
        "free": {"kw": "50", "price": "1", "free_kw": "70"},
    }
    values = run(bill(demand_charges=charges)).steps[0].outcome.values
    assert [int(values[f"{name}_billed_kw"]) for name in charges] == [50, 80, 60, 0]


def test_a_percentage_takes_the_lines_before_it_and_taxes_come_last() -> None:
    step = bill(
        "100",
        lines=[{"name": "rent", "amount_yuan": "10"}, {"name": "local", "percent": "10", "of": "energy"}],
        minimum={"yuan": "80", "of": "all"},
        taxes=[{"name": "vat", "percent": "25"}],
    )
    amounts = [str(line.amount_fen) for line in run(step).steps[0].outcome.lines]
    assert amounts == ["5000", "1000", "500", "1500", "2000"]


@pytest.mark.parametrize(
    ("per", "days", "yuan"),
    [
        ("day", ("2024-02-01", "2024-03-01"), "29"),
        ("month", ("2024-02-01", "2024-05-01"), "3"),
        ("month", ("2024-05-24", "2024-06-24"), "1"),
        ("month", ("2024-07-01", "2024-07-16"), "0.48"),
        ("year", ("2024-01-01", "2025-01-01"), "1"),
        ("year", ("2024-01-01", "2024-03-14"), "0.20"),
    ],
)
def test_a_fixed_charge_counts_days_months_and_years(per: str, days: tuple[str, str], yuan: str) -> None:
    step = {
        "do": "bill",
        "from": days[0],
        "to": days[1],
        "lines": [{"name": "x", "amount_yuan": "1", "per": per}],
    }
    assert Fraction(run(step).total_yuan) == Fraction(yuan)


@pytest.mark.parametrize(
    ("way", "values"),
    [("half_away", [3, 3, -3]), ("half_even", [2, 3, -2]), ("down", [2, 2, -2]), ("up", [3, 3, -3])],
)
def test_four_ways_of_rounding(way: str, values: list[int]) -> None:
    rounding = Rounding(Fraction(1), way)
    assert [rounding.of(Fraction(each)) for each in ("2.5", "2.6", "-2.5")] == values


def test_what_is_written_wrong_is_told_with_what_was_meant() -> None:
    assert ("steps.0", "unknown key 'price'") in [each[:2] for each in wrong(bill(price="1"))]
    assert any("did you mean 'prices'?" in each[2] for each in wrong(bill(price="1")))
    assert wrong(bill(kwh="500 kWh"))[0][0] == "steps.0.energy.total"
    assert wrong(bill(kwh="12,000"))[0][2].endswith(": 12000")
    assert wrong(bill(kwh="3*4"))[0][2] == 'write arithmetic with "=": "= 3*4"'
    assert (
        "only the last step is open" in wrong(bill(prices={"energy": {"steps": [STEPS[2], STEPS[0]]}}))[0][2]
    )
    assert wrong(bill(lines=[{"name": "x", "percent": "5", "of": "nothing"}]))[0][1] == "no line 'nothing'"
    assert wrong(bill(taxes=[{"name": "x"}]))[0][1] == "'percent' is missing"
    assert wrong(bill(demand_charges={"d": {"kw": "1", "price": "1", "earlier_kw": ["5"]}}))[0][1].startswith(
        "earlier"
    )
    assert wrong(bill(rounding={"energy_kwh": "0"}))[0][2].startswith("write a number above 0")
    assert len(wrong(bill(prices={"energy": {"steps": [{"upto": "5", "price": "1"}]}}))) == 1


def test_nothing_is_left_out_without_a_word() -> None:
    assert wrong(bill(capacity_charge={"kva": "500", "price": "10"}))[0][1] == "no method"
    assert wrong(bill(losses={"active_kwh": "300"}))[0][1] == "losses without a method"
    lost = {"main": {"energy": {"active": "5"}}, "sub": {"role": "group", "energy": {"active": "3"}}}
    assert wrong(bill(meters=lost))[0][1] == "no group prices the meter 'sub'"


def test_values_of_a_let_use_each_other_by_their_short_names_within_it_only() -> None:
    first = {"id": "l", "do": "let", "values": {"p": "200", "q": "= p * 0.75"}}
    assert run(first).steps[0].outcome.values["q"] == 150
    with pytest.raises(RuleBookRefused, match="not a value of an earlier step"):
        run(first, {"do": "let", "values": {"r": "= q"}})
    assert run(first, {"id": "m", "do": "let", "values": {"r": "= l.q"}}).steps[1].outcome.values["r"] == 150


def test_a_file_that_is_no_case_says_what_a_case_has() -> None:
    with pytest.raises(RuleBookRefused, match="neither steps nor months"):
        run_case({"name": "a", "source": "b"}, RuleBook({}), "mine.yaml")


@pytest.mark.parametrize(
    ("recorded", "factor"),
    [
        ("sqrt(3)*U*I*cos(phi)", "1"),
        ("U*I*(cos(30+phi) + cos(30 - phi))", "1"),
        ("√3*UI*cos(φ)/2", "2"),
        ("-U*I*sin(phi)", "-2.309401076759"),
        ("U*I*cos(90-phi)", "2.309401076759"),
        ("U*I*sin(phi+180)", "-2.309401076759"),
    ],
)
def test_a_power_written_out_gives_its_factor(recorded: str, factor: str) -> None:
    assert quotient_of_powers("sqrt(3)*U*I*cos(phi)", recorded, Fraction(3, 4)) == Fraction(factor)


@pytest.mark.parametrize("recorded", ["cos(45+phi)", "cos(x)", "tan(phi)", "U*X", "cos()"])
def test_a_power_that_is_none_is_refused(recorded: str) -> None:
    with pytest.raises(BadExpression):
        quotient_of_powers("U*I", recorded, Fraction(3, 4))


def test_a_power_that_needs_an_angle_says_so() -> None:
    step = {"do": "correction", "energy_kwh": "5", "recorded_power": "U*I*sin(phi)"}
    assert wrong(step)[0][1:] == ("φ is not known", 'add power_factor: "0.85" or tan_phi')


def test_of_interlocked_transformers_the_largest_is_charged() -> None:
    sizes = {"a": "500", "b": "630", "c": "200"}
    owned = {
        name: {"capacity_kva": kva, **({"interlock": "pair"} if name != "c" else {})}
        for name, kva in sizes.items()
    }
    step = {"do": "capacity_charge", "method": "capacity", "price": "1", "transformers": owned}
    assert run(step).total_yuan == 830
