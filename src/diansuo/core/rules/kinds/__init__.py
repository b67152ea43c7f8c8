"""The kinds of rules: the keys of each body and what makes it right (diansuo/rulebook/README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from diansuo.core.rules.kinds.calendar import policy_calendar
from diansuo.core.rules.kinds.commercial import component_price, demand_charge_price, price_components
from diansuo.core.rules.kinds.frame import VOLTAGE_KEYS, Kind, Units
from diansuo.core.rules.kinds.lines import conductor_models, load_profiles
from diansuo.core.rules.kinds.parameters import parameters
from diansuo.core.rules.kinds.residential import annual_steps, flat_price, time_of_use_increment
from diansuo.core.rules.kinds.tables import power_factor_table, transformer_models
from diansuo.core.rules.kinds.time_of_use import time_of_use_bands

__all__ = ["KINDS", "VOLTAGE_KEYS", "Kind", "Units"]

KINDS: Final[Mapping[str, Kind]] = {
    "annual_steps": Kind(("limits", "prices"), annual_steps, continuous=True),
    "flat_price": Kind(("prices",), flat_price, continuous=True),
    "time_of_use_increment": Kind(
        ("unit", "peak", "valley"), time_of_use_increment, continuous=False, optional=("heating_season",)
    ),
    "price_components": Kind(("components",), price_components, continuous=True),
    # Sheets hold for their months only; a month without one is refused when it is priced.
    "component_price": Kind(("prices",), component_price, continuous=False),
    "demand_charge_price": Kind((), demand_charge_price, continuous=True, optional=("capacity", "demand")),
    "time_of_use_bands": Kind(
        ("ratios",), time_of_use_bands, continuous=False, optional=("without_month", "days", "day_types")
    ),
    "power_factor_table": Kind(("standards", "rows", "below_each"), power_factor_table, continuous=True),
    "transformer_models": Kind(("columns", "rows"), transformer_models, continuous=True),
    "conductor_models": Kind(("columns", "sources", "rows"), conductor_models, continuous=True),
    "load_profiles": Kind(("profiles",), load_profiles, continuous=True),
    # What an entry says of the past stays true: the calendar is all entries together.
    "policy_calendar": Kind(("changes",), policy_calendar, continuous=False),
    "parameters": Kind(("parameters",), parameters, continuous=True),
}
