"""Findings of the audit as columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.tariff.auditing.rules import ABSENT, FIGURES, Situation


@dataclass(frozen=True, slots=True)
class AuditFindings:
    """One row a finding.

    Attributes:
        row: int64, of the drafts.
        situation: int64, a `Situation`.
        figures: int64 (rows, `FIGURES`), in the order and units of ``Situation.figures``; ``ABSENT`` not known.
        stake_fen: int64, money at stake, 0 where it cannot be said.
        weak: bool, judged by fewer views than the rule has: never holds a bill.
    """

    row: Int64
    situation: Int64
    figures: Int64
    stake_fen: Int64
    weak: Bool

    def __len__(self) -> int:
        return len(self.row)


def found(
    situation: Situation,
    mark: Bool,
    *figures: Int64 | int,
    stake_fen: Int64 | int = 0,
    weak: Bool | None = None,
    of: Int64 | None = None,
) -> AuditFindings:
    """Return a finding for each marked row.

    Args:
        situation: what was found.
        mark: bool (rows,).
        figures: (rows,) each or one number for all, as the situation names them.
        stake_fen: (rows,).
        weak: bool (rows,).
        of: the draft each row belongs to; without it the row itself.
    """
    rows = np.flatnonzero(mark)
    table = np.full((len(rows), FIGURES), ABSENT, np.int64)
    for at, figure in enumerate(figures):
        table[:, at] = figure if isinstance(figure, int) else figure[rows]
    return AuditFindings(
        row=rows if of is None else of[rows],
        situation=np.full(len(rows), int(situation), np.int64),
        figures=table,
        stake_fen=np.abs(_taken(stake_fen, rows)),
        weak=np.zeros(len(rows), np.bool_) if weak is None else weak[rows],
    )


def merged(parts: Iterable[AuditFindings]) -> AuditFindings:
    """Return all findings together, by draft and situation."""
    every = list(parts)
    row = np.concatenate([one.row for one in every])
    situation = np.concatenate([one.situation for one in every])
    order = np.lexsort((situation, row))
    return AuditFindings(
        row[order],
        situation[order],
        np.concatenate([one.figures for one in every])[order],
        np.concatenate([one.stake_fen for one in every])[order],
        np.concatenate([one.weak for one in every])[order],
    )


def _taken(values: Int64 | int, rows: Int64) -> Int64:
    return np.full(len(rows), values, np.int64) if isinstance(values, int) else values[rows]
