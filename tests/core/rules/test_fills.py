"""A place gives the value a shipped rule left open, at its own date and with its own source, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.rules import Entry, RuleBook, RuleBookRefused, lay, parse
from diansuo.office.config.rulebook_files import load, load_folder

HENAN = "province/henan"
CHARGES = f"{HENAN}/commercial_prices/capacity_demand"
SHARED = f"{HENAN}/residential_shared"
TERMS = f"{HENAN}/residential_terms"
DOCUMENT = "当地供电公司价目表"


def document(rule_id: str, kind: str, day: str = "2026-08-01", **body: Any) -> dict[str, dict[str, Any]]:
    source = {"document": DOCUMENT, "clause": "1", "published": "2026-07-20", "url": None}
    content = {
        "id": rule_id,
        "kind": kind,
        "title": {"zh": "本地", "en": "own"},
        "values": {day: {"source": source, "checked": "2026-08-02", **body}},
    }
    return {f"own/{rule_id}.yaml": content}


def demand(**prices: Any) -> dict[str, dict[str, Any]]:
    return document(CHARGES, "demand_charge_price", demand={"unit": "yuan/kW/month", **prices})


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def refusal(book: RuleBook, documents: dict[str, dict[str, Any]]) -> str:
    with pytest.raises(RuleBookRefused) as refused:
        parse(documents, onto=book)
    return str(refused.value)


def test_a_null_gets_its_value_at_the_same_date_and_keeps_both_sources(book: RuleBook) -> None:
    filled = parse(demand(kv_1_10="38.5"), onto=book).in_force(CHARGES, date(2026, 8, 1))
    assert filled.values["demand"]["kv_1_10"] == "38.5"
    assert filled.values["demand"]["kv_35"] is None
    assert filled.source.document.startswith("发改价格〔2026〕1077号")
    (fill,) = filled.fills
    assert (fill.fields, fill.source.document) == (("demand.kv_1_10",), DOCUMENT)
    assert fill.file == f"own/{CHARGES}.yaml"
    marked = dict(filled.unverified)
    assert "demand.kv_1_10" not in marked and "demand.kv_35" in marked
    assert filled.slice_hash != book.in_force(CHARGES, date(2026, 8, 1)).slice_hash
    assert book.in_force(CHARGES, date(2026, 8, 1)).values["demand"]["kv_1_10"] is None


def test_a_filled_entry_is_rebuilt_from_its_slice(book: RuleBook) -> None:
    filled = parse(demand(kv_1_10="38.5"), onto=book).in_force(CHARGES, date(2026, 8, 1))
    assert Entry.from_slice(filled.to_slice()) == filled


def test_a_known_value_is_never_replaced_nor_set_back_to_null(book: RuleBook) -> None:
    prices = {"unit": "yuan/kWh", "below_1kv": "0.5", "kv_1_10": "0.55"}
    wrong = refusal(book, document(SHARED, "flat_price", "2012-07-01", prices=prices))
    assert f"{SHARED} has a value from 2012-07-01 in {SHARED}.yaml already" in wrong
    assert "prices.below_1kv is '0.568' there and '0.5' here" in wrong
    unverified = {"prices.below_1kv": "why"}
    empty = {**prices, "below_1kv": None}
    again = document(SHARED, "flat_price", "2012-07-01", prices=empty, unverified=unverified)
    assert "is '0.568' there and null here" in refusal(book, again)


def test_the_known_values_may_be_written_again_beside_the_filled_one(book: RuleBook) -> None:
    prices = {"unit": "yuan/kWh", "below_1kv": "0.568", "kv_1_10": "0.55"}
    laid = parse(document(SHARED, "flat_price", "2012-07-01", prices=prices), onto=book)
    assert laid.in_force(SHARED, date(2024, 1, 1)).values["prices"]["kv_1_10"] == "0.55"


def test_what_is_not_there_even_as_null_is_no_null_to_fill(book: RuleBook) -> None:
    assert "demand.below_1kv stands there in no way" in refusal(book, demand(below_1kv="38.5"))
    same = document(SHARED, "flat_price", "2012-07-01", prices={"unit": "yuan/kWh", "below_1kv": "0.568"})
    assert "nothing here fills a null" in refusal(book, same)


def test_a_parameter_is_filled_by_its_name_and_an_unverified_source_marks_it(book: RuleBook) -> None:
    choices = {"value": "restart", "unit": "choice", "choices": ["continue", "restart"]}
    own = document(TERMS, "parameters", "2012-07-01", parameters={"transfer_of_ownership": choices})
    (content,) = own.values()
    content["values"]["2012-07-01"]["unverified"] = {"source": "听说"}
    filled = parse(own, onto=book).in_force(TERMS, date(2024, 1, 1))
    assert filled.word("transfer_of_ownership") == "restart"
    assert dict(filled.unverified)["parameters.transfer_of_ownership"] == "听说"


def test_what_two_documents_make_together_must_still_be_right(book: RuleBook) -> None:
    rule_id = f"{HENAN}/commercial_time_of_use"
    old = book.in_force(rule_id, date(2023, 1, 1)).values
    days = [{**day} for day in old["days"]]
    days[0]["sharp"] = [["18:00", "19:00"]]
    ratios = {**old["ratios"], "sharp": "2"}
    del ratios["deep_valley"]
    days[0]["ratios"] = {**ratios, "peak": "1.71", "valley": "0.47"}
    own = document(rule_id, "time_of_use_bands", "2022-12-01", ratios=ratios, days=days)
    assert "18:00-19:00 belongs to peak and to sharp" in refusal(book, own)


def purchase(until: str | None = "2026-09-01") -> dict[str, dict[str, Any]]:
    prices = {"unit": "yuan/kWh", "two_part": {"kv_1_10": "0.4"}}
    ends = {"until": until} if until else {}
    return document(f"{HENAN}/commercial_prices/purchase", "component_price", prices=prices, **ends)


def test_a_rule_file_prices_no_component_that_sheets_own(book: RuleBook) -> None:
    wrong = refusal(book, purchase())
    assert "purchase belongs to the monthly price sheet" in wrong
    assert "bring it as a price sheet" in wrong


def test_the_overlay_folder_is_refused_for_it_too(tmp_path: Path) -> None:
    import yaml

    ((path, content),) = purchase().items()
    file = tmp_path / path.removeprefix("own/")
    file.parent.mkdir(parents=True)
    file.write_text(yaml.dump(content, default_style='"').replace('!!null "null"', "null"), encoding="utf-8")
    for reading in (load, load_folder):
        with pytest.raises(RuleBookRefused, match="purchase belongs to the monthly price sheet"):
            reading(tmp_path)


def test_documents_that_come_together_hold_their_sheets_as_sheets(book: RuleBook) -> None:
    laid = lay({**demand(kv_1_10="38.5"), **purchase()}, book)
    rule_id = f"{HENAN}/commercial_prices/purchase"
    assert laid.in_force(rule_id, date(2026, 8, 31)).values["prices"]["two_part"]["kv_1_10"] == "0.4"
    assert laid.in_force(CHARGES, date(2026, 8, 1)).fills
