"""A monthly price sheet adds the prices it owns, once, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from diansuo.core.rules import NoValueInForce, RuleBook, RuleBookRefused, accept_sheet, parse
from diansuo.office.config.rulebook_files import load

HENAN = "province/henan"
PURCHASE = f"{HENAN}/commercial_prices/purchase"
SOURCE = {
    "document": "国网河南电力 2024年8月代理购电价格公告",
    "clause": "表1",
    "published": "2024-07-29",
    "url": None,
}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def sheet(
    component: str = "purchase",
    price: Any = "0.40",
    first: str = "2024-08-01",
    until: str | None = "2024-09-01",
    place: str = HENAN,
) -> dict[str, dict[str, Any]]:
    rule_id = f"{place}/commercial_prices/{component}"
    entry: dict[str, Any] = {
        "source": SOURCE,
        "checked": "2024-07-30",
        "prices": {"unit": "yuan/kWh", "single_part": {"kv_1_10": price}, "two_part": {"kv_1_10": price}},
    }
    if until:
        entry["until"] = until
    content = {
        "id": rule_id,
        "kind": "component_price",
        "title": {"zh": "代理购电价格", "en": "Agent purchase price"},
        "values": {first: entry},
    }
    return {f"sheets/{first}/{rule_id}.yaml": content}


def refusal(book: RuleBook, documents: dict[str, dict[str, Any]], place: str = HENAN) -> str:
    with pytest.raises(RuleBookRefused) as refused:
        accept_sheet(book, documents, place)
    assert all(problem.file in documents and problem.remedy for problem in refused.value.problems)
    return str(refused.value)


def test_the_price_of_a_month_holds_in_that_month_and_not_after_it(book: RuleBook) -> None:
    accepted = accept_sheet(book, sheet(), HENAN)
    entry = accepted.in_force(PURCHASE, date(2024, 8, 31))
    assert entry.values["prices"]["two_part"] == {"kv_1_10": "0.4"}
    assert entry.source.document == SOURCE["document"]
    for outside in (date(2024, 7, 31), date(2024, 9, 1)):
        with pytest.raises(NoValueInForce):
            accepted.in_force(PURCHASE, outside)
    assert PURCHASE not in book.rules


def test_months_may_come_in_any_order_and_leave_a_gap(book: RuleBook) -> None:
    september = sheet(price="0.41", first="2024-09-01", until="2024-10-01")
    june = sheet(price="0.38", first="2024-06-01", until="2024-07-01")
    accepted = accept_sheet(accept_sheet(accept_sheet(book, september, HENAN), june, HENAN), sheet(), HENAN)
    days = (date(2024, 6, 1), date(2024, 8, 1), date(2024, 9, 30))
    prices = [accepted.in_force(PURCHASE, day).values["prices"]["two_part"]["kv_1_10"] for day in days]
    assert prices == ["0.38", "0.4", "0.41"]
    with pytest.raises(NoValueInForce):
        accepted.in_force(PURCHASE, date(2024, 7, 15))


def test_the_balance_of_past_months_may_lie_below_zero(book: RuleBook) -> None:
    accepted = accept_sheet(book, sheet("system_operation", "-0.0031"), HENAN)
    rule_id = f"{HENAN}/commercial_prices/system_operation"
    assert accepted.in_force(rule_id, date(2024, 8, 1)).values["prices"]["two_part"]["kv_1_10"] == "-0.0031"


def test_the_same_month_twice_is_refused(book: RuleBook) -> None:
    accepted = accept_sheet(book, sheet(), HENAN)
    assert "has a value from 2024-08-01 in sheets/2024-08-01/" in refusal(accepted, sheet(price="0.45"))
    assert "overlaps with the value from 2024-08-01" in refusal(accepted, sheet(first="2024-08-15"))
    assert "overlaps" in refusal(accepted, sheet(first="2024-07-01", until="2024-08-02"))


@pytest.mark.parametrize("component", ["transmission", "surcharge"])
def test_a_component_of_the_rulebook_is_refused_with_its_owner(book: RuleBook, component: str) -> None:
    wrong = refusal(book, sheet(component))
    assert f"{component} belongs to the rulebook by {HENAN}/commercial_components of 2023-06-01" in wrong


def test_a_component_that_the_place_does_not_have_is_refused(book: RuleBook) -> None:
    assert "energy is no part of the price" in refusal(book, sheet("energy"))


def test_a_day_on_which_nobody_owns_the_component_is_refused(book: RuleBook) -> None:
    wrong = refusal(book, sheet(first="2023-05-01", until="2023-07-01"))
    assert "nobody owns purchase on 2023-05-01" in wrong
    assert accept_sheet(book, sheet(first="2023-06-01", until="2023-07-01"), HENAN)


def test_the_owner_is_looked_up_on_every_day_of_the_price(book: RuleBook) -> None:
    newer = dict(book.in_force(f"{HENAN}/commercial_components", date(2024, 1, 1)).values["components"])
    newer["purchase"] = {**newer["purchase"], "owner": "rulebook"}
    known = {name: {**traits, "time_of_use": "fixed"} for name, traits in newer.items()}
    rule_id = f"{HENAN}/commercial_components"
    change = {
        "id": rule_id,
        "kind": "price_components",
        "title": {"zh": "构成", "en": "components"},
        "values": {"2025-01-01": {"source": SOURCE, "checked": "2024-07-30", "components": known}},
    }
    later = parse({f"own/{rule_id}.yaml": change}, onto=book)
    assert accept_sheet(later, sheet(first="2024-12-01", until="2025-01-01"), HENAN)
    for until in ("2025-01-02", None):
        wrong = refusal(later, sheet(first="2024-12-01", until=until))
        assert f"purchase belongs to the rulebook by {rule_id} of 2025-01-01" in wrong


def test_a_sheet_of_another_place_or_kind_is_refused(book: RuleBook) -> None:
    assert "is no price of province/henan" in refusal(book, sheet(place="province/hubei"))
    assert "has no province/hubei/commercial_components" in refusal(
        book, sheet(place="province/hubei"), "province/hubei"
    )
    (path, content), *_ = sheet().items()
    flat = {**content, "kind": "flat_price"}
    assert "a price sheet holds no flat_price" in refusal(book, {path: flat})


def test_a_sheet_without_source_or_with_a_bare_number_is_refused_all_at_once(book: RuleBook) -> None:
    documents = sheet(price=0.4) | sheet("transmission")
    (content, *_) = documents.values()
    del content["values"]["2024-08-01"]["source"]
    wrong = refusal(book, documents)
    assert "'source' is missing" in wrong
    assert "bare number 0.4" in wrong
    assert "transmission belongs to the rulebook" in wrong
