"""Numbers of case files are exact, and an expression is arithmetic or refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from diansuo.core.casework.exact import BadExpression, decimal_text, evaluate, fen_of, half_away

NAMES = {"loss.active_kwh": Fraction(37, 2), "basic.amount_yuan": Fraction(7770)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(277 - 250) * 400", Fraction(10800)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1/3 + 1/6", Fraction(1, 2)),
        ("-loss.active_kwh * 2", Fraction(-37)),
        ("max(basic.amount_yuan, 8000) - min(1, 2)", Fraction(7999)),
        ("sqrt(2.25) + tan_phi(0.8) + 2 ** 3", Fraction("10.25")),
        ("round(2.345, 2)", Fraction(235, 100)),
        ("round(2.5) + floor(2.9) + ceil(0.1) + abs(-1)", Fraction(7)),
    ],
)
def test_an_expression_is_computed_without_any_float(text: str, value: Fraction) -> None:
    assert evaluate(text, NAMES) == value


@pytest.mark.parametrize(
    "text",
    [
        "unknown.value",
        "1 / 0",
        "2 ** 100",
        "__import__('os')",
        "open('x')",
        "[1, 2]",
        "'text'",
        "1 if 1 else 2",
        "round(1, 99)",
        "max()",
        "(" * 300 + ")" * 300,
        "9" * 30,
        "1 +",
        "loss",
        "True",
        "2 ** 10",
        "sqrt(-1)",
        "tan_phi(0)",
        "(" * 40 + "1/3" + ") ** 9" * 40,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        evaluate(text, NAMES)


def test_halves_round_away_from_zero_on_both_sides() -> None:
    assert [half_away(Fraction(n, 2)) for n in (1, 3, -1, -3)] == [1, 2, -1, -2]
    assert (fen_of(Fraction("0.125")), fen_of(Fraction("-0.125"))) == (13, -13)


def test_a_fraction_is_written_as_the_decimal_it_is() -> None:
    assert [decimal_text(Fraction(each)) for each in ("0.028889375", "12", "1/3", "-0.5", "0")] == [
        "0.028889375",
        "12",
        "0.333333333",
        "-0.5",
        "0",
    ]
