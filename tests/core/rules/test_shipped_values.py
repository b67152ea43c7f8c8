"""The values that are shipped are those of their documents, on the day of each change and on the day before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from diansuo.core.rules import NoValueInForce, RuleBook
from diansuo.office.config.rulebook_files import load, read_folder, shipped

HENAN = "province/henan"
TIME_OF_USE = f"{HENAN}/commercial_time_of_use"


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def hours_of(day: dict[str, Any]) -> dict[str, int]:
    """Return the minutes of each period in a day."""
    return {
        name: sum(minutes(end) - minutes(start) for start, end in day[name])
        for name in ("sharp", "peak", "flat", "valley")
        if day.get(name)
    }


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def day_of_month(values: dict[str, Any], month: int) -> dict[str, Any]:
    (day,) = [day for day in values["days"] if str(month) in day["months"]]
    return day


def test_the_time_of_use_changes_on_2024_06_01(book: RuleBook) -> None:
    before = book.in_force(TIME_OF_USE, date(2024, 5, 31))
    after = book.in_force(TIME_OF_USE, date(2024, 6, 1))
    assert (before.source.document, before.values["ratios"]["peak"]) == ("豫发改价管〔2022〕867号", "1.64")
    assert (after.source.document, after.values["ratios"]["peak"]) == ("豫发改价管〔2024〕283号", "1.72")
    assert {"ratios", "days"} <= set(dict(after.unverified_used))
    with pytest.raises(NoValueInForce):
        book.in_force(TIME_OF_USE, date(2022, 11, 30))


def test_sharp_is_a_fifth_above_peak_and_has_hours_in_four_months(book: RuleBook) -> None:
    values = book.in_force(TIME_OF_USE, date(2024, 6, 1)).values
    assert Decimal(values["ratios"]["sharp"]) == Decimal(values["ratios"]["peak"]) * Decimal("1.2")
    sharp = [month for month in range(1, 13) if "sharp" in day_of_month(values, month)]
    assert sharp == [1, 7, 8, 12]
    assert values["without_month"]["sharp"] == "peak"


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (1, {"sharp": 120, "peak": 360, "flat": 540, "valley": 420}),
        (2, {"peak": 480, "flat": 540, "valley": 420}),
        (4, {"peak": 480, "flat": 420, "valley": 540}),
        (6, {"peak": 480, "flat": 540, "valley": 420}),
        (8, {"sharp": 180, "peak": 300, "flat": 540, "valley": 420}),
        (10, {"peak": 480, "flat": 420, "valley": 540}),
    ],
)
def test_the_hours_of_a_month_are_those_of_the_notice(
    book: RuleBook, month: int, expected: dict[str, int]
) -> None:
    values = book.in_force(TIME_OF_USE, date(2024, 6, 1)).values
    assert hours_of(day_of_month(values, month)) == expected


def test_sharp_hours_that_nobody_knows_are_null_and_not_peak(book: RuleBook) -> None:
    values = book.in_force(TIME_OF_USE, date(2023, 8, 1)).values
    august, may = day_of_month(values, 8), day_of_month(values, 5)
    assert august["sharp"] is None and august["ratios"]["sharp"] is None
    assert (august["ratios"]["peak"], august["ratios"]["valley"]) == ("1.71", "0.47")
    assert "sharp" not in may and "ratios" not in may


def adjustment(standard: int, factor: int) -> Decimal:
    """Return percent by the pattern of the notice, factors in hundredths: rewards of 0.10, 0.15, then a cap."""
    if factor >= standard:
        above = min(factor, {90: 95, 85: 94, 80: 92}[standard])
        slow = min(above, 90) - standard
        return -(Decimal("0.10") * max(slow, 0) + Decimal("0.15") * max(above - 90, 0))
    missing = standard - factor
    slow, middle = min(missing, 20), min(max(missing - 20, 0), 5)
    return Decimal("0.5") * slow + middle + 2 * max(missing - 25, 0)


def test_the_power_factor_table_is_the_whole_one_and_follows_the_pattern_of_the_notice(
    book: RuleBook,
) -> None:
    values = book.in_force("national/power_factor/adjustment", date(2024, 1, 1)).values
    assert values["standards"] == ["0.9", "0.85", "0.8"]
    assert [row[0] for row in values["rows"]][:: len(values["rows"]) - 1] == ["1", "0.25"]
    for factor, *percents in values["rows"]:
        hundredths = int(Decimal(factor) * 100)
        expected = [adjustment(standard, hundredths) for standard in (90, 85, 80)]
        assert [Decimal(percent) for percent in percents] == expected, factor
    assert values["below_each"] == "2"


def test_the_parts_of_the_surcharges_sum_to_what_a_bill_charges(book: RuleBook) -> None:
    parts = book.in_force(f"{HENAN}/surcharge_parts", date(2026, 1, 1)).parameters
    commercial = [value for name, value in parts.items() if not name.startswith(("residential", "agricult"))]
    prices = book.in_force(f"{HENAN}/commercial_prices/surcharge", date(2026, 1, 1)).values["prices"]
    assert prices["two_part"]["kv_1_10"] == "0.028889375"
    assert sum(Decimal(part) for part in commercial) == Decimal("0.028889375")


def test_a_day_of_capacity_is_a_thirtieth_until_2024_05_31_and_by_the_calendar_afterwards(
    book: RuleBook,
) -> None:
    rule = "national/capacity_charge"
    assert book.in_force(rule, date(2024, 5, 31)).word("day_base") == "thirty"
    assert book.in_force(rule, date(2024, 6, 1)).word("day_base") == "calendar_days"
    assert book.in_force(rule, date(2024, 6, 1)).number("discount_energy") == 260
    assert book.in_force(rule, date(2023, 5, 31)).number("discount_ratio") == 1
    assert book.in_force(rule, date(2016, 6, 30)).number("contract_over_ratio") == Decimal("1.05")


def test_market_customers_leave_the_periods_on_2026_03_01(book: RuleBook) -> None:
    rule = "national/commercial_terms"
    assert book.in_force(rule, date(2026, 2, 28)).word("market_time_of_use") == "government"
    assert book.in_force(rule, date(2026, 3, 1)).word("market_time_of_use") == "none"
    assert book.in_force(rule, date(2026, 3, 1)).number("raised_ratio") == Decimal("1.5")


def test_only_one_transmission_price_is_known_and_only_from_2026_08_01(book: RuleBook) -> None:
    rule = f"{HENAN}/commercial_prices/transmission"
    known = book.in_force(rule, date(2026, 8, 1)).values["prices"]["two_part"]
    assert known == {"kv_1_10": None, "kv_35": None, "kv_110": None, "kv_220": "0.098"}
    before = book.in_force(rule, date(2026, 7, 31)).values["prices"]
    assert {price for scheme in ("single_part", "two_part") for price in before[scheme].values()} == {None}


def test_a_charging_operator_pays_no_capacity_until_the_policy_ends(book: RuleBook) -> None:
    rule = "national/charging/capacity_charge"
    assert book.in_force(rule, date(2030, 12, 31)).word("operator_direct") == "exempt"
    with pytest.raises(NoValueInForce):
        book.in_force(rule, date(2031, 1, 1))


def test_a_conductor_has_the_resistance_of_its_catalogue_and_names_it(book: RuleBook) -> None:
    values = book.in_force("national/network/conductors", date(2024, 1, 1)).values
    rows = {row[0]: row[1:] for row in values["rows"]}
    assert rows["LGJ-70"] == ["0.4217", "0.282", "255", "lgj"]
    assert [rows[name][0] for name in ("JKLYJ-70", "JKLYJ-35", "BLV-16")] == ["0.443", "0.868", "1.91"]
    assert rows["JKLYJ-70"][2] is None, "no catalogue of it was found"
    assert {row[3] for row in rows.values()} == set(values["sources"])


def test_a_transformer_has_the_losses_of_its_model_and_no_others(book: RuleBook) -> None:
    rows = book.in_force("national/transformers", date(2024, 1, 1)).values["rows"]
    found = {(row[0], row[1]): row[2:] for row in rows}
    assert found["S9", "315"] == ["0.67", "3.65", "1.6", "4"]
    assert found["S11", "100"] == ["0.2", "1.5", None, "4"]
    assert found["S13", "1000"] == ["0.83", None, None, None]


def test_every_value_from_no_official_text_says_so(book: RuleBook) -> None:
    for rule_id, rule in book.rules.items():
        for entry in rule.entries:
            if entry.kind == "parameters":
                named = entry.values["parameters"]
                marked = {name for name, _ in entry.unverified}
                assert "source" in marked or all(f"parameters.{name}" in marked for name in named), rule_id
            else:
                assert entry.kind == "policy_calendar" or entry.unverified, rule_id


def spoken(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a rule file says for readers: reasons, notes, and what a policy change affects."""
    for entry in document.get("values", {}).values():
        yield from entry.get("unverified", {}).values()
        for parameter in entry.get("parameters", {}).values():
            yield from (parameter[name] for name in ("note", "unverified") if name in parameter)
        for change in entry.get("changes", ()):
            yield from (change[name] for name in ("affects", "note") if name in change)


def test_every_reason_and_note_is_said_in_both_languages(book: RuleBook) -> None:
    documents = read_folder(shipped())
    every = {text for document in documents.values() for text in spoken(document)}
    assert every
    assert sorted(every - set(book.phrases)) == []
    chinese = {text for text in every if any("\u4e00" <= sign <= "\u9fff" for sign in book.said(text, "zh"))}
    assert chinese == every


def test_the_national_principles_and_the_roundings_are_those_of_the_domain(book: RuleBook) -> None:
    principles = book.in_force("national/time_of_use_principles", date(2024, 6, 1))
    assert [principles.number(name) for name in ("difference_threshold", "peak_to_valley_above")] == [40, 4]
    assert [principles.number(name) for name in ("peak_to_valley_otherwise", "sharp_above_peak")] == [3, 20]
    ratios = book.in_force(TIME_OF_USE, date(2024, 6, 1)).values["ratios"]
    above = Decimal(ratios["sharp"]) / Decimal(ratios["peak"]) - 1
    assert above * 100 >= principles.number("sharp_above_peak")
    assert book.in_force("national/rounding", date(2024, 6, 1)).integer("power_factor_decimals") == 2
