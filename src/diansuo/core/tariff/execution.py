"""How far a rule of price is carried out (执行率), and what each point of it is worth; docs/rules/average-price.md."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.exact import nearest

WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class Execution:
    """Of those who must follow a rule, how many do; by customers and by energy.

    Attributes:
        due: how many must follow it.
        done: how many of them do.
        due_wh: their energy.
        done_wh: the energy of those who do.
        effect_fen: what the rule brought from those who do (below 0: it cost).
        rate_bp: done of due in 0.01 %, None where nobody must.
        energy_rate_bp: by energy, None where they used nothing.
        point_fen: what one point more of the rate by energy would bring at the same effect a kWh, an estimate; None
            where nobody follows the rule or it already holds for all.
        open_fen: likewise, what is still open.
    """

    due: int
    done: int
    due_wh: int
    done_wh: int
    effect_fen: int
    rate_bp: int | None
    energy_rate_bp: int | None
    point_fen: int | None
    open_fen: int | None


def execution(must: Bool, does: Bool, energy_wh: Int64, effect_fen: Int64) -> Execution:
    """Return how far a rule is carried out.

    Args:
        must: bool (rows,), who must follow the rule.
        does: bool (rows,), who does; those who need not are left out.
        energy_wh: int64 (rows,).
        effect_fen: int64 (rows,), what the rule changed in each bill.

    Raises:
        WrongColumn: names the column that is wrong.
    """
    require(np.int64, energy_wh=energy_wh, effect_fen=effect_fen)
    require(np.bool_, must=must, does=does)
    done = must & does
    due_wh, done_wh = int(energy_wh[must].sum()), int(energy_wh[done].sum())
    effect = int(effect_fen[done].sum())
    open_wh = due_wh - done_wh
    each = Fraction(effect, done_wh) if done_wh else None
    return Execution(
        due=int(must.sum()),
        done=int(done.sum()),
        due_wh=due_wh,
        done_wh=done_wh,
        effect_fen=effect,
        rate_bp=_rate(int(done.sum()), int(must.sum())),
        energy_rate_bp=_rate(done_wh, due_wh),
        point_fen=nearest(each * Fraction(due_wh, 100)) if each is not None and open_wh else None,
        open_fen=nearest(each * open_wh) if each is not None and open_wh else None,
    )


def _rate(part: int, whole: int) -> int | None:
    return nearest(Fraction(part * WHOLE_BP, whole)) if whole else None
