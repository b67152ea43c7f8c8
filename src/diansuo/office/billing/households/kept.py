"""What months of households in stretches were priced with, as plain data: with it alone they recompute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.tariff import AppliedRule, BillingInput, Bills, EarlierBills, Freeze
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS, RULES_OF_CLASS, SETTLEMENT, PriceClass
from diansuo.core.tariff.columns import DTYPES
from diansuo.core.tariff.resolve import day_of

FREEZE: Final = ("day", "energy_wh", "peak_wh", "valley_wh")
OF_EVERY_CLASS: Final = {SETTLEMENT, RESIDENTIAL_TERMS}


@dataclass(slots=True)
class Kept:
    """By row: its stretches in order, and the rules that had a part in any of them, by the hash of their values."""

    stretches: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    rules: dict[int, dict[str, AppliedRule]] = field(default_factory=dict)

    def note(
        self,
        rows: Int64,
        inputs: BillingInput,
        bills: Bills,
        freeze: Freeze | None,
        earlier: EarlierBills | None = None,
    ) -> None:
        """Note one stretch of each of some rows.

        Args:
            rows: int64 (stretches,), the row each belongs to.
            inputs: what they were priced with.
            bills: what they came to.
            freeze: the registers that divided them.
            earlier: of the last stretches of years: the bills of the year before them.
        """
        frozen = _by_row(freeze.row) if freeze is not None else {}
        before = _by_row(earlier.row) if earlier is not None else {}
        for at, row in enumerate(rows.tolist()):
            theirs = [plain_input(earlier.inputs, each) for each in before.get(at, ()) if earlier is not None]
            mine = plain_input(inputs, at)
            self.stretches.setdefault(row, []).append(
                {
                    "input": mine,
                    "freeze": [
                        {name: int(getattr(freeze, name)[each]) for name in FREEZE}
                        for each in frozen.get(at, ())
                    ],
                    "earlier": theirs if earlier is not None else None,
                }
            )
            used = self.rules.setdefault(row, {})
            used.update((rule.slice_hash, rule) for rule in _rules(bills, [mine, *theirs]))

    def content(self, row: int) -> dict[str, Any]:
        """Return what a bill keeps of a row."""
        return {"stretches": self.stretches[row]}


def plain_input(inputs: BillingInput, row: int) -> dict[str, Any]:
    """Return a row of the engine's input as plain data."""
    return {each.name: getattr(inputs, each.name)[row].item() for each in fields(inputs)}


def _by_row(row: Int64) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for at, one in enumerate(row.tolist()):
        found.setdefault(one, []).append(at)
    return found


def _rules(bills: Bills, given: list[dict[str, Any]]) -> Iterator[AppliedRule]:
    """Yield the rules of these classes and days; rules of other customers of the same run are left out."""
    names = set(OF_EVERY_CLASS)
    for one in given:
        of_class = RULES_OF_CLASS[PriceClass(one["price_class"])]
        names |= {name for name in (of_class.energy, of_class.time_of_use) if name}
    first = day_of(min(one["from_day"] for one in given)).isoformat()
    last = day_of(max(one["to_day"] for one in given) - 1).isoformat()
    by_rule: dict[str, list[AppliedRule]] = {}
    for rule in bills.rules:
        if rule.rule_id.rpartition("/")[2] in names and rule.effective <= last:
            by_rule.setdefault(rule.rule_id, []).append(rule)
    for held in by_rule.values():
        held.sort(key=lambda rule: rule.effective)
        ended = [rule for rule in held if rule.effective <= first][:-1]
        yield from (rule for rule in held if rule not in ended)


def input_of(rows: Sequence[Mapping[str, Any]]) -> BillingInput:
    """Return plain rows as the engine's input; the other way of :func:`plain_input`."""
    return BillingInput(
        **{
            each.name: np.array([row[each.name] for row in rows], DTYPES[str(each.type)])
            for each in fields(BillingInput)
        }
    )


def frozen_of(rows: Sequence[Mapping[str, int]]) -> Freeze:
    """Return the registers a stretch keeps, of row 0."""
    columns = [np.array([row[name] for row in rows], np.int64) for name in FREEZE]
    return Freeze(np.zeros(len(rows), np.int64), *columns)
