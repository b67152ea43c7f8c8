"""What a bill keeps beside its lines, so that it recomputes years later: rules no line shows, and commercial facts."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.tariff import BillingInput, Bills
from diansuo.core.tariff.classes import RULES_OF_CLASS, PriceClass
from diansuo.core.tariff.commercial import NOT_KNOWN, CommercialInput
from diansuo.core.tariff.resolve import day_number
from diansuo.office.base import bulk
from diansuo.office.billing.models import Bill, BillFacts

Int64 = npt.NDArray[np.int64]

NO_RULE: Final = -1


def keep_facts(given: CommercialInput, rows: Int64, bills: Int64) -> None:
    """Store what commercial bills were priced with, one object a bill.

    Args:
        given: what went into the engine.
        rows: int64 (k,), which rows of it.
        bills: int64 (k,), the bills these rows became.
    """
    content = [json.dumps(facts_of(given, row)) for row in rows.tolist()]
    bulk.insert_columns(BillFacts, {"bill": bills, "content": content})


def facts_of(given: CommercialInput, row: int) -> dict[str, Any]:
    """Return one row as plain data; None for what nobody knew."""
    return {each.name: _plain(getattr(given, each.name)[row].tolist()) for each in fields(given)}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if value == NOT_KNOWN else value


def keep_unshown_rules(inputs: BillingInput, bills: Bills, bill_of_row: Int64, slices: Int64) -> None:
    """Store the rules that priced a household's bill and stand on none of its lines.

    Those are the settlement of an earlier part, the terms for households, and peak and valley of a part without energy.
    """
    pairs = {
        (int(bill_of_row[row]), int(slices[rule]))
        for row, rule in _unshown(inputs, bills)
        if bill_of_row[row] > 0
    }
    if pairs:
        bill, rule = zip(*sorted(pairs), strict=True)
        bulk.insert_columns(Bill.rules.through, {"bill": list(bill), "ruleslice": list(rule)})


def _unshown(inputs: BillingInput, bills: Bills) -> list[tuple[int, int]]:
    """Return (row, rule) of what priced a row and is neither on a line nor the settlement of the bill."""
    found: list[tuple[int, int]] = []
    parts = bills.parts
    for column in (parts.settlement_rule, parts.terms_rule):
        known = np.flatnonzero(column != NO_RULE)
        found += zip(parts.row[known].tolist(), column[known].tolist(), strict=True)
    known = np.flatnonzero(bills.terms_rule != NO_RULE)
    found += zip(known.tolist(), bills.terms_rule[known].tolist(), strict=True)
    found = [(row, rule) for row, rule in found if bills.settlement_rule[row] != rule]
    return found + _silent_periods(inputs, bills)


def _silent_periods(inputs: BillingInput, bills: Bills) -> list[tuple[int, int]]:
    """Return (row, rule) of the rules of peak and valley of which a bill shows no line in some part."""
    of_periods = {
        int(price_class): rules.time_of_use
        for price_class, rules in RULES_OF_CLASS.items()
        if rules.time_of_use and PriceClass(price_class) is price_class
    }
    timed = np.isin(inputs.price_class, list(of_periods)) & bills.priced
    entries = [
        (at, day_number(rule.entry.effective), rule.rule_id)
        for at, rule in enumerate(bills.rules)
        if rule.rule_id.rpartition("/")[2] in of_periods.values()
    ]
    if not timed.any() or not entries:
        return []
    shown = np.isin(bills.lines.rule, [at for at, _day, _rule in entries])
    lines = np.zeros(len(timed), dtype=np.int64)
    np.add.at(lines, bills.lines.row[shown], 1)
    parts = np.maximum(np.bincount(bills.parts.row, minlength=len(timed)), 1)
    # A part that shows one of the two lines shows the rule; fewer lines than parts leave one without.
    silent = np.flatnonzero(timed & (lines < 2 * parts))
    return [
        (row, at) for row in silent.tolist() for at, day, _rule in entries if day < int(inputs.to_day[row])
    ]
