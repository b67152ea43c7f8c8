"""Cards for the practice ground: a customer's past and the month as it was entered, with or without a mistake in it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.month import first_day
from diansuo.lab.judging import FLAGGED, Verdict
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import MONTHS, TOTAL, TRIED, Row, Sample
from diansuo.office.billing.models import Bill

PAST: Final = MONTHS[: MONTHS.index(TRIED)]
SHOWN: Final = ("用户编号", "用电类别", "综合倍率", "抄表位数", "合同容量")
# Mistakes that show in the registers of one customer; an edit of terms shows in its proposal.
ON_A_CARD: Final = frozenset(
    {
        "transpose", "shift", "digit", "add", "less", "rollover", "cross", "stale", "invent", "later", "period",
        "swap_parts", "part", "multiplied", "reverse",
    }
)  # fmt: skip
GOOD_CARDS: Final = 90
SEED: Final = 5
FROZEN: Final = {
    "正向有功（总）": "PAP_R",
    "正向有功（峰）": "PAP_R2",
    "正向有功（谷）": "PAP_R4",
    "反向有功（总）": "RAP_R",
}


def make(
    sound: Sample, wrong: Sample, cases: list[Case], with_freeze: list[Verdict], without: list[Verdict]
) -> list[dict[str, Any]]:
    """Return the cards: every mistake that shows on one, and good customers, in an order that tells nothing.

    ``found_without`` says whether the checks find it without a freeze: a person without one can be asked for no more.
    """
    billed = _billed()
    cards = []
    for case, verdict, other in zip(cases, with_freeze, without, strict=True):
        if case.kind.door == "list" and case.kind.how in ON_A_CARD:
            right = {row["示数类型"]: row["本次示数"] for row in sound.lists[TRIED][case.customer]}
            cards.append(
                _card(sound, case.customer, wrong.lists[TRIED][case.customer], billed)
                | {"kind": case.kind.name, "size": case.size, "right": right, "rule": verdict.by}
                | {"found_without": other.stage in FLAGGED, "moved_fen": verdict.moved_fen}
            )
    touched = {number for case in cases if case.customer for number in case.customers}
    good = [number for number in sound.lists[TRIED] if number not in touched and len(billed[number]) == 3]
    random = np.random.default_rng(SEED)
    chosen = random.choice(len(good), min(GOOD_CARDS, len(good)), replace=False)
    cards += [_card(sound, good[at], sound.lists[TRIED][good[at]], billed) for at in sorted(chosen.tolist())]
    return cards


def _billed() -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = defaultdict(dict)
    rows = Bill.objects.filter(period__in=PAST).values_list(
        "contract__customer__number", "period", "amount_fen"
    )
    for number, period, amount in rows:
        found[number][period] = amount
    return found


def _card(sound: Sample, customer: str, rows: list[Row], billed: dict[str, dict[int, int]]) -> dict[str, Any]:
    """Return a customer's card: registers of the months before, those of the month as entered, and the freeze."""
    frozen = sound.frozen(customer, first_day(TRIED)) or {}
    registers = []
    for row in rows:
        register = row["示数类型"]
        past = [
            next(each["本次示数"] for each in sound.lists[month][customer] if each["示数类型"] == register)
            for month in PAST
        ]
        registers.append(
            {
                "register": register,
                "past": past,
                "now": row["本次示数"],
                "freeze": frozen.get(FROZEN.get(register, "")) or "",
            }
        )
    return {
        "archive": {name: sound.archive[customer][name] for name in SHOWN},
        "registers": [each for each in registers if each["register"] in FROZEN or each["register"] == TOTAL],
        "amounts": [billed[customer].get(month) for month in PAST],
    }
