"""What the shadow has learnt, and where it holds its tongue: a bill it does not understand is never called wrong."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Field, Model

from diansuo.office.archive.models import (
    HouseholdTerm,
    LossTableRow,
    MarketPrice,
    SupplyTerm,
    Transformer,
)
from diansuo.office.billing.models import Bill
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.shadow.supply import NotCovered

COMMERCIAL: Final = (5, 6)
PERIOD: Final = {"id", "valid_from", "valid_to", "batch"}

TAUGHT: Final = {
    Bill: {
        "id", "contract", "consumption", "job", "period", "state", "issued_date", "from_date", "to_date",
        "price_class", "voltage_class", "energy_wh", "peak_wh", "valley_wh", "year_to_date_wh",
        "year_opening_known", "months_in_year", "counted_wh", "persons", "persons_months", "heating_months",
        "free_months", "amount_fen", "transformer_loss_wh", "line_loss_wh", "demand_w", "power_factor",
        "adjustment_rate", "reactive_varh", "unverified", "settlement",
    },
    SupplyTerm: {
        *PERIOD, "contract", "time_of_use", "purchase_mode", "capacity_method", "contract_demand_w",
        "capacity_exempt", "power_factor_standard", "reduced_standard", "metering_side", "loss_method",
        "agreed_active_wh", "agreed_reactive_varh", "agreed_ratio_ppm", "agreed_reactive_ratio_ppm",
        "line_loss_ppm", "market_price_nano",
    },
    Transformer: {
        *PERIOD, "contract", "number", "model", "capacity_va", "p0_w", "pk_w", "i0_milli_percent",
        "uk_milli_percent", "shifts", "share_ppm",
    },
    HouseholdTerm: {*PERIOD, "contract", "persons", "electric_heating", "free_energy"},
    MarketPrice: {
        *PERIOD, "contract", "sharp_nano", "peak_nano", "flat_nano", "valley_nano", "deep_valley_nano",
    },
    LossTableRow: {*PERIOD, "station", "series", "capacity_va", "up_to_wh", "active_wh", "reactive_varh"},
}  # fmt: skip
"""The fields the shadow knows the meaning of. Where another one says something, it holds its tongue."""


def refuse_untaught(material: Material) -> None:
    """Hold back where something is stored whose meaning this engine does not know.

    Raises:
        NotCovered: with the word of the reason; ``wording`` has the sentence.
    """
    known = (
        material.bill, *material.supply, *material.transformers, *material.household_terms,
        *material.market_prices, *material.loss_table,
    )  # fmt: skip
    for row in known:
        for unknown in _fields(type(row), TAUGHT[type(row)]):
            if _says_something(row, unknown):
                raise NotCovered("unknown_field")
    if material.bill.price_class not in COMMERCIAL:
        _refuse_households(material)


def _fields(model: type[Model], taught: set[str]) -> list[Field[Any, Any]]:
    return [one for one in model._meta.concrete_fields if one.name not in taught]


def _says_something(row: Model, field: Field[Any, Any]) -> bool:
    value = getattr(row, field.attname)
    return bool(value) and value != field.get_default()


def _refuse_households(material: Material) -> None:
    contract = material.bill.contract
    if contract.closed_date is not None and contract.closed_date <= material.bill.from_date:
        raise NotCovered("closing")


def year_start(period: int, start_month: int) -> date:
    """Return the first day of the billing year of a month."""
    return date(period // 100 - (period % 100 < start_month), start_month, 1)
