"""Every way in which a rule file may be wrong is refused: file, key, what is wrong, what to do.

One bad file each in ``bad/``; the table says where the finger must point.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diansuo.core.rules import Problem, RuleBookRefused, parse
from diansuo.office.config.rulebook_files import load, read_document

BAD = Path(__file__).parent / "bad"
ENTRY = "values.2012-07-01"

REFUSALS = {
    "unknown_key": ("", "unknown key 'colour'"),
    "unknown_kind": ("kind", "kind 'monthly_steps' is not known"),
    "name_is_not_the_path": ("id", "'province/elsewhere/steps' is not the path of the file"),
    "missing_source": (ENTRY, "'source' is missing"),
    "source_without_clause_and_reason": (ENTRY, "clause or publication day of the source is null"),
    "no_dated_value": ("values", "no dated value"),
    "not_a_day": ("values.2012-02-30.date", "'2012-02-30' is not a day"),
    "dates_not_ascending": ("values", "dates are not ascending"),
    "overlap": ("values.2014-01-01", "overlaps with the value from 2012-07-01"),
    "gap": ("values.2014-01-01", "leaves a gap from 2013-01-01 to 2014-01-01"),
    "ends_before_it_begins": (f"{ENTRY}.until", "2012-07-01 does not come after 2012-07-01"),
    "bare_number": ("line 8", "bare number 0.568"),
    "bare_whole_number": ("line 8", "bare number 1"),
    "bare_date": ("line 7", "bare date 2024-01-01"),
    "key_written_twice": ("line 9", "the key '2012-07-01' stands in line 5 already"),
    "not_yaml": ("line 3", "not YAML"),
    "no_mapping": ("line 1", "holds no mapping"),
    "not_a_number": (f"{ENTRY}.prices.below_1kv", "'0,56' is not a number"),
    "too_many_decimals": (f"{ENTRY}.prices.below_1kv", "more than nine decimals"),
    "price_too_large": (f"{ENTRY}.prices.below_1kv", "2.3 is more than a line can hold"),
    "price_below_zero": (f"{ENTRY}.prices.below_1kv", "-0.1 is below 0"),
    "null_without_a_reason": (ENTRY, "prices.below_1kv is null without a reason"),
    "unverified_field_that_is_not_there": (
        f"{ENTRY}.unverified.prices.below_2kv",
        "there is no field 'prices.below_2kv'",
    ),
    "unknown_unit": (f"{ENTRY}.prices.unit", "unit 'yuan/MWh' is not known"),
    "wrong_unit": (f"{ENTRY}.limits.unit", "unit 'kWh/month'"),
    "steps_not_increasing": (f"{ENTRY}.limits.upper", "steps do not increase"),
    "steps_and_prices_do_not_match": (f"{ENTRY}.prices.below_1kv", "2 prices for 3 steps"),
    "unknown_voltage_class": (f"{ENTRY}.prices", "unknown key 'kv_20'"),
    "hours_with_a_gap": (f"{ENTRY}.peak", "do not fill the day exactly once"),
    "hours_that_overlap": (f"{ENTRY}.peak", "do not fill the day exactly once"),
    "not_a_stretch_of_hours": (f"{ENTRY}.peak.hours.0", "is not a stretch of hours"),
    "choice_without_words": (f"{ENTRY}.parameters.form.value", "a choice without its words"),
    "choice_outside_its_words": (f"{ENTRY}.parameters.form.value", "choice 'half' is not known"),
    "words_for_a_number": (f"{ENTRY}.parameters.days.choices", "choices with the unit days"),
    "parameter_name": (f"{ENTRY}.parameters.Zero-Periods", "the name 'Zero-Periods'"),
    "parameter_without_unit": (f"{ENTRY}.parameters.zero_periods", "'unit' is missing"),
}


def read_and_parse(name: str) -> None:
    file = f"bad/{name}.yaml"
    document = read_document((BAD / f"{name}.yaml").read_text(encoding="utf-8"), file)
    parse({file: document}, onto=load())


def problems_of(name: str) -> tuple[Problem, ...]:
    with pytest.raises(RuleBookRefused) as refused:
        read_and_parse(name)
    return refused.value.problems


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_the_bad_file_is_refused_and_the_place_is_named(name: str) -> None:
    key, wrong = REFUSALS[name]
    problems = problems_of(name)
    assert any(problem.key == key and wrong in problem.wrong for problem in problems), problems
    assert all(problem.file == f"bad/{name}.yaml" and problem.remedy for problem in problems)


def test_every_bad_file_has_its_refusal_in_the_table() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == set(REFUSALS)


def test_the_message_of_a_refusal_says_file_key_wrong_and_remedy() -> None:
    with pytest.raises(RuleBookRefused) as refused:
        read_and_parse("bare_number")
    assert str(refused.value) == 'bad/bare_number.yaml: line 8: bare number 0.568; quote it: "0.568"'


def flat(price: Any = "0.5", day: str = "2012-07-01", rule_id: str = "flat") -> dict[str, Any]:
    return {
        "id": rule_id,
        "kind": "flat_price",
        "title": {"zh": "测试", "en": "test"},
        "values": {
            day: {
                "source": {"document": "test", "clause": "1", "published": "2012-06-14", "url": None},
                "checked": "2024-01-01",
                "prices": {"unit": "yuan/kWh", "below_1kv": price},
            }
        },
    }


@pytest.mark.parametrize("bare", [0.5, 1])
def test_a_bare_number_that_comes_without_a_file_is_refused_too(bare: float) -> None:
    with pytest.raises(RuleBookRefused, match=f"bare number {bare}"):
        parse({"flat.yaml": flat(bare)}, onto=load())


def test_all_problems_of_all_files_come_at_once() -> None:
    with pytest.raises(RuleBookRefused) as refused:
        parse({"flat.yaml": flat("x"), "b/flat2.yaml": flat("y", rule_id="flat2"), "c.yaml": {}}, onto=load())
    assert {problem.file for problem in refused.value.problems} == {"flat.yaml", "b/flat2.yaml", "c.yaml"}


def test_an_id_that_stands_in_two_files_is_refused() -> None:
    with pytest.raises(RuleBookRefused, match=r"b/flat\.yaml: id: the id 'flat' stands in a/flat\.yaml too"):
        parse({"a/flat.yaml": flat(), "b/flat.yaml": flat(day="2024-01-01")}, onto=load())


def test_a_date_of_the_book_is_never_replaced() -> None:
    book = load()
    rule_id = "province/henan/residential_shared"
    with pytest.raises(
        RuleBookRefused, match="has a value from 2012-07-01 in province/henan/residential_shared"
    ):
        parse({f"mine/{rule_id}.yaml": flat(rule_id=rule_id)}, onto=book)
    assert len(book.rule(rule_id).entries) == 1


def test_a_rule_never_changes_its_kind() -> None:
    rule_id = "province/henan/residential_steps"
    with pytest.raises(RuleBookRefused, match="is of kind annual_steps"):
        parse({f"mine/{rule_id}.yaml": flat(day="2024-01-01", rule_id=rule_id)}, onto=load())


def test_coverage_that_names_a_rule_that_is_not_there_is_refused() -> None:
    coverage = {
        "id": "coverage",
        "kind": "coverage",
        "default_place": "province/nowhere",
        "places": {
            "province/nowhere": {"name": {"zh": "无", "en": "nowhere"}, "rules": {"steps": "covered"}}
        },
    }
    with pytest.raises(RuleBookRefused, match="there is no rule province/nowhere/steps"):
        parse({"coverage.yaml": coverage}, onto=load())
