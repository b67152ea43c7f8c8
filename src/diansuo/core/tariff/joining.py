"""Bills joined from pieces: rules listed once, lines in the order of rows, refusals with their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64
from diansuo.core.tariff.columns import AppliedRule, Bills, Lines, Parts, Refusal


@dataclass(frozen=True, slots=True)
class Piece:
    """Bills of some rows of a larger table.

    Attributes:
        bills: the bills.
        rows: int64, for each of them its row in the larger table; no row twice.
        part: which part of the period of each row they are, from 1; 0 where they are whole.
    """

    bills: Bills
    rows: Int64
    part: int = 0


def join_rules(each: Iterable[Sequence[AppliedRule]]) -> tuple[tuple[AppliedRule, ...], list[Int16]]:
    """List rules once each, in the order of rule and day, and say where those of each list have gone.

    Returns:
        The rules, and for each list its :func:`rule_index` among them.
    """
    lists = [tuple(rules) for rules in each]
    once: dict[str, AppliedRule] = {}
    for rule in (rule for rules in lists for rule in rules):
        known = once.get(rule.slice_hash, rule)
        steps = dict.fromkeys((*known.rounding_steps, *rule.rounding_steps))
        once[rule.slice_hash] = replace(known, rounding_steps=tuple(steps))
    ordered = sorted(once.values(), key=lambda rule: (rule.rule_id, rule.effective))
    return tuple(ordered), [rule_index(rules, ordered) for rules in lists]


def rule_index(rules: Iterable[AppliedRule], among: Iterable[AppliedRule]) -> Int16:
    """Say where rules stand in another list.

    Returns:
        int16 (rules + 1,), the place of each; the last element, which -1 finds, is -1.
    """
    place = {rule.slice_hash: at for at, rule in enumerate(among)}
    return np.array([*(place[rule.slice_hash] for rule in rules), -1], dtype=np.int16)


def join_lines(pieces: Sequence[Lines]) -> Lines:
    """Put lines in the order of their rows, within a row in the order of the pieces, and number them anew."""
    together = Lines(
        **{
            each.name: np.concatenate([getattr(lines, each.name) for lines in (Lines.empty(), *pieces)])
            for each in fields(Lines)
        }
    )
    lines = together.take(np.argsort(together.row, kind="stable"))
    first = np.flatnonzero(np.diff(lines.row, prepend=-1))
    start = np.repeat(first, np.diff(first, append=len(lines)))
    return replace(lines, sequence=(np.arange(len(lines)) - start + 1).astype(np.int16))


def join_bills(pieces: Sequence[Piece], rows: int, refused: Mapping[int, Refusal], book_hash: str) -> Bills:
    """Join the pieces of so many bills; a row that is refused, also in one piece only, has no bill.

    Args:
        pieces: in the order in which their lines stand on a bill.
        rows: number of rows of the larger table.
        refused: refusals that the pieces do not hold, by row.
        book_hash: hash of the rulebook that priced them.

    Returns:
        Bills without their ``parts``.
    """
    refusals = dict(refused)
    for piece in pieces:
        for refusal in piece.bills.refusals:
            row = int(piece.rows[refusal.row])
            refusals.setdefault(row, replace(refusal, row=row))
    rules, indices = join_rules(piece.bills.rules for piece in pieces)
    sums = {name: np.zeros(rows, np.int64) for name in ("amount_fen", "energy_wh", "counted_wh")}
    step, priced = np.zeros(rows, np.int16), np.zeros(rows, np.bool_)
    settlement_rule, terms_rule = np.full(rows, -1, np.int16), np.full(rows, -1, np.int16)
    for piece, index in zip(pieces, indices, strict=True):
        for name, column in sums.items():
            column[piece.rows] += getattr(piece.bills, name)
        step[piece.rows] = piece.bills.step
        priced[piece.rows] = True
        settlement_rule[piece.rows] = index[piece.bills.settlement_rule]
        terms_rule[piece.rows] = index[piece.bills.terms_rule]
    gone = np.array(sorted(refusals), dtype=np.int64)
    for name in sums:
        sums[name][gone] = 0
    step[gone], priced[gone] = 0, False
    settlement_rule[gone] = terms_rule[gone] = -1
    moved = {
        name: [_moved(piece, name, index, priced) for piece, index in zip(pieces, indices, strict=True)]
        for name in ("lines", "refunds")
    }
    return Bills(
        **sums,
        step=step,
        priced=priced,
        settlement_rule=settlement_rule,
        terms_rule=terms_rule,
        lines=join_lines(moved["lines"]),
        refunds=join_lines(moved["refunds"]),
        parts=Parts.none(),
        rules=rules,
        refusals=tuple(refusals[row] for row in sorted(refusals)),
        rulebook_hash=book_hash,
    )


def refuse(bills: Bills, refused: Mapping[int, Refusal]) -> Bills:
    """Return the bills without those of the rows that are refused now."""
    every = Piece(bills, np.arange(len(bills.priced)))
    left = join_bills([every], len(bills.priced), refused, bills.rulebook_hash)
    return replace(left, parts=bills.parts.take(left.priced[bills.parts.row]))


def under_rules(bills: Bills, rules: tuple[AppliedRule, ...]) -> Bills:
    """Return the bills with a longer list of rules, to which their own belong."""
    index = rule_index(bills.rules, rules)
    parts = replace(
        bills.parts,
        settlement_rule=index[bills.parts.settlement_rule],
        terms_rule=index[bills.parts.terms_rule],
    )
    return replace(
        bills,
        settlement_rule=index[bills.settlement_rule],
        terms_rule=index[bills.terms_rule],
        lines=replace(bills.lines, rule=index[bills.lines.rule]),
        refunds=replace(bills.refunds, rule=index[bills.refunds.rule]),
        parts=parts,
        rules=rules,
    )


def _moved(piece: Piece, name: str, index: Int16, priced: Bool) -> Lines:
    """Return the lines of a piece under the rows and rules of the whole, less those of refused rows."""
    lines: Lines = getattr(piece.bills, name)
    part = np.full(len(lines), piece.part, dtype=np.int16) if piece.part else lines.part
    moved = replace(lines, row=piece.rows[lines.row], rule=index[lines.rule], part=part)
    return moved.take(priced[moved.row])
