"""Energy to settle (结算电量): losses, shares, sub-meters, transfer supply, periods against total, photovoltaics.

Every function takes and returns columns; what cannot be settled is zero, held, and has a finding with a code.
"""

from diansuo.core.metering.energy.band_allocation import (
    BandsOfTotal,
    flat_from_total,
    spread_over_bands,
    spread_over_points,
)
from diansuo.core.metering.energy.findings import EnergyCode, EnergyFinding, SettledEnergy
from diansuo.core.metering.energy.line_loss import line_losses
from diansuo.core.metering.energy.monthly_loss import LossTable, MonthPart, agreed_losses, table_losses
from diansuo.core.metering.energy.photovoltaic import (
    PhotovoltaicEnergy,
    feed_in_amount_fen,
    full_feed_in,
    surplus_feed_in,
)
from diansuo.core.metering.energy.points import (
    PointRelation,
    Points,
    SettledPoints,
    settle_points,
    take_from_bands,
)
from diansuo.core.metering.energy.service_days import hours_in_service, idle_in, month_set, part_of_month_wh
from diansuo.core.metering.energy.settled import settled_energy
from diansuo.core.metering.energy.sharing import (
    SharedEnergy,
    ShareOrder,
    Shares,
    less_sub_meters,
    less_supplied,
    share_out,
    subs_on_other_days,
)
from diansuo.core.metering.energy.transfer import less_supplied_demand_w, supplied_demand_w
from diansuo.core.metering.energy.transformer_loss import (
    UNKNOWN,
    Losses,
    LossMethod,
    TransformerTerms,
    formula_losses,
    ratio_losses,
)

__all__ = [
    "take_from_bands",
    "settle_points",
    "SettledPoints",
    "Points",
    "PointRelation",
    "UNKNOWN",
    "BandsOfTotal",
    "EnergyCode",
    "EnergyFinding",
    "LossMethod",
    "LossTable",
    "Losses",
    "MonthPart",
    "PhotovoltaicEnergy",
    "SettledEnergy",
    "ShareOrder",
    "SharedEnergy",
    "Shares",
    "TransformerTerms",
    "agreed_losses",
    "feed_in_amount_fen",
    "flat_from_total",
    "formula_losses",
    "full_feed_in",
    "hours_in_service",
    "idle_in",
    "less_sub_meters",
    "less_supplied",
    "less_supplied_demand_w",
    "line_losses",
    "month_set",
    "part_of_month_wh",
    "ratio_losses",
    "settled_energy",
    "share_out",
    "spread_over_bands",
    "spread_over_points",
    "subs_on_other_days",
    "supplied_demand_w",
    "surplus_feed_in",
    "table_losses",
]
