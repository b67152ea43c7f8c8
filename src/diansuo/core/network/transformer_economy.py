"""Losses of transformers at a load (变压器损耗), and how many of several should run (经济运行).

One case at a time, in exact fractions; shown figures are rounded with `shown`. Source: domain.md §6.2 (P0, Pk, I0, Uk);
worked examples P18, P21. Page: docs/rules/equivalent-resistance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from diansuo.core.quantity.exact import decimal_of, exact, nearest_root

Number = Decimal | str | int | Fraction
W_PER_KW = 1000


@dataclass(frozen=True, slots=True)
class TransformerUnit:
    """A transformer's plate.

    Attributes:
        capacity_va: VA.
        no_load_kw: P0, kW.
        load_kw: Pk at full load, kW.
        no_load_current: I0 as a share of the rated current.
        impedance: Uk as a share of the rated voltage.

    Raises:
        ValueError: no capacity, or something negative.
    """

    capacity_va: int
    no_load_kw: Fraction
    load_kw: Fraction
    no_load_current: Fraction = Fraction(0)
    impedance: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        rest = (self.no_load_kw, self.load_kw, self.no_load_current, self.impedance)
        if self.capacity_va <= 0 or min(rest) < 0:
            raise ValueError(f"{self}: the capacity is above 0, the rest is not negative")

    @classmethod
    def of(
        cls,
        capacity_kva: Number,
        p0_kw: Number,
        pk_kw: Number,
        i0_percent: Number = 0,
        uk_percent: Number = 0,
    ) -> TransformerUnit:
        """Take the numbers as the plate or the table of models has them."""
        return cls(
            int(exact(capacity_kva, "capacity") * W_PER_KW),
            exact(p0_kw, "P0"),
            exact(pk_kw, "Pk"),
            exact(i0_percent, "I0") / 100,
            exact(uk_percent, "Uk") / 100,
        )


@dataclass(frozen=True, slots=True)
class TransformerLosses:
    """Losses of one load: active kW and reactive kvar, exact."""

    active_kw: Fraction
    reactive_kvar: Fraction

    def shown(self, places: int = 2) -> tuple[Decimal, Decimal]:
        """Return both as they are written down, halves away from zero."""
        return decimal_of(self.active_kw, places), decimal_of(self.reactive_kvar, places)

    def comprehensive_kw(self, factor: Number = "0.1", places: int = 2) -> Decimal:
        """Return the comprehensive loss ΔP + k ΔQ (综合损耗) of the figures as shown, then rounded itself.

        The figures are rounded first, as the published example does (2.64 + 0.1 × 8.42 = 3.48; from the exact ones
        it would be 3.49).
        """
        active_kw, reactive_kvar = self.shown(places)
        return decimal_of(exact(active_kw) + exact(factor, "factor") * exact(reactive_kvar), places)


def losses(unit: TransformerUnit, load_ratio: Number, count: int = 1) -> TransformerLosses:
    """Return the losses of equal transformers in parallel that share a load evenly.

    ``ΔP = n P0 + Pk β² / n``, ``ΔQ = n I0 S + Uk S β² / n``, β = the whole load ÷ the capacity of one of them.

    Args:
        unit: one of them.
        load_ratio: β; 0.8 with two of them means 40 % each.
        count: how many run.

    Raises:
        ValueError: none runs, or a negative load.
    """
    ratio = exact(load_ratio, "load ratio")
    if count < 1 or ratio < 0:
        raise ValueError(
            f"{count} transformers at {load_ratio}: at least one runs, and a load is not negative"
        )
    capacity_kva = Fraction(unit.capacity_va, W_PER_KW)
    copper = ratio**2 / count
    return TransformerLosses(
        count * unit.no_load_kw + unit.load_kw * copper,
        capacity_kva * (count * unit.no_load_current + unit.impedance * copper),
    )


def economic_count(unit: TransformerUnit, load_ratio: Number, available: int, factor: Number = 0) -> int:
    """Return how many of equal transformers lose least at a load, none above its capacity; of equals the fewer.

    Args:
        unit: one of them.
        load_ratio: the whole load ÷ the capacity of one.
        available: how many there are.
        factor: kW that a kvar of reactive loss counts as; 0: active losses alone.

    Raises:
        ValueError: all of them together cannot carry the load.
    """
    ratio, weight = exact(load_ratio, "load ratio"), exact(factor, "factor")
    able = [count for count in range(1, available + 1) if ratio <= count]
    if not able:
        raise ValueError(f"{available} transformers cannot carry {load_ratio} times the capacity of one")

    def cost(count: int) -> Fraction:
        found = losses(unit, ratio, count)
        return found.active_kw + weight * found.reactive_kvar

    return min(able, key=lambda count: (cost(count), count))


def critical_load_va(unit: TransformerUnit, count: int) -> int:
    """Return the load at which ``count`` and ``count − 1`` lose the same active power: S √(n (n−1) P0 / Pk), VA.

    Below it one less runs. Nearest VA, halves up.

    Raises:
        ValueError: fewer than two, or no load loss.
    """
    if count < 2 or unit.load_kw == 0:
        raise ValueError(f"{count} transformers, Pk {unit.load_kw}: two or more, and a load loss above 0")
    return nearest_root(unit.capacity_va**2 * count * (count - 1) * unit.no_load_kw / unit.load_kw)
