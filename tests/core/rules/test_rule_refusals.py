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
    "bare_ratio": ("line 8", "bare number 1.72"),
    "calendar_bare_word": ("line 10", "bare word no"),
    "calendar_day_that_is_none": (f"{ENTRY}.changes.1.effective", "'2024-06-31' is not a day"),
    "calendar_out_of_order": (f"{ENTRY}.changes", "not in the order of their days"),
    "calendar_that_ends_before_it_begins": (f"{ENTRY}.changes.1.until", "does not come after 2024-06-01"),
    "calendar_with_another_word": (f"{ENTRY}.changes.1.verified", "word 'perhaps' is not known"),
    "calendar_without_document": (f"{ENTRY}.changes.1", "'document' is missing"),
    "component_price_in_another_unit": (f"{ENTRY}.prices.unit", "unit 'yuan'"),
    "component_price_null_without_a_reason": (ENTRY, "prices.two_part.kv_1_10 is null without a reason"),
    "component_price_of_no_class": (f"{ENTRY}.prices.two_part", "no voltage class"),
    "component_price_with_a_bare_number": ("line 8", "bare number 0.12"),
    "component_price_without_a_scheme": (f"{ENTRY}.prices", "no price"),
    "component_that_is_not_known": (f"{ENTRY}.components", "unknown key 'generation'"),
    "component_with_a_missing_trait": (f"{ENTRY}.components.purchase", "'raised' is missing"),
    "component_without_owner": (f"{ENTRY}.components.purchase.owner", "owner null is not known"),
    "day_that_ends_early": (f"{ENTRY}.days.1", "23:00-24:00 belongs to no period"),
    "day_with_a_gap": (f"{ENTRY}.days.1", "18:30-19:00 belongs to no period"),
    "day_with_an_overlap": (f"{ENTRY}.days.1", "19:00-19:30 belongs to sharp and to peak"),
    "day_with_its_own_null_ratio": (ENTRY, "days.1.ratios.sharp is null without a reason"),
    "demand_charge_below_zero": (f"{ENTRY}.demand.kv_1_10", "-40 is below 0"),
    "demand_charge_in_another_unit": (f"{ENTRY}.capacity.unit", "unit 'yuan/kW/month'"),
    "demand_charge_too_large": (f"{ENTRY}.demand.kv_1_10", "1000 is more than a line can hold"),
    "demand_charge_without_any": (ENTRY, "no value"),
    "energy_goes_to_a_period_without_hours": (f"{ENTRY}.without_month.deep_valley", "sharp has no hours"),
    "month_with_two_days": (f"{ENTRY}.days", "month 12 stands there twice"),
    "month_without_hours": (f"{ENTRY}.days", "no hours for month 11"),
    "no_components": (f"{ENTRY}.components", "no component"),
    "not_a_month": (f"{ENTRY}.days.1.months.1", "month '13' is not known"),
    "peak_cheaper_than_flat": (f"{ENTRY}.ratios", "flat is dearer than peak"),
    "period_with_no_hours_written": (f"{ENTRY}.days.1.sharp", "sharp has no hours"),
    "period_without_ratio": (f"{ENTRY}.days.1.sharp", "sharp has hours and no ratio"),
    "power_factor_bare_row": ("line 11", "bare number -0.5"),
    "power_factor_cheaper_when_lower": (f"{ENTRY}.rows.1", "0.99 costs less than 1"),
    "power_factor_not_zero_at_its_standard": (f"{ENTRY}.standards", "at the standard 0.98 the table has 0.5"),
    "power_factor_row_left_out": (f"{ENTRY}.rows.1", "the row of 0.98 stands where 0.99 should"),
    "power_factor_row_too_short": (f"{ENTRY}.rows.1", "2 numbers in a row of 3"),
    "power_factor_standard_above_one": (f"{ENTRY}.standards.0", "1.20 is too large"),
    "power_factor_standard_twice": (f"{ENTRY}.standards", "a standard stands there twice"),
    "ratio_of_nothing": (f"{ENTRY}.ratios.valley", "0 is too small"),
    "ratios_without_flat": (f"{ENTRY}.ratios", "'flat' is missing"),
    "trait_null_without_a_reason": (ENTRY, "components.purchase.time_of_use is null without a reason"),
    "trait_with_another_word": (f"{ENTRY}.components.purchase.time_of_use", "'yes' is not known"),
    "conductor_columns_in_another_order": (f"{ENTRY}.columns", "other columns"),
    "conductor_of_no_source": (f"{ENTRY}.rows.0.4", "source 'hearsay' is not known"),
    "conductor_row_too_short": (f"{ENTRY}.rows.1", "4 values in a row of 5"),
    "conductor_twice": (f"{ENTRY}.rows.1", "LGJ-70 stands in"),
    "conductor_without_resistance": (f"{ENTRY}.rows.0.1", "0 is too small"),
    "profile_of_another_length": (f"{ENTRY}.profiles.residential", "3 numbers"),
    "profile_without_energy": (f"{ENTRY}.profiles.residential", "no energy at all"),
    "transformer_bare_number": ("line 11", "bare number 0.34"),
    "transformer_columns_in_another_order": (f"{ENTRY}.columns", "other columns"),
    "transformer_null_without_a_reason": (ENTRY, "rows is null without a reason"),
    "transformer_row_too_short": (f"{ENTRY}.rows.1", "5 values in a row of 6"),
    "transformer_twice": (f"{ENTRY}.rows.1", "S11 of 100 kVA stands in"),
    "transformer_without_loss": (f"{ENTRY}.rows.1.2", "0 is too small"),
    "key_written_twice_deep_inside": ("line 8", "the key 'below_1kv' stands in line 8 already"),
    "published_on_no_day": (f"{ENTRY}.source.published", "'2026-02-30' is not a day"),
    "tab_for_blanks": ("line 8", "not YAML"),
    "merge_of_a_text": ("line 8", "not YAML"),
    "anchor_that_is_not_there": ("line 8", "undefined alias"),
    "anchor_within_itself": ("line 1", "values with all repetitions"),
    "two_documents": ("line 9", "another document"),
    "number_too_long": (f"{ENTRY}.prices.below_1kv", "is too long"),
    "full_width_digits": (f"{ENTRY}.prices.below_1kv", "is not a number"),
    "day_types_that_miss_a_day": (f"{ENTRY}.day_types", "a day of no type: day 7 of the week"),
    "day_type_known_in_two_ways": (f"{ENTRY}.day_types.0", "2 ways to know these days"),
    "day_type_without_hours_in_a_month": (f"{ENTRY}.days", "no hours for month 2, 3, 4, 5"),
    "day_type_with_two_days": (f"{ENTRY}.days", "month 5 stands there twice on a weekend"),
    "heating_season_with_a_gap": (f"{ENTRY}.heating_season", "20:00-21:00 belongs to no period"),
    "unknown_period": (f"{ENTRY}.without_month", "unknown key 'shoulder'"),
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
