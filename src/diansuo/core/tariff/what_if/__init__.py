"""What other terms or prices would bring, before anything is decided: changed inputs, and how differences lie."""

from diansuo.core.tariff.what_if.change import Change, Rows, changed
from diansuo.core.tariff.what_if.spread import BOUNDS_FEN, Spread, spread_of
from diansuo.core.tariff.what_if.terms import STAYS, NewTerms, under

__all__ = ["BOUNDS_FEN", "STAYS", "Change", "NewTerms", "Rows", "Spread", "changed", "spread_of", "under"]
