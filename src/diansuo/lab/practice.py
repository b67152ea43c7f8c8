"""The practice ground: a round of cards with mistakes hidden in them, and the marks of whoever looked for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

CARDS = Path(__file__).with_name("cards.json")
A_ROUND: Final = 10
FEWEST, MOST = 3, 6
MONTHS: Final = ("2024-11", "2024-10", "2024-09", "2024-08", "2024-07")


@dataclass(frozen=True, slots=True)
class Register:
    """A register of a card: what it showed, this month's as entered first, and the differences."""

    name: str
    shown: list[str]
    used: list[str]
    freeze: str

    @property
    def now(self) -> str:
        """What was entered for this month."""
        return self.shown[0]


@dataclass(frozen=True, slots=True)
class Card:
    """A customer in a round; ``kind`` is empty where nothing is wrong."""

    number: int
    archive: dict[str, str]
    registers: list[Register]
    amounts: list[int | None]
    kind: str
    size: str
    rule: str
    right: dict[str, str]
    moved_fen: int | None

    @property
    def price_class(self) -> str:
        """The class in the words of the archive's own list, which are said in both languages."""
        return self.archive["用电类别"].replace("居民生活用电", "居民生活（一户一表）")

    @property
    def wrong(self) -> bool:
        """Whether there is a mistake on it."""
        return bool(self.kind)


@dataclass(frozen=True, slots=True)
class Score:
    """How a round was marked, of so many cards."""

    found: int
    mistakes: int
    false_alarms: int
    right: int
    cards: int

    @property
    def percent(self) -> int:
        """Share of cards that were judged rightly."""
        return 100 * self.right // self.cards if self.cards else 0


@cache
def _cards() -> list[dict[str, Any]]:
    return list(json.loads(CARDS.read_text(encoding="utf-8"))) if CARDS.exists() else []


def deal(round_number: int, *, frozen: bool) -> list[Card]:
    """Return the cards of a round; the same number deals the same cards.

    Args:
        round_number: from 1 on.
        frozen: the daily freeze stands beside; without it only mistakes that show without one are hidden.
    """
    random = np.random.default_rng([round_number, int(frozen)])
    wrong = [card for card in _cards() if card.get("kind") and (frozen or card["found_without"])]
    good = [card for card in _cards() if not card.get("kind")]
    if not wrong or len(good) < A_ROUND:
        return []
    hidden = min(int(random.integers(FEWEST, MOST + 1)), len(wrong))
    chosen = [wrong[at] for at in random.choice(len(wrong), hidden, replace=False).tolist()]
    chosen += [good[at] for at in random.choice(len(good), A_ROUND - hidden, replace=False).tolist()]
    return [
        _card(number, chosen[at], frozen)
        for number, at in enumerate(random.permutation(len(chosen)).tolist(), start=1)
    ]


def score(cards: list[Card], marked: set[int]) -> Score:
    """Return how well the marked cards are those with a mistake."""
    return Score(
        found=sum(card.wrong and card.number in marked for card in cards),
        mistakes=sum(card.wrong for card in cards),
        false_alarms=sum(not card.wrong and card.number in marked for card in cards),
        right=sum(card.wrong == (card.number in marked) for card in cards),
        cards=len(cards),
    )


def _card(number: int, card: dict[str, Any], frozen: bool) -> Card:
    return Card(
        number=number,
        archive=card["archive"],
        registers=[_register(each, frozen) for each in card["registers"]],
        amounts=[None, *reversed(card["amounts"][1:]), None],
        kind=card.get("kind", ""),
        size=card.get("size", ""),
        rule=card.get("rule", ""),
        right=card.get("right", {}),
        moved_fen=card.get("moved_fen"),
    )


def _register(register: dict[str, Any], frozen: bool) -> Register:
    shown = [register["now"], *reversed(register["past"])]
    used = [
        f"{Decimal(later) - Decimal(earlier):.2f}"
        for later, earlier in zip(shown[:-1], shown[1:], strict=True)
    ]
    return Register(register["register"], shown, [*used, ""], register["freeze"] if frozen else "")
