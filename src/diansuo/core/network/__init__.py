"""Network: what goes into a transformer area, a feeder or a station, what is sold, and what is lost between (线损).

`balance` sums registers to supply and sold, `classify` says what kind of loss it is. What a line must lose at its
load stands in `equivalent_resistance`, what transformers lose and how many should run in `transformer_economy`. From
96-point curves `daily_lists` finds loaded transformers, low voltage and phases out of balance.
"""

from diansuo.core.network.balance import Balance, Members, Side, balance
from diansuo.core.network.classes import Losses, LossKind, Reason, classify
from diansuo.core.network.energy import Exchanges, Freezes, RegisterEnds, State
from diansuo.core.network.thresholds import LossThresholds, WrongLossThreshold

__all__ = [
    "Balance",
    "Exchanges",
    "Freezes",
    "LossKind",
    "LossThresholds",
    "Losses",
    "Members",
    "Reason",
    "RegisterEnds",
    "Side",
    "State",
    "WrongLossThreshold",
    "balance",
    "classify",
]
