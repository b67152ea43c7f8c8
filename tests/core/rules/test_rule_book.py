"""The book answers what held on a day, refuses where nothing did, and proves its values by their hash."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.rules import (
    AlteredSlice,
    Entry,
    NoSuchRule,
    NoValueInForce,
    RuleBook,
    RuleBookRefused,
    ValueAbsent,
    parse,
)
from diansuo.core.rules.book import place_of
from diansuo.office.config.rulebook_files import load

STEPS = "province/henan/residential_steps"
AGRICULTURAL = "province/henan/agricultural"

OVERLAY = """
id: province/henan/agricultural
kind: flat_price
title: {zh: 占位, en: placeholder}
values:
  "2024-01-01":
    source: {document: placeholder, clause: "1", published: "2023-12-20", url: null}
    checked: "2024-01-05"
    prices: {unit: yuan/kWh, below_1kv: "0.4"}
"""


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def overlay_folder(root: Path, text: str = OVERLAY) -> Path:
    path = root / f"{AGRICULTURAL}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return root


def two_prices(until: str | None = None, kind: str = "flat_price") -> dict[str, Any]:
    source = {"document": "test", "clause": "1", "published": "2012-06-14", "url": None}
    entry = {"source": source, "checked": "2024-01-01"}
    body: dict[str, Any] = {"prices": {"unit": "yuan/kWh", "below_1kv": "0.5"}}
    if kind == "time_of_use_increment":
        body = {
            "unit": "yuan/kWh",
            "peak": {"increment": "0.03", "hours": [["08:00", "22:00"]]},
            "valley": {"increment": "-0.12", "hours": [["22:00", "24:00"], ["00:00", "08:00"]]},
        }
    first = {**entry, **body, **({"until": until} if until else {})}
    values = {"2020-01-01": first, "2022-01-01": {**entry, **deepcopy(body)}}
    return {"id": "rule", "kind": kind, "title": {"zh": "测试", "en": "test"}, "values": values}


def test_the_shipped_book_loads_and_each_rule_is_named_by_its_path(book: RuleBook) -> None:
    assert book.default_place == "province/henan"
    for rule_id, rule in book.rules.items():
        assert {entry.file for entry in rule.entries} == {f"{rule_id}.yaml"}


def nulls(values: Any, inside: str = "") -> tuple[int, int]:
    """Count the values a rule holds and how many of them are null; names, units and months are no values."""
    if isinstance(values, dict):
        counted = [nulls(each, name) for name, each in values.items() if name not in ("unit", "months")]
    elif isinstance(values, list):
        counted = [nulls(each, inside) for each in values]
    else:
        return 1, int(values is None)
    return sum(count for count, _ in counted), sum(missing for _, missing in counted)


def test_every_rule_of_a_place_stands_in_the_coverage_and_its_state_is_true(book: RuleBook) -> None:
    for place_id, place in book.places.items():
        own = {
            rule_id.removeprefix(f"{place_id}/") for rule_id in book.rules if place_of(rule_id) == place_id
        }
        assert own == set(place.rules)
        for name, state in place.rules.items():
            newest = book.rules[f"{place_id}/{name}"].entries[-1]
            if (
                newest.kind == "time_of_use_bands"
            ):  # Henan has no deep valley: its null ratio is nothing missing
                assert state == (
                    "partial" if set(newest.unverified) - set(newest.unverified_used) else "covered"
                )
                continue
            count, missing = nulls(newest.values)
            assert state == ("absent" if missing == count else "partial" if missing else "covered"), name


def test_a_component_of_a_sheet_has_no_file_and_every_other_one_has(book: RuleBook) -> None:
    for place_id in book.places:
        for entry in book.rules[f"{place_id}/commercial_components"].entries:
            for name, traits in entry.values["components"].items():
                shipped = f"{place_id}/commercial_prices/{name}" in book.rules
                assert shipped == (traits["owner"] == "rulebook"), name


def test_henan_has_the_published_steps(book: RuleBook) -> None:
    values = book.in_force(STEPS, date(2024, 6, 1)).values
    assert values["limits"] == {"unit": "kWh/year", "upper": ["2160", "3120"]}
    assert values["prices"]["below_1kv"] == ["0.56", "0.61", "0.86"]


def test_the_day_before_the_first_value_is_an_error_that_names_file_and_first_day(book: RuleBook) -> None:
    assert book.in_force(STEPS, date(2012, 7, 1)).effective == date(2012, 7, 1)
    with pytest.raises(NoValueInForce, match=rf"{STEPS}\.yaml.*2012-06-30.*from 2012-07-01") as error:
        book.in_force(STEPS, date(2012, 6, 30))
    assert error.value.first_date == date(2012, 7, 1)


def test_a_rule_that_is_not_there_is_an_error_that_says_what_to_add(book: RuleBook) -> None:
    with pytest.raises(NoSuchRule, match=r"add province/mars/steps\.yaml"):
        book.in_force("province/mars/steps", date(2024, 1, 1))


def test_a_value_holds_until_the_next_and_changes_on_its_day() -> None:
    book = parse({"rule.yaml": two_prices()}, onto=load())
    assert book.in_force("rule", date(2021, 12, 31)).effective == date(2020, 1, 1)
    assert book.in_force("rule", date(2022, 1, 1)).effective == date(2022, 1, 1)


def test_nothing_is_in_force_in_a_gap_where_gaps_are_allowed_and_after_an_end() -> None:
    book = parse({"rule.yaml": two_prices("2021-01-01", "time_of_use_increment")}, onto=load())
    assert book.in_force("rule", date(2020, 12, 31))
    with pytest.raises(NoValueInForce):
        book.in_force("rule", date(2021, 1, 1))
    assert book.in_force("rule", date(2022, 1, 1))


def test_an_unknown_value_is_an_error_that_names_file_field_and_reason(book: RuleBook) -> None:
    entry = book.in_force(AGRICULTURAL, date(2024, 1, 1))
    assert entry.values["prices"]["below_1kv"] is None
    assert ("prices.below_1kv", "没有找到公布的数值") in entry.unverified
    assert "prices.below_1kv" not in dict(entry.unverified_used)
    with pytest.raises(ValueAbsent, match=rf"{AGRICULTURAL}\.yaml: prices\.below_1kv .* overlay folder"):
        raise entry.absent("prices.below_1kv")


def test_parameters_are_read_by_name_and_unit(book: RuleBook) -> None:
    entry = book.in_force("province/henan/settlement", date(2024, 1, 1))
    assert entry.number("energy_precision") == Decimal("0.01")
    assert entry.energy_wh("energy_precision") == 10
    assert entry.integer("year_start_month") == 1
    assert entry.word("bill_month_basis") == "reading_day"
    assert entry.parameters["step_line_form"] == "increment"
    with pytest.raises(KeyError, match="no parameter 'colour'"):
        entry.number("colour")
    with pytest.raises(ValueError, match="is in month_of_year"):
        entry.energy_wh("year_start_month")
    with pytest.raises(ValueError, match="not a whole number"):
        entry.integer("energy_precision")


def test_an_overlay_adds_dates_and_leaves_the_shipped_ones(tmp_path: Path, book: RuleBook) -> None:
    with_overlay = load(overlay_folder(tmp_path))
    assert with_overlay.in_force(AGRICULTURAL, date(2024, 1, 1)).values["prices"]["below_1kv"] == "0.4"
    assert with_overlay.in_force(AGRICULTURAL, date(2023, 12, 31)).values["prices"]["below_1kv"] is None
    assert with_overlay.hash != book.hash
    assert book.in_force(AGRICULTURAL, date(2024, 1, 1)).values["prices"]["below_1kv"] is None


def test_an_overlay_with_a_bare_number_is_refused_with_its_file_and_line(tmp_path: Path) -> None:
    folder = overlay_folder(tmp_path, OVERLAY.replace('"0.4"', "0.4"))
    with pytest.raises(RuleBookRefused, match=rf"{folder}/{AGRICULTURAL}\.yaml: line 9: bare number 0\.4"):
        load(folder)


def test_an_overlay_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        load(tmp_path / "nowhere")


def test_the_hash_of_an_entry_is_that_of_its_values_and_not_of_its_source() -> None:
    document = two_prices()
    renamed = deepcopy(document)
    renamed["values"]["2020-01-01"]["source"]["document"] = "found at last"
    dearer = deepcopy(document)
    dearer["values"]["2020-01-01"]["prices"]["below_1kv"] = "0.51"
    zeros = deepcopy(document)
    zeros["values"]["2020-01-01"]["prices"]["below_1kv"] = "0.500"

    def first_hash(content: dict[str, Any]) -> str:
        return parse({"rule.yaml": content}, onto=load()).rules["rule"].entries[0].slice_hash

    assert first_hash(renamed) == first_hash(document) == first_hash(zeros)
    assert first_hash(dearer) != first_hash(document)


def test_an_entry_is_rebuilt_from_its_stored_slice(book: RuleBook) -> None:
    for rule in book.rules.values():
        for entry in rule.entries:
            stored = json.loads(json.dumps(entry.to_slice()))
            assert Entry.from_slice(stored) == entry
            assert Entry.from_slice(stored).slice_hash == entry.slice_hash


def test_a_slice_that_was_altered_in_the_database_is_refused(book: RuleBook) -> None:
    stored = book.in_force(STEPS, date(2024, 1, 1)).to_slice()
    stored["values"]["prices"]["below_1kv"][0] = "0.55"
    with pytest.raises(AlteredSlice, match="has been altered"):
        Entry.from_slice(stored)


def test_a_book_is_rebuilt_from_slices_in_any_order_and_with_repeats(book: RuleBook) -> None:
    slices = [book.in_force(rule_id, date(2024, 1, 1)).to_slice() for rule_id in (STEPS, AGRICULTURAL, STEPS)]
    rebuilt = RuleBook.from_slices(reversed(slices))
    assert set(rebuilt.rules) == {STEPS, AGRICULTURAL}
    assert rebuilt.default_place == "province/henan"
    assert rebuilt.in_force(STEPS, date(2024, 1, 1)) == book.in_force(STEPS, date(2024, 1, 1))


def test_the_place_of_slices_is_that_of_a_place_whatever_national_rules_are_among_them() -> None:
    document = two_prices()

    def rebuilt(*rule_ids: str) -> RuleBook:
        documents = {f"{rule_id}.yaml": {**document, "id": rule_id} for rule_id in rule_ids}
        return RuleBook.from_slices(
            rule.entries[0].to_slice() for rule in parse(documents, onto=parse_units()).rules.values()
        )

    henan = ("province/henan/components", "province/henan/commercial_prices/surcharge")
    assert rebuilt(*henan, "national/power_factor/policy").default_place == "province/henan"
    assert rebuilt(henan[1], "national/capacity_charge").default_place == "province/henan"
    assert rebuilt(henan[0], "province/henan/gongyi/steps").default_place == "province/henan/gongyi"
    assert rebuilt(henan[0], "province/hubei/components").default_place == ""
    assert rebuilt("steps").default_place == ""


def parse_units() -> RuleBook:
    return RuleBook({}, units=load().units)


def test_a_null_in_a_list_and_in_a_parameter_has_not_been_used() -> None:
    entry = two_prices()["values"]["2020-01-01"]
    source = {"source": entry["source"], "checked": entry["checked"]}
    named = {"value": None, "unit": "kWh", "unverified": "nobody knows"}
    limits = {"parameters": {"known": {**named, "value": "1"}, "unknown": named}}
    hours = {
        "ratios": {"sharp": None, "peak": "2", "flat": "1"},
        "days": [
            {
                "months": [str(month) for month in range(1, 13)],
                "sharp": None,
                "peak": [["08:00", "22:00"]],
                "flat": [["22:00", "24:00"], ["00:00", "08:00"]],
            }
        ],
        "unverified": {"ratios.sharp": "unknown", "days.0.sharp": "unknown", "days": "unchecked"},
    }
    book = parse(
        {
            f"{name}.yaml": {
                "id": name,
                "kind": kind,
                "title": {"zh": "测试", "en": "test"},
                "values": {"2020-01-01": source | body},
            }
            for name, kind, body in (("limits", "parameters", limits), ("hours", "time_of_use_bands", hours))
        },
        onto=parse_units(),
    )
    day = date(2024, 1, 1)
    assert dict(book.in_force("limits", day).unverified_used) == {"parameters.known": "nobody knows"}
    assert dict(book.in_force("hours", day).unverified_used) == {"days": "unchecked"}
    assert book.in_force("hours", day).values["days"][0]["sharp"] is None


def test_everything_unchecked_is_listed_with_its_reason(book: RuleBook) -> None:
    assert all(why.strip() for _, _, _, why in book.unverified)
    assert (
        AGRICULTURAL,
        date(2012, 7, 1),
        "prices.below_1kv",
        "没有找到公布的数值",
    ) in book.unverified
