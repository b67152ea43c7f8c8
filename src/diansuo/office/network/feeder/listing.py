"""The tables of a feeder's page: its days with the parts of their loss, and the transformers on it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base.cells import Column, Kind
from diansuo.office.network import listing
from diansuo.office.network.area import listing as days
from diansuo.office.network.area.parts import DayParts
from diansuo.office.network.causes.wording import reckoned
from diansuo.office.network.feeder.queries import OnFeeder
from diansuo.office.network.technical.feeder_queries import FeederDay
from diansuo.office.network.technical.wording import FEEDER_REASONS


def columns() -> tuple[Column, ...]:
    """Return the columns of a feeder's days."""
    return (
        Column("day", _("日期"), Kind.DAY),
        listing.kind_column(),
        *listing.energy_columns(),
        Column("technical_wh", _("其中技术损失"), Kind.KWH, unit="kWh"),
        Column("line_wh", _("线路"), Kind.KWH, unit="kWh"),
        Column("transformer_wh", _("配变"), Kind.KWH, unit="kWh"),
        Column("band", _("技术损失误差带"), Kind.CODE, unit="kWh"),
        Column("method", _("技术损失算法"), Kind.CODE),
        Column("rest_wh", _("其余损失"), Kind.KWH, unit="kWh"),
        Column("known", _("有示数表计"), Kind.CODE),
        Column("remark", _("说明"), Kind.CODE),
    )


def row(of: DayParts, technical: FeederDay | None) -> dict[str, Any]:
    """Return a day as a row; why there is no technical loss stands in its remark."""
    found = days.row(of)
    if technical is None or of.loss is None:
        return found
    if technical.line_wh is not None and technical.transformer_wh is not None:
        found["line_wh"] = reckoned(technical.line_wh)
        found["transformer_wh"] = reckoned(technical.transformer_wh)
    else:
        said = (found.get("remark") or "", _("技术损失：%s") % FEEDER_REASONS[technical.reason_code])
        found["remark"] = _("；").join(one for one in said if one)
    return found


def transformer_columns() -> tuple[Column, ...]:
    """Return the columns of the transformers on a feeder."""
    return (
        Column("name", _("台区"), Kind.CODE, url_name="loss_area", url_args=("id",)),
        Column("number", _("台区编号"), Kind.CODE),
        Column("sort", _("公变专变"), Kind.CODE),
        Column("capacity_va", _("容量"), Kind.KVA, unit="kVA"),
        listing.kind_column(),
        Column("supply_wh", _("供电量"), Kind.KWH, unit="kWh"),
        Column("loss_wh", _("损失电量"), Kind.KWH, unit="kWh"),
        Column("rate_bp", _("线损率"), Kind.PERCENT, unit="%"),
    )


def transformer_row(of: OnFeeder) -> dict[str, Any]:
    """Return a transformer as a row; a customer's own has no loss of ours."""
    own = of.term.dedicated
    return {
        "id": None if own else of.term.area_id,
        "name": of.term.area.name,
        "number": of.term.area.number,
        "sort": _("专变") if own else _("公变"),
        "capacity_va": of.term.capacity_va,
        "kind": of.loss.kind if of.loss else None,
        "supply_wh": of.loss.supply_wh if of.loss else None,
        "loss_wh": of.loss.loss_wh if of.loss else None,
        "rate_bp": of.loss.rate_bp if of.loss else None,
    }
