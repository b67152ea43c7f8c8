"""Stored values as a person reads them, for verdicts that say from what to what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.office.archive.importing.references import Named, References, Shared
from diansuo.office.archive.models import PRICE_CLASS_NAMES, VOLTAGE_CLASS_NAMES, PointArea

THING_OF = {
    "meter_id": Shared.METER,
    "area_id": Shared.AREA,
    "staff_id": Shared.STAFF,
    "route": Shared.ROUTE,
    "feeder_id": Shared.FEEDER,
    "substation": Shared.SUBSTATION,
}


def shown(references: References, attribute: str, value: Any) -> str:
    """Return one stored value in words; an empty one is called so."""
    if value is None or value == "":
        return _("空")
    if isinstance(value, Named):
        return value.key[-1]
    if attribute in THING_OF:
        return references.shown.get((THING_OF[attribute], value), str(value))
    if attribute == "price_class":
        return str(PRICE_CLASS_NAMES[PriceClass(value)])
    if attribute == "voltage_class":
        return str(VOLTAGE_CLASS_NAMES[VoltageClass(value)])
    if attribute == "dedicated":
        return _("专变") if value else _("公变")
    if attribute == "phase":
        return str(PointArea.Phase(value).label)
    if attribute == "capacity_va":
        return f"{(Decimal(value) / 1000).normalize():f} kVA"
    if attribute == "energy_wh":
        return f"{(Decimal(value) / 1000).normalize():f} kWh"
    return str(value)
