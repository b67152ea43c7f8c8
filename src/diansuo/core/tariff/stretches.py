"""One bill in stretches that follow each other: another class from a day on, another owner's year (domain.md §6.4).

Each stretch is priced for itself, whoever prices it; here they become one bill again, each a part of its period with
lines of its own. Page: docs/rules/price-change.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.columns import BillingInput, Bills, Lines, Parts, Refusal
from diansuo.core.tariff.joining import Piece, join_bills, rule_index


def as_parts(bills: Bills, inputs: BillingInput, divided: Bool, before: Int64, by_days: Bool) -> Bills:
    """Give the bills of stretches parts: those a change of prices made, or one that is the whole stretch.

    Lines of component ``CORRECTION`` belong to the year and to no part.

    Args:
        bills: the priced stretches.
        inputs: what they were priced with.
        divided: bool (rows,), the rows that are stretches of a longer period; the others stay as they are.
        before: int64 (rows,), how many parts the stretches before this one have.
        by_days: bool (rows,), whether days divided the period where this stretch begins or ends.
    """
    rows = np.arange(len(inputs))
    whole = np.flatnonzero(bills.priced & divided & ~np.isin(rows, bills.parts.row))
    made = Parts(
        row=whole,
        part=np.ones(len(whole), np.int16),
        from_day=inputs.from_day[whole],
        to_day=inputs.to_day[whole],
        energy_wh=inputs.energy_wh[whole],
        peak_wh=inputs.peak_wh[whole],
        valley_wh=inputs.valley_wh[whole],
        by_days=by_days[whole],
        settlement_rule=bills.settlement_rule[whole],
        terms_rule=bills.terms_rule[whole],
    )
    parts = _in_order([bills.parts, made])
    shift = np.where(divided, before, 0).astype(np.int16)
    parts = replace(
        parts,
        part=parts.part + shift[parts.row],
        by_days=parts.by_days | (by_days & divided)[parts.row],
    )
    return replace(
        bills,
        parts=parts,
        lines=_numbered(bills.lines, divided, shift),
        refunds=_numbered(bills.refunds, divided, shift),
    )


def join_stretches(
    pieces: Sequence[Piece], rows: int, refused: Mapping[int, Refusal], book_hash: str
) -> Bills:
    """Join stretches to bills, in the order of the pieces, with all their parts.

    Args:
        pieces: a row may stand in several; it has a bill where every one of them could be priced.
        rows: number of rows of the whole.
        refused: refusals the pieces do not hold, by row.
        book_hash: hash of the rulebook.
    """
    bills = join_bills(pieces, rows, refused, book_hash)
    moved = []
    for piece in pieces:
        parts, index = piece.bills.parts, rule_index(piece.bills.rules, bills.rules)
        moved.append(
            replace(
                parts,
                row=piece.rows[parts.row],
                settlement_rule=index[parts.settlement_rule],
                terms_rule=index[parts.terms_rule],
            )
        )
    parts = _in_order(moved)
    return replace(bills, parts=parts.take(bills.priced[parts.row]))


def _numbered(lines: Lines, divided: Bool, shift: np.ndarray) -> Lines:
    of_part = divided[lines.row] & (lines.component != Component.CORRECTION)
    part = np.where(of_part, np.maximum(lines.part, 1) + shift[lines.row], lines.part)
    return replace(lines, part=part.astype(np.int16))


def _in_order(pieces: Sequence[Parts]) -> Parts:
    """Put parts in the order of their rows, within a row in that of their days."""
    together = Parts(
        **{
            each.name: np.concatenate([getattr(parts, each.name) for parts in (Parts.none(), *pieces)])
            for each in fields(Parts)
        }
    )
    return together.take(np.lexsort((together.from_day, together.row)))
