"""The table beneath the drawing: an area's days with the parts of their loss, as shown and as exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.network import listing
from diansuo.office.network.area.parts import DayParts
from diansuo.office.network.causes.wording import reckoned
from diansuo.office.network.technical.wording import METHODS


def columns(*, divided: bool) -> tuple[Column, ...]:
    """Return the columns; those of the parts only where the technical loss of any day is known."""
    day, kind, *rest = listing.day_columns()
    at = next(place for place, column in enumerate(rest) if column.name == "rate_bp") + 1
    parts = (
        Column("technical_wh", _("其中技术损失"), Kind.KWH, unit="kWh"),
        Column("band", _("技术损失误差带"), Kind.CODE, unit="kWh"),
        Column("method", _("技术损失算法"), Kind.CODE),
        Column("rest_wh", _("其余损失"), Kind.KWH, unit="kWh"),
    )
    return (day, kind, *rest[:at], *(parts if divided else ()), *rest[at:])


def row(of: DayParts) -> dict[str, Any]:
    """Return a day as a row; one without registers says so."""
    if of.loss is None:
        return {"day": of.day, "kind": None, "remark": _("未导入：当天或次日 0:00 的示数还没有来")}
    found = listing.row(of.loss)
    if of.technical is not None:
        found["technical_wh"] = reckoned(of.technical.technical_wh)
        found["method"] = str(METHODS[of.technical.method])
        found["rest_wh"] = None if of.rest_wh is None else reckoned(of.rest_wh)
        found["band"] = "～".join(
            wording.kilowatt_hours(reckoned(wh)) for wh in (of.technical.low_wh, of.technical.high_wh)
        )
    return found


def shown(of: DayParts) -> dict[str, Any]:
    """Return a day as a row of the page, its energies to 0.01 kWh as all others there; a workbook keeps every Wh."""
    found = row(of)
    rounded = {
        name: reckoned(value) for name, value in found.items() if name.endswith("_wh") and value is not None
    }
    return found | rounded
