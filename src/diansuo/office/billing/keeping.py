"""What a bill keeps beside its lines, so that it recomputes years later: rules no line shows, and commercial facts."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.tariff import BillingInput, Bills
from diansuo.core.tariff.classes import RULES_OF_CLASS, PriceClass
from diansuo.core.tariff.commercial import NOT_KNOWN, CommercialFreeze, CommercialInput, LaterTerms
from diansuo.core.tariff.resolve import day_number
from diansuo.office.base import bulk
from diansuo.office.billing.households.kept import Kept
from diansuo.office.billing.models import Bill, BillFacts

Int64 = npt.NDArray[np.int64]

NO_RULE: Final = -1
FREEZE: Final = ("day", "used_wh", "of_wh", "used_band_wh", "of_band_wh")


def keep_facts(
    given: CommercialInput, later: LaterTerms, freeze: CommercialFreeze, rows: Int64, bills: Int64
) -> None:
    """Store what commercial bills were priced with, one object a bill.

    Args:
        given: what went into the engine.
        later: the terms that come to hold within months.
        freeze: the registers of the days that divided months.
        rows: int64 (k,), which rows of ``given``.
        bills: int64 (k,), the bills these rows became.
    """
    terms, frozen = _places(later.row), _places(freeze.row)
    content = [
        json.dumps(
            facts_of(given, row)
            | _where_any("later", [_later(later, at) for at in terms.get(row, ())])
            | _where_any("freeze", [_frozen(freeze, at) for at in frozen.get(row, ())])
        )
        for row in rows.tolist()
    ]
    bulk.insert_columns(BillFacts, {"bill": bills, "content": content})


def keep_stretches(kept: Kept, bill_of_row: Int64) -> None:
    """Store what households' bills in stretches were priced with, one object a bill."""
    rows = [row for row in sorted(kept.stretches) if bill_of_row[row] > 0]
    if rows:
        content = [json.dumps(kept.content(row)) for row in rows]
        bulk.insert_columns(BillFacts, {"bill": bill_of_row[rows], "content": content})


def _places(row: Int64) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for at, one in enumerate(row.tolist()):
        found.setdefault(one, []).append(at)
    return found


def _where_any(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: rows} if rows else {}


def _later(later: LaterTerms, at: int) -> dict[str, Any]:
    return {"day": int(later.day[at]), "terms": facts_of(later.terms, at)}


def _frozen(freeze: CommercialFreeze, at: int) -> dict[str, Any]:
    return {name: getattr(freeze, name)[at].tolist() for name in FREEZE}


def facts_of(given: CommercialInput, row: int) -> dict[str, Any]:
    """Return one row as plain data; None for what nobody knew."""
    return {each.name: _plain(getattr(given, each.name)[row].tolist()) for each in fields(given)}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if value == NOT_KNOWN else value


def keep_unshown_rules(
    inputs: BillingInput, bills: Bills, bill_of_row: Int64, slices: Int64, kept: Kept | None = None
) -> None:
    """Store the rules that priced a household's bill and stand on none of its lines.

    Those are the settlement of an earlier part, the terms for households, peak and valley of a part without energy,
    and what priced the earlier bills of a year that is settled anew.
    """
    unshown = [*_unshown(inputs, bills), *(_of_stretches(kept, bills) if kept is not None else ())]
    pairs = {(int(bill_of_row[row]), int(slices[rule])) for row, rule in unshown if bill_of_row[row] > 0}
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


def _of_stretches(kept: Kept, bills: Bills) -> list[tuple[int, int]]:
    """Return (row, rule) of the rules of stretches that are neither on a line nor the settlement of the bill."""
    place = {rule.slice_hash: at for at, rule in enumerate(bills.rules)}
    shown = set(zip(bills.lines.row.tolist(), bills.lines.rule.tolist(), strict=True))
    return [
        (row, place[key])
        for row, rules in kept.rules.items()
        for key in rules
        if key in place and (row, place[key]) not in shown and int(bills.settlement_rule[row]) != place[key]
    ]


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
