"""Amounts in words: the rule's own examples, noughts wherever they can stand, and the way back for any amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.chinese_amount import LARGEST_FEN, AmountNotInWords, in_words

# 《正确填写票据和结算凭证的基本规定》三：the amounts printed there.
OF_THE_RULE = [
    (140_950, "壹仟肆佰零玖元伍角"),
    (600_714, "陆仟零柒元壹角肆分"),
    (168_032, "壹仟陆佰捌拾元零叁角贰分"),
    (10_700_053, "壹拾万柒仟元零伍角叁分"),
    (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
    (32_504, "叁佰贰拾伍元零肆分"),
]


@pytest.mark.parametrize(("amount_fen", "words"), OF_THE_RULE)
def test_the_rules_own_examples(amount_fen: int, words: str) -> None:
    assert in_words(amount_fen) == words


@pytest.mark.parametrize(
    ("amount_fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (1_001, "壹拾元零壹分"),
        (12_345, "壹佰贰拾叁元肆角伍分"),
        (100_100, "壹仟零壹元整"),
        (1_000_000, "壹万元整"),
        (1_000_100, "壹万零壹元整"),
        (1_001_000, "壹万零壹拾元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (101_001_010_010, "壹拾亿壹仟零壹万零壹佰元零壹角"),
        (-12_345, "负壹佰贰拾叁元肆角伍分"),
    ],
)
def test_noughts_are_said_once_and_only_inside(amount_fen: int, words: str) -> None:
    assert in_words(amount_fen) == words


def test_what_has_no_word_is_refused() -> None:
    assert in_words(LARGEST_FEN - 1).startswith("玖仟玖佰玖拾玖亿")
    with pytest.raises(AmountNotInWords):
        in_words(LARGEST_FEN)


UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words: str) -> int:
    """Read an amount in words the slow way, digit by digit."""
    sign, words = (-1, words[1:]) if words.startswith("负") else (1, words)
    yuan, _, rest = words.rstrip("整").rpartition("元")
    total = group = digit = 0
    for letter in yuan:
        if letter in UNITS:
            group += digit * UNITS[letter]
            digit = 0
        elif letter in "万亿":
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[letter]
            group = digit = 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(letter)
    fen = (total + group + digit) * 100
    for name, worth in (("角", 10), ("分", 1)):
        if name in rest:
            fen += "零壹贰叁肆伍陆柒捌玖".index(rest[rest.index(name) - 1]) * worth
    return sign * fen


@given(st.integers(-LARGEST_FEN + 1, LARGEST_FEN - 1))
def test_the_words_of_any_amount_read_back_as_the_amount(amount_fen: int) -> None:
    words = in_words(amount_fen)

    assert read_back(words) == amount_fen
    assert "零零" not in words
    assert "零元" not in words or amount_fen == 0
