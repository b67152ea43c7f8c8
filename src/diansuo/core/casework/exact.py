"""Exact arithmetic of case files: fractions, the one rounding, and numbers written as arithmetic.

A number in a case file may be written as an expression that begins with ``=``: ``"= (277 - 250) * 400"``, or with
what an earlier step came to: ``"= loss.active_kwh + 12"``. Everything stays a fraction until a rule rounds it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from diansuo.core.metering.correction.factors import tan_phi_of_cosine
from diansuo.core.metering.correction.roots import root
from diansuo.core.quantity.exact import nearest

LONGEST_EXPRESSION: Final = 500
LARGEST_POWER: Final = 9
LONGEST_DENOMINATOR_BITS: Final = 4000
LARGEST: Final = Fraction(10**18)

OPERATIONS: Final[dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class BadExpression(ValueError):
    """An expression that is not plain arithmetic, or names what no earlier step came to."""


def half_away(value: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    """Round to the nearest multiple of ``step``, halves away from zero: 2.5 -> 3, -2.5 -> -3."""
    return nearest(value / step) * step


WAYS: Final = ("half_away", "half_even", "down", "up")
"""How a number is rounded: to the nearest with halves away from zero or to the even one, towards zero, away from it."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """A step and a way: ``of`` rounds to multiples of the step."""

    step: Fraction = Fraction(1, 100)
    way: str = "half_away"

    def of(self, value: Fraction) -> Fraction:
        """Round a value."""
        parts = abs(value) / self.step
        if self.way == "half_away":
            return half_away(value, self.step)
        if self.way == "half_even":
            return round(value / self.step) * self.step
        whole = Fraction(floor(parts) if self.way == "down" else ceil(parts)) * self.step
        return whole if value >= 0 else -whole


def fen_of(yuan: Fraction) -> int:
    """Round yuan to whole fen, halves away from zero."""
    return int(half_away(yuan * 100))


def decimal_text(value: Fraction, places: int = 9) -> str:
    """Write a fraction as a decimal: exactly where it ends within ``places``, else rounded to them."""
    rounded = half_away(value, Fraction(1, 10**places))
    number = Decimal(rounded.numerator) / Decimal(rounded.denominator)
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def places_of(text: str) -> int:
    """Return how many decimals a number is written with."""
    return len(text.partition(".")[2])


def evaluate(text: str, names: Mapping[str, Fraction]) -> Fraction:
    """Compute an expression of ``+ - * / **``, parentheses, functions and names, exactly.

    Functions are ``min max abs round floor ceil``; ``round(x, 2)`` rounds halves away from zero. ``sqrt(x)`` and
    ``tan_phi(cos)``, the tangent of the angle of a power factor, go to 40 decimals; a power is a whole one up
    to 9. Names are ``step.value``.

    Raises:
        BadExpression: it is anything else, names something unknown, divides by zero or grows beyond 1e18.
    """
    if len(text) > LONGEST_EXPRESSION:
        raise BadExpression(f"longer than {LONGEST_EXPRESSION} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        value = _Evaluator(text.strip(), names).value(tree.body)
    except (SyntaxError, RecursionError):
        raise BadExpression(f"{text.strip()!r} is not arithmetic") from None
    except ZeroDivisionError:
        raise BadExpression(f"{text.strip()!r} divides by zero") from None
    if abs(value) > LARGEST:
        raise BadExpression(f"{text.strip()!r} is larger than 1e18")
    return value


class _Evaluator:
    def __init__(self, text: str, names: Mapping[str, Fraction]) -> None:
        self.text, self.names = text, names

    def value(self, node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            # The text, not the float YAML or Python would make of it.
            return Fraction(ast.get_source_segment(self.text, node) or "")
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
            return OPERATIONS[type(node.op)](self.value(node.left), self.value(node.right))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return self._power(self.value(node.left), self.value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            value = self.value(node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(ast.unparse(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node.func.id, [self.value(each) for each in node.args])
        raise BadExpression(f"{ast.unparse(node)!r} is not arithmetic")

    def _power(self, base: Fraction, power: Fraction) -> Fraction:
        too_long = base.denominator.bit_length() > LONGEST_DENOMINATOR_BITS
        if power.denominator != 1 or not 0 <= power <= LARGEST_POWER or abs(base) > LARGEST or too_long:
            raise BadExpression(
                f"the power {decimal_text(power)} is no whole number from 0 to {LARGEST_POWER}"
            )
        return base ** int(power)

    def _named(self, name: str) -> Fraction:
        if name not in self.names:
            known = ", ".join(sorted(self.names)) or "none yet"
            raise BadExpression(f"{name!r} is not a value of an earlier step; there are: {known}")
        return self.names[name]

    def _root(self, value: Fraction, name: str) -> Fraction:
        if name == "sqrt":
            if value < 0:
                raise BadExpression(f"the root of {decimal_text(value)}, which is below 0")
            return root(value)
        try:
            return tan_phi_of_cosine(value)
        except ValueError as problem:
            raise BadExpression(str(problem)) from None

    def _call(self, name: str, given: list[Fraction]) -> Fraction:
        if name in ("min", "max") and given:
            return min(given) if name == "min" else max(given)
        if name == "round" and len(given) == 2 and given[1].denominator == 1 and 0 <= given[1] <= 12:
            return half_away(given[0], Fraction(1, 10 ** int(given[1])))
        if len(given) == 1 and name in ("sqrt", "tan_phi"):
            return self._root(given[0], name)
        if len(given) == 1 and name in ("abs", "round", "floor", "ceil"):
            single: dict[str, Callable[[Fraction], Fraction]] = {
                "abs": abs,
                "round": half_away,
                "floor": lambda value: Fraction(floor(value)),
                "ceil": lambda value: Fraction(ceil(value)),
            }
            return single[name](given[0])
        raise BadExpression(f"no function {name} of {len(given)} numbers")
