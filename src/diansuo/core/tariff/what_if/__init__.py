"""What other terms or prices would bring, before anything is decided: changed inputs, and how differences lie."""

from diansuo.core.tariff.what_if.change import Change, Rows, changed
from diansuo.core.tariff.what_if.spread import BOUNDS_FEN, Spread, spread_of

__all__ = ["BOUNDS_FEN", "Change", "Rows", "Spread", "changed", "spread_of"]
