"""Every field of the archive that money depends on, in one list: on rows that stand, only a proposal changes them."""

from __future__ import annotations

from typing import Final

from django.db import models

from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    HouseholdTerm,
    MeterInstallation,
    PointArea,
    PointTerm,
    RouteTerm,
    SupplyTerm,
    Transformer,
    UseTerm,
)

MONEY_RELEVANT: Final[dict[type[models.Model], tuple[str, ...]]] = {
    ContractTerm: ("price_class", "voltage_class", "capacity_va"),
    MeterInstallation: ("multiplier",),
    PointArea: ("area", "phase"),
    HouseholdTerm: ("persons", "electric_heating", "free_energy"),
    UseTerm: ("idle_months", "charging_situation"),
    SupplyTerm: (
        "time_of_use", "purchase_mode", "capacity_method", "contract_demand_w", "capacity_exempt",
        "power_factor_standard", "reduced_standard", "metering_side", "loss_method", "agreed_active_wh",
        "agreed_reactive_varh", "agreed_ratio_ppm", "agreed_reactive_ratio_ppm", "line_loss_ppm", "market_price_nano",
    ),
    Transformer: ("capacity_va", "p0_w", "pk_w", "i0_milli_percent", "uk_milli_percent", "shifts", "share_ppm"),
    PointTerm: (
        "behind", "relation", "share", "fixed_wh_month", "ratio_ppm", "ratio_base", "price_class",
        "contract_demand_w", "supplied_use", "feed_in", "commissioned_date",
    ),
    RouteTerm: ("reading_day", "cycle", "method", "owner"),
}  # fmt: skip


ENDING: Final = ("closed_date", "transferred_date")
"""Days of a contract that end a supply or begin its year of steps anew: that they come decides money."""


def decides(model: type[models.Model], name: str, before: object) -> bool:
    """Tell whether writing over a value of a standing row decides money: one that was decided, or a contract's end."""
    if model is Contract:
        return name in ENDING or (name == "opened_date" and before is not None)
    return name in attributes(model) and before not in (None, "")


def attributes(model: type[models.Model]) -> frozenset[str]:
    """Return the money-relevant columns of a model under the names rows carry them (``area_id``); none: none."""
    return frozenset(model._meta.get_field(name).attname for name in MONEY_RELEVANT.get(model, ()))
