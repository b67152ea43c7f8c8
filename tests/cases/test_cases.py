"""Every case file comes out exactly as it says; and a case that expects something else fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diansuo.core.casework import run_case
from diansuo.core.rules import RuleBook, RuleBookRefused
from diansuo.office.config.rulebook_files import load, read_case_document

CASES = Path(__file__).parent
FILES = sorted(CASES.rglob("*.yaml"))


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def read_case_file(path: Path) -> dict[str, Any]:
    return dict(read_case_document(path.read_text(encoding="utf-8"), path.name))


def test_there_are_cases_to_run() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CASES).with_suffix("").as_posix())
def test_the_case_comes_out_as_it_says(path: Path, book: RuleBook) -> None:
    assert run_case(read_case_file(path), book, path.name).mismatches == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("amount_yuan", "224.51"),
        ("step", "1"),
        ("refusal", "value_absent"),
        ("lines", []),
        ("period", "202410"),
    ],
)
def test_a_case_that_expects_something_else_says_what_differs(book: RuleBook, key: str, value: Any) -> None:
    case = read_case_file(CASES / "residential_time_of_use" / "steps_with_peak_and_valley.yaml")
    case["expect"] = {"bills": [dict(case["expect"]["bills"][0], **{key: value})]}
    assert len(run_case(case, book).mismatches) == 1


def test_a_case_whose_total_differs_by_a_fen_does_not_hold(book: RuleBook) -> None:
    case = read_case_file(CASES / "residential_steps" / "a_whole_year.yaml")
    case["expect"] = {"total_yuan": "1624.41"}
    result = run_case(case, book)
    assert result.mismatches == ("total: expected 1624.41 yuan, computed 1624.40",)
    assert not result.holds


def test_the_refusal_of_an_unknown_price_names_the_file_and_the_field(book: RuleBook) -> None:
    case = read_case_file(CASES / "agricultural" / "the_price_is_not_known.yaml")
    bill = run_case(case, book).bills[0]
    assert bill.amount_yuan is None
    assert bill.lines == ()
    assert bill.refusal_params["file"] == "province/henan/agricultural.yaml"
    assert bill.refusal_params["field"] == "prices.below_1kv"


def test_the_result_of_a_case_is_plain_data_with_exact_numbers_as_texts(book: RuleBook) -> None:
    case = read_case_file(CASES / "residential_steps" / "opened_in_september.yaml")
    result = run_case(case, book).as_mapping()
    assert result["total_yuan"] == "650.00"
    assert result["bills"][2]["lines"][2] == {
        "component": "step",
        "step": 3,
        "quantity_kwh": "60.00",
        "price_yuan": "0.3",
        "amount_yuan": "18.00",
    }


def test_a_malformed_case_is_refused_with_everything_that_is_wrong_at_once(book: RuleBook) -> None:
    case = read_case_file(CASES / "residential_time_of_use" / "steps_with_peak_and_valley.yaml")
    case["customer"] = {"class": "industrial", "voltage": "below_1kv", "colour": "green"}
    case["months"] = [{"period": "202413", "from": "2024-08-01", "to": "soon", "energy_kwh": 400}]
    with pytest.raises(RuleBookRefused) as refused:
        run_case(case, book, "mine.yaml")
    wrong = [(problem.key, problem.wrong) for problem in refused.value.problems]
    assert all(problem.file == "mine.yaml" and problem.remedy for problem in refused.value.problems)
    assert ("customer", "unknown key 'colour'") in wrong
    assert ("customer.class", "class 'industrial' is not known") in wrong
    assert ("months.0.to", "'soon' is not a day") in wrong
    assert ("months.0.energy_kwh", "bare number 400") in wrong
    assert any(key == "months.0.period" for key, _ in wrong)
