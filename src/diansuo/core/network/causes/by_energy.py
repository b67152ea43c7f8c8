"""相别、户变识别 by energy: which phase, which of some areas, from daily energy and masters that count by phase."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from diansuo.core.network.causes.kinds import Float
from diansuo.core.network.causes.solving import bounded_least_squares
from diansuo.core.quantity.arrays import Int64

PHASES: Final = 3
WHOLE_WEIGHT: Final = 4.0
"""How much a customer's shares adding up to one counts against the days, in mean days of energy."""

TRIALS: Final = 8
STEPS: Final = 1_000_000
COLD: Final = 1e-4
"""Where the annealing ends, against where it begins: the squares of one customer's days."""


def phases_by_energy(use_wh: Float, phases_wh: Float) -> Int64:
    """Return the phase of each single-phase customer, int64 (n,), 0 to 2.

    First shares of every customer on every phase, in bounded least squares; then whole customers, moved and exchanged
    by annealing to the least sum of squares. Source: technical-anchors.md D; docs/rules/loss-causes.md.

    Args:
        use_wh: (n, days), no nan; more days than a third of the customers, or the answer is a guess.
        phases_wh: (3, days), what the phases supplied to these customers: three-phase customers and losses taken off.
    """
    return _assigned(use_wh, phases_wh)


def areas_by_energy(use_wh: Float, phase: Int64, busbars_wh: Float) -> Int64:
    """Return the area of each single-phase customer of some neighbouring areas, int64 (n,).

    A customer's phase is taken as the books have it, so that each phase is a question of its own: which of the areas'
    busbars of that phase. The books of the areas are not asked.

    Args:
        use_wh: (n, days), no nan; more days than customers on a phase of one area, or the answer is a guess.
        phase: int64 (n,), 0 to 2.
        busbars_wh: (areas, 3, days), what each phase of each area supplied to these customers.
    """
    found = np.zeros(len(use_wh), dtype=np.int64)
    for each in range(PHASES):
        on = phase == each
        found[on] = _assigned(use_wh[on], busbars_wh[:, each])
    return found


def _assigned(use: Float, busbars: Float) -> Int64:
    """Return the busbar of each customer, (n,); busbars are (b, days)."""
    if not len(use):
        return np.zeros(0, dtype=np.int64)
    start = _shares(use, busbars).argmax(axis=1)
    return _settled(use, busbars, start.astype(np.int64))


def _shares(use: Float, busbars: Float) -> Float:
    """Return the share of each customer on each busbar, (n, b), each in [0, 1]."""
    (count, days), many = use.shape, len(busbars)
    scale = max(float(np.sqrt((use**2).mean())), 1e-9)
    whole = WHOLE_WEIGHT * np.sqrt(days)
    columns = np.zeros((many * days + count, many * count))
    target = np.zeros(many * days + count)
    for at in range(many):
        rows = slice(at * days, (at + 1) * days)
        columns[rows, at * count : (at + 1) * count] = use.T / scale
        columns[many * days :, at * count : (at + 1) * count] = whole * np.eye(count)
        target[rows] = busbars[at] / scale
    target[many * days :] = whole
    return bounded_least_squares(columns, target, 0.0, 1.0).reshape(many, count).T


def _settled(use: Float, busbars: Float, start: Int64) -> Int64:
    """Anneal from a start, several times with other sequences of steps, and keep the least sum of squares."""
    best, least = start, np.inf
    gram = use @ use.T
    for trial in range(TRIALS):
        on = start.copy()
        left = busbars - np.stack([use[on == at].sum(axis=0) for at in range(len(busbars))])
        hot = float(np.median(np.diag(gram)))
        _anneal(on, gram, use @ left.T, hot, hot * COLD, STEPS, trial + 1)
        left = busbars - np.stack([use[on == at].sum(axis=0) for at in range(len(busbars))])
        squares = float((left**2).sum())
        if squares < least:
            best, least = on, squares
    return best


@njit(cache=True)
def _anneal(on: Int64, gram: Float, pull: Float, hot: float, cold: float, steps: int, seed: int) -> None:
    """Move and exchange customers in place; worse states are taken the seldomer the colder it is.

    ``pull`` is (n, b): every customer's energy times what is left of each busbar. The steps come from a fixed sequence
    of numbers (a multiplicative congruential one), so that the same data give the same answer.
    """
    count, many = pull.shape
    state = np.int64(seed * 7919 + 1)
    cooling = (cold / hot) ** (1.0 / steps)
    heat = hot
    for _step in range(steps):
        heat *= cooling
        state = state * 48271 % 2147483647
        one = state % count
        state = state * 48271 % 2147483647
        other = state % (count + count // 2 + 2)
        state = state * 48271 % 2147483647
        chance = state / 2147483647.0
        was = on[one]
        # Taking a customer from its busbar p to q: the squares change by 2x·(left_p − left_q) + 2|x|².
        if other >= count:
            to = (was + 1 + other % (many - 1)) % many
            change = 2 * (pull[one, was] - pull[one, to]) + 2 * gram[one, one]
        else:
            to = on[other]
            if to == was:
                continue
            apart = gram[one, one] + gram[other, other] - 2 * gram[one, other]
            change = (
                2 * (pull[one, was] - pull[one, to]) + 2 * (pull[other, to] - pull[other, was]) + 2 * apart
            )
        if change > 0 and chance >= np.exp(-change / heat):
            continue
        pull[:, was] += gram[:, one]
        pull[:, to] -= gram[:, one]
        on[one] = to
        if other < count:
            pull[:, to] += gram[:, other]
            pull[:, was] -= gram[:, other]
            on[other] = was
