"""Bills whose days of use lie on both sides of a change of prices: divided, priced part by part, joined again.

Source: domain.md §6.4; docs/rules/price-change.md. The annual steps are not reset by a change: each part goes on
where the one before it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.columns import BillingInput, Bills, Freeze, Parts
from diansuo.core.tariff.dividing import Divided, divide, energy_precision
from diansuo.core.tariff.faults import find_faults
from diansuo.core.tariff.joining import Piece, join_bills, rule_index
from diansuo.core.tariff.price import price
from diansuo.core.tariff.resolve import changes_within
from diansuo.core.tariff.shapes import PRICE_CHANGE_DAYS

DIVIDED: Final = ("from_day", "to_day", "energy_wh", "peak_wh", "valley_wh")


def price_across_changes(
    inputs: BillingInput, book: RuleBook, place: str | None = None, freeze: Freeze | None = None
) -> Bills:
    """Price every row like :func:`price`, also those within whose days of use an entry that prices them changes.

    Such a row is divided at each day of change: by the daily frozen register of that day where it is given, else by
    days. The parts are priced in order, each with the year's energy and the free energy that those before it took;
    their lines follow each other on one bill, under the number of their part.

    Args:
        inputs: one row per contract and settlement.
        book: the rules.
        place: whose rules; None: the book's default place.
        freeze: what rows had used up to days of change.

    Returns:
        Bills in the order of the input, with the parts of those that were divided. A row of which one part cannot be
        priced is refused with the reason of that part.

    Raises:
        WrongColumn: a column has the wrong dtype or length.
        ValueError: no place is named and the book has no default.
    """
    inputs.check()
    registers = Freeze.none() if freeze is None else freeze
    registers.check(len(inputs))
    where = place or book.default_place
    row, day = changes_within(inputs, book, where)
    crosses = np.zeros(len(inputs), dtype=np.bool_)
    crosses[row] = True
    rows = np.flatnonzero(crosses)
    crosses[[int(rows[fault.row]) for fault in find_faults(inputs.take(rows))]] = False
    if not crosses.any():
        return price(inputs, book, place)
    crossing, rest = np.flatnonzero(crosses), np.flatnonzero(~crosses)
    place_of = np.cumsum(crosses) - 1
    crossers = inputs.take(crossing)
    kept, held = crosses[row], crosses[registers.row]
    divided = divide(
        crossers,
        place_of[row[kept]],
        day[kept],
        registers.take(held, place_of[registers.row[held]]),
        energy_precision(crossers, book, where),
    )
    pieces = [Piece(price(inputs.take(rest), book, place), rest)]
    pieces += [
        replace(piece, rows=crossing[piece.rows]) for piece in _price_parts(crossers, divided, book, where)
    ]
    refused = {
        int(crossing[at]): replace(each, row=int(crossing[at])) for at, each in divided.refusals.items()
    }
    bills = join_bills(pieces, len(inputs), refused, book.hash)
    parts = replace(divided.parts, row=crossing[divided.parts.row])
    return _with_parts(bills, pieces[1:], parts.take(bills.priced[parts.row]))


def recompute(
    inputs: BillingInput,
    slices: Iterable[Mapping[str, Any]],
    place: str | None = None,
    freeze: Freeze | None = None,
) -> Bills:
    """Price rows again from the slices stored with their bills, whatever the rulebook says today.

    Args:
        inputs: the rows as they were priced.
        slices: ``AppliedRule.to_slice()`` of every rule the bills used; repeats do no harm.
        place: as in :func:`price`; None: the place of the slices.
        freeze: the frozen registers the bills were divided by.

    Returns:
        Bills whose amounts and lines equal the first ones byte for byte; ``rulebook_hash`` is that of the
        slices.

    Raises:
        AlteredSlice: a slice no longer has the hash it was stored under.
    """
    return price_across_changes(inputs, RuleBook.from_slices(slices), place, freeze)


def _price_parts(inputs: BillingInput, divided: Divided, book: RuleBook, place: str) -> list[Piece]:
    """Price first parts, then second parts, and so on; a row refused once is not priced any further."""
    parts = divided.parts
    year_to_date_wh, taken_wh = inputs.year_to_date_wh.copy(), inputs.free_taken_wh.copy()
    alive = np.ones(len(inputs), dtype=np.bool_)
    alive[list(divided.refusals)] = False
    pieces = []
    for part in range(1, int(parts.part.max()) + 1):
        at = np.flatnonzero((parts.part == part) & alive[parts.row])
        rows = parts.row[at]
        of_part = replace(
            inputs.take(rows),
            **{name: getattr(parts, name)[at] for name in DIVIDED},
            year_to_date_wh=year_to_date_wh[rows],
            free_taken_wh=taken_wh[rows],
        )
        bills = price(of_part, book, place)
        pieces.append(Piece(bills, rows, part))
        alive[rows[~bills.priced]] = False
        year_to_date_wh[rows] += bills.counted_wh
        for lines in (bills.lines, bills.refunds):
            free = lines.component == Component.FREE_ENERGY
            np.add.at(taken_wh, rows[lines.row[free]], lines.quantity_wh[free])
    return pieces


def _with_parts(bills: Bills, pieces: list[Piece], parts: Parts) -> Bills:
    """Return the bills with their parts, each with its own rules, and the rounding that divided them by days."""
    for piece in pieces:
        index = rule_index(piece.bills.rules, bills.rules)
        at = np.flatnonzero(parts.part == piece.part)
        of_piece = np.searchsorted(piece.rows, parts.row[at])
        parts.settlement_rule[at] = index[piece.bills.settlement_rule[of_piece]]
        parts.terms_rule[at] = index[piece.bills.terms_rule[of_piece]]
    by_days = set(parts.settlement_rule[parts.by_days].tolist())
    rules = tuple(
        replace(rule, rounding_steps=(*rule.rounding_steps, PRICE_CHANGE_DAYS)) if at in by_days else rule
        for at, rule in enumerate(bills.rules)
    )
    return replace(bills, parts=parts, rules=rules)
