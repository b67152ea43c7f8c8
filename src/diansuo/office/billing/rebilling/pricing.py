"""What a corrected month costs: priced with what its bill keeps, at the prices and steps that were in force.

One object prices the months of one metering point (``core.tariff.correction.Pricing``), households and commercial
customers alike. What a bill does not keep (the rules of another class) comes from the rulebook of today, which has
the prices of that month under their day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import AppliedRule, BillingInput, Bills, Component, PriceClass, price_across_changes
from diansuo.core.tariff.columns import DTYPES
from diansuo.core.tariff.commercial import (
    NOT_KNOWN,
    CapacityMethod,
    CommercialInput,
    PurchaseMode,
    price_commercial_across_changes,
)
from diansuo.core.tariff.correction import Priced, Use, distribute
from diansuo.core.tariff.resolve import day_number
from diansuo.office.billing.households.planning import STEPPED
from diansuo.office.billing.households.storing import HAVING
from diansuo.office.billing.models import BillPart
from diansuo.office.billing.operations import COMMERCIAL
from diansuo.office.billing.rebilling.standing import Standing
from diansuo.office.billing.rebilling.uses import KEPT, OF_BILL, TODAY, Held

NO_TERMS: Final[dict[str, Any]] = {
    "time_of_use": False,
    "purchase_mode": int(PurchaseMode.AGENT),
    "own_price_nano": [None] * BANDS,
    "power_factor_standard": 0,
    "reduced_standard": False,
    "capacity_method": int(CapacityMethod.NONE),
    "capacity_exempt": False,
    "capacity_va": 0,
    "capacity_va_days": 0,
    "contract_demand_w": 0,
    "demand_w": None,
}
"""Of a household that should have been a commercial customer in one part: what such a one has at the least."""


@dataclass(frozen=True, slots=True)
class Costs:
    """A month priced, with the rules it was priced by."""

    priced: Priced
    rules: tuple[AppliedRule, ...]
    rulebook_hash: str


@dataclass(slots=True)
class PointPricing:
    """Prices the months of one point; remembers what each call came to by the use it was asked for.

    Attributes:
        months: the months as they stand, by 电费年月.
        today: the rulebook with every approved price sheet.
        place: whose commercial prices are in force.
    """

    months: Mapping[int, Standing]
    today: RuleBook
    place: str
    asked: dict[int, Costs] = field(default_factory=dict)
    known: dict[tuple[Use, int], Costs] = field(default_factory=dict)

    def __call__(self, use: Use, year_to_date_wh: int) -> Priced:
        """Return what a use costs; see ``core.tariff.correction.Pricing``.

        Raises:
            Held: it cannot be priced.
        """
        cancelled = getattr(use, "cancelled", False)
        costs = Costs(Priced({}, 0), (), "") if cancelled else self._costs(use, year_to_date_wh)
        self.asked[id(use)] = costs
        return costs.priced

    def _costs(self, use: Use, year_to_date_wh: int) -> Costs:
        """Price a use once: a month that stays as it is is asked for twice."""
        key = use, year_to_date_wh
        if key not in self.known:
            priced = _commercial if use.price_class in COMMERCIAL else _household
            standing, book = self.months[use.period], self._book(use)
            self.known[key] = priced(standing, use, year_to_date_wh, book, self.place)
        return self.known[key]

    def _book(self, use: Use) -> RuleBook:
        standing, whose = self.months[use.period], getattr(use, "book", OF_BILL)
        if whose == TODAY:
            return self.today
        if whose == KEPT:
            return _merged(self.today, standing.slices)
        return _merged(self.today, standing.evidence["slices"])


def _merged(today: RuleBook, slices: Iterable[Mapping[str, Any]]) -> RuleBook:
    contents = {one["slice_hash"]: one for one in slices}
    return _books(today, _Slices(tuple(sorted(contents)), contents)) if contents else today


class _Slices:
    """Slices under the one name they have together, so that equal sets share a book."""

    def __init__(self, key: tuple[str, ...], contents: Mapping[str, Mapping[str, Any]]) -> None:
        self.key, self.contents = key, contents

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Slices) and self.key == other.key


_KEPT_BOOKS: Final[dict[tuple[str, tuple[str, ...]], RuleBook]] = {}
MOST_BOOKS: Final = 64


def _books(today: RuleBook, slices: _Slices) -> RuleBook:
    key = (today.hash, slices.key)
    if key not in _KEPT_BOOKS:
        if len(_KEPT_BOOKS) >= MOST_BOOKS:
            _KEPT_BOOKS.clear()
        kept = RuleBook.from_slices(slices.contents.values())
        _KEPT_BOOKS[key] = replace(today, rules={**today.rules, **kept.rules})
    return _KEPT_BOOKS[key]


def _household(standing: Standing, use: Use, year_to_date_wh: int, book: RuleBook, _place: str) -> Costs:
    """Price part by part; the steps go on from one to the next."""
    amounts: dict[Component, int] = {}
    rules: dict[str, AppliedRule] = {}
    counted_wh = settled_wh = free_wh = 0
    for given in _parts(standing, use):
        stepped = given.pop("stepped")
        row = _input(given | {"year_to_date_wh": year_to_date_wh + settled_wh, "free_taken_wh": free_wh})
        bills = price_across_changes(row, book)
        _require_priced(bills, use.period)
        _add(amounts, bills.lines)
        free = bills.lines.component == Component.FREE_ENERGY
        free_wh += int(bills.lines.quantity_wh[free].sum())
        settled_wh += int(bills.counted_wh[0])
        counted_wh += int(bills.counted_wh[0]) if stepped else 0
        rules |= {rule.slice_hash: rule for rule in bills.rules}
    return Costs(Priced(amounts, counted_wh), tuple(rules.values()), book.hash)


def _parts(standing: Standing, use: Use) -> list[dict[str, Any]]:
    """Return the rows a month is priced in: one, or one for each part its bill was divided into."""
    bill = standing.bill
    parts: Sequence[BillPart] = sorted(bill.parts.all(), key=lambda part: part.part)
    other_class = use.price_class is not standing.billed.price_class
    divided = [part for part in parts if part.price_class is not None] if not standing.commercial else []
    bands = use.band_wh or (0,) * BANDS
    whole = {
        "period": bill.period,
        "price_class": int(use.price_class),
        "voltage_class": bill.voltage_class,
        "from_day": day_number(bill.from_date),
        "to_day": day_number(bill.to_date),
        "energy_wh": use.energy_wh,
        "peak_wh": bands[Band.PEAK],
        "valley_wh": bands[Band.VALLEY],
        "has_time_of_use": use.band_wh is not None,
        "months_in_year": bill.months_in_year,
        **{name: getattr(bill, name) for name in HAVING},
        "stepped": use.price_class in STEPPED,
    }
    if not divided:
        return [whole]
    shares = {
        name: _shares(whole[name], [getattr(part, name) for part in divided], divided)
        for name in ("energy_wh", "peak_wh", "valley_wh")
    }
    return [
        whole
        | {
            "price_class": int(use.price_class) if other_class else part.price_class,
            "voltage_class": part.voltage_class,
            "from_day": day_number(part.from_date),
            "to_day": day_number(part.to_date),
            "months_in_year": part.months_in_year,
            "stepped": (use.price_class if other_class else part.price_class) in STEPPED,
            **{name: shares[name][at] for name in shares},
        }
        for at, part in enumerate(divided)
    ]


def _shares(total_wh: int, held: Sequence[int], parts: Sequence[BillPart]) -> Sequence[int]:
    """Return a total divided like the bill was; by days where the bill had nothing to divide."""
    if sum(held) == total_wh:
        return held
    return distribute(
        total_wh, held if any(held) else [(part.to_date - part.from_date).days for part in parts]
    )


def _input(given: Mapping[str, Any]) -> BillingInput:
    kinds = {name: each.type for name, each in BillingInput.__dataclass_fields__.items()}
    return BillingInput(
        **{name: np.array([value], dtype=DTYPES[str(kinds[name])]) for name, value in given.items()}
    )


def _commercial(standing: Standing, use: Use, _year_to_date_wh: int, book: RuleBook, place: str) -> Costs:
    given = _facts(standing, use)
    kinds = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_, "ByBand": np.int64}
    row = CommercialInput(
        **{
            name: np.array([_known(given[name])], dtype=kinds[str(each.type)])
            for name, each in CommercialInput.__dataclass_fields__.items()
        }
    )
    bills = price_commercial_across_changes(row, book, _place_of(standing) or place).bills
    _require_priced(bills, use.period)
    amounts: dict[Component, int] = {}
    _add(amounts, bills.lines)
    return Costs(Priced(amounts, 0), tuple(bills.rules), book.hash)


def _place_of(standing: Standing) -> str:
    """Return the place whose components priced a bill; empty where it was not a commercial one."""
    ending = "/commercial_components"
    found = (one["rule_id"] for one in standing.evidence["slices"] if one["rule_id"].endswith(ending))
    return next(found, "").removesuffix(ending)


def _facts(standing: Standing, use: Use) -> dict[str, Any]:
    """Return what a commercial month is priced with: what its bill keeps, with the energy of the use."""
    bands = use.band_wh or tuple(use.energy_wh if band == Band.FLAT else 0 for band in range(BANDS))
    changed = {
        "two_part": use.price_class is PriceClass.COMMERCIAL_TWO_PART,
        "energy_wh": use.energy_wh,
        "band_wh": list(bands),
        "reactive_varh": use.reactive_varh,
    }
    kept = standing.evidence["facts"]
    if kept is not None:
        added_wh = use.energy_wh - kept["energy_wh"]
        for name in ("active_wh", "month_energy_wh"):
            changed[name] = None if kept[name] is None else kept[name] + added_wh
        return {**kept, **changed, "demand_w": getattr(use, "demand_w", kept["demand_w"])}
    if use.price_class is PriceClass.COMMERCIAL_TWO_PART:
        raise Held("two_part_without_terms", use.period)
    bill = standing.bill
    return {
        **NO_TERMS,
        **changed,
        "voltage_class": bill.voltage_class,
        "period": bill.period,
        "from_day": day_number(bill.from_date),
        "to_day": day_number(bill.to_date),
        "has_bands": use.band_wh is not None,
        "active_wh": use.energy_wh,
        "month_energy_wh": use.energy_wh,
        "month_days": (bill.to_date - bill.from_date).days,
        "demand_days": (bill.to_date - bill.from_date).days,
    }


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return [_known(each) for each in value]
    return NOT_KNOWN if value is None else value


def _require_priced(bills: Bills | Any, period: int) -> None:
    if bills.refusals:
        refusal = bills.refusals[0]
        raise Held(
            "not_priced", period, rule="B-" + refusal.code.upper().replace("_", "-"), **dict(refusal.params)
        )


def _add(amounts: dict[Component, int], lines: Any) -> None:
    for component, fen in zip(lines.component.tolist(), lines.amount_fen.tolist(), strict=True):
        amounts[Component(component)] = amounts.get(Component(component), 0) + fen
