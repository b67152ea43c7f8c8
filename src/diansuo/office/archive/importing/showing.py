"""Stored values as a person reads them, for verdicts that say from what to what."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.metering.energy import LossMethod, PointRelation, ShareOrder
from diansuo.core.tariff.charging import ChargingSituation
from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod, PurchaseMode
from diansuo.office.archive.household_models import CHARGING_NAMES, HouseholdTerm, months_of
from diansuo.office.archive.importing.references import Named, References, Shared
from diansuo.office.archive.models import PRICE_CLASS_NAMES, VOLTAGE_CLASS_NAMES, PointArea, VectorGroup
from diansuo.office.archive.point_models import (
    ORDER_NAMES,
    RELATION_NAMES,
    FeedIn,
    ShareKind,
    SuppliedUse,
)
from diansuo.office.archive.route_models import ReadingMethod
from diansuo.office.archive.supply_models import (
    CAPACITY_METHOD_NAMES,
    LOSS_METHOD_NAMES,
    PURCHASE_MODE_NAMES,
    STANDARD_NAMES,
    MeteringSide,
)
from diansuo.office.base import masks

THING_OF = {
    "meter_id": Shared.METER,
    "area_id": Shared.AREA,
    "staff_id": Shared.STAFF,
    "route": Shared.ROUTE,
    "feeder_id": Shared.FEEDER,
    "substation": Shared.SUBSTATION,
    "behind_id": Shared.POINT,
}

_WORDS: dict[str, Callable[[Any], str]] = {
    "phone": masks.phone,
    "address": masks.address,
    "price_class": lambda value: str(PRICE_CLASS_NAMES[PriceClass(value)]),
    "voltage_class": lambda value: str(VOLTAGE_CLASS_NAMES[VoltageClass(value)]),
    "method": lambda value: str(ReadingMethod(value).label),
    "dedicated": lambda value: _("专变") if value else _("公变"),
    "phase": lambda value: str(PointArea.Phase(value).label),
    "winding": lambda value: str(VectorGroup(value).label),
    "capacity_va": lambda value: _scaled(value, 3, "kVA"),
    "energy_wh": lambda value: _scaled(value, 3, "kWh"),
    "time_of_use": lambda value: _("是") if value else _("否"),
    "capacity_exempt": lambda value: _("是") if value else _("否"),
    "reduced_standard": lambda value: _("是") if value else _("否"),
    "purchase_mode": lambda value: str(PURCHASE_MODE_NAMES[PurchaseMode(value)]),
    "capacity_method": lambda value: str(CAPACITY_METHOD_NAMES[CapacityMethod(value)]),
    "loss_method": lambda value: str(LOSS_METHOD_NAMES[LossMethod(value)]),
    "metering_side": lambda value: str(MeteringSide(value).label),
    "power_factor_standard": lambda value: str(STANDARD_NAMES[value]),
    "contract_demand_w": lambda value: _scaled(value, 3, "kW"),
    "agreed_active_wh": lambda value: _scaled(value, 3, "kWh"),
    "agreed_reactive_varh": lambda value: _scaled(value, 3, "kvarh"),
    "agreed_ratio_ppm": lambda value: _scaled(value, 4, "%"),
    "agreed_reactive_ratio_ppm": lambda value: _scaled(value, 4, "%"),
    "share_ppm": lambda value: _scaled(value, 4, "%"),
    "line_loss_ppm": lambda value: _scaled(value, 4, "%"),
    "market_price_nano": lambda value: _scaled(value, 9, "元/kWh"),
    "relation": lambda value: str(RELATION_NAMES[PointRelation(value)]),
    "share": lambda value: str(ShareKind(value).label),
    "fixed_wh_month": lambda value: _scaled(value, 3, "kWh"),
    "ratio_ppm": lambda value: _scaled(value, 4, "%"),
    "ratio_base": lambda value: str(ORDER_NAMES[ShareOrder(value)]),
    "supplied_use": lambda value: str(SuppliedUse(value).label),
    "feed_in": lambda value: str(FeedIn(value).label),
    "p0_w": lambda value: _scaled(value, 3, "kW"),
    "pk_w": lambda value: _scaled(value, 3, "kW"),
    "i0_milli_percent": lambda value: _scaled(value, 3, "%"),
    "uk_milli_percent": lambda value: _scaled(value, 3, "%"),
    "electric_heating": lambda value: _("是") if value else _("否"),
    "free_energy": lambda value: str(HouseholdTerm.FreeEnergy(value).label),
    "idle_months": lambda value: "、".join(map(str, months_of(value))) or _("无"),
    "charging_situation": lambda value: str(CHARGING_NAMES[ChargingSituation(value)]),
}


def _scaled(value: int, places: int, unit: str) -> str:
    return f"{Decimal(value).scaleb(-places).normalize():f} {unit}"


def shown(references: References, attribute: str, value: Any) -> str:
    """Return one stored value in words; an empty one is called so."""
    if value is None or value == "":
        return _("空")
    if isinstance(value, Named):
        return value.key[-1]
    if attribute in THING_OF:
        return references.shown.get((THING_OF[attribute], value), str(value))
    if attribute in _WORDS:
        return _WORDS[attribute](value)
    return str(value)
