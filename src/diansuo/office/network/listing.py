"""The lists of losses: their columns, their rows, what a task made from a row says, and the figures above them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.core.network import LossKind
from diansuo.core.quantity import month as months_
from diansuo.office.base import wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.network.queries import AreaLoss, LevelLoss, Loss
from diansuo.office.network.wording import KIND_CODES, KIND_NAMES, KIND_TONES, kind_name

WHOLE_BP = 10_000
FIGURES = ("high", "negative", "uncomputable", "sudden", "normal", "economic", "small")


def period_of(day: date) -> int:
    """Return the month of a day."""
    return months_.month_of(day)


def row(of: Loss) -> dict[str, Any]:
    """Return a loss as a row of a list or workbook."""
    return {
        "id": of.id,
        "day": of.day,
        "number": of.number,
        "name": of.name,
        "manager": of.manager if isinstance(of, AreaLoss) else "",
        "kind": int(of.kind),
        "sudden": _sudden(of),
        "detail": of.reason_detail,
        "remark": _("；").join(filter(None, (_sudden(of), of.reason_detail))),
        "supply_wh": of.supply_wh,
        "sold_wh": of.sold_wh,
        "feed_in_wh": of.feed_in_wh,
        "back_wh": of.back_wh,
        "loss_wh": of.loss_wh,
        "rate_bp": of.rate_bp,
        "mean7_rate_bp": of.mean7_rate_bp,
        "mean7_loss_wh": None if of.mean7_loss_wh is None else round(of.mean7_loss_wh, -1),
        "value_fen": of.value_fen,
        "known": f"{of.outlets_known}/{of.outlets}",
    }


def _sudden(of: Loss) -> str:
    if not of.sudden or of.rate_bp is None or of.mean7_rate_bp is None:
        return ""
    points = wording.per_cent(abs(of.rate_bp - of.mean7_rate_bp))
    return (_("突增 %s 个百分点") if of.rate_bp > of.mean7_rate_bp else _("突降 %s 个百分点")) % points


def kind_column() -> Column:
    """Return the column of the class."""
    return Column("kind", _("分类"), Kind.CODE, labels=dict(KIND_NAMES), tones=dict(KIND_TONES))


def energy_columns() -> tuple[Column, ...]:
    """Return the columns of supply, sold, loss and rate."""
    return (
        Column("supply_wh", _("供电量"), Kind.KWH, unit="kWh"),
        Column("sold_wh", _("售电量"), Kind.KWH, unit="kWh"),
        Column("loss_wh", _("损失电量"), Kind.KWH, unit="kWh"),
        Column("rate_bp", _("线损率"), Kind.PERCENT, unit="%"),
    )


def area_columns() -> tuple[Column, ...]:
    """Return the columns of the list of areas."""
    return (
        Column("name", _("台区"), Kind.CODE, url_name="loss_area", url_args=("id",)),
        Column("number", _("台区编号"), Kind.CODE),
        Column("manager", _("台区经理"), Kind.CODE),
        kind_column(),
        Column("rate_bp", _("线损率"), Kind.PERCENT, unit="%"),
        Column("mean7_rate_bp", _("前7日均"), Kind.PERCENT, unit="%"),
        Column("loss_wh", _("日损失"), Kind.KWH, unit="kWh"),
        Column("mean7_loss_wh", _("前7日均"), Kind.KWH, unit="kWh"),
        Column("value_fen", _("日损失折合"), Kind.YUAN, unit=_("元")),
        Column("remark", _("说明"), Kind.WORDS),
    )


def exported_columns() -> tuple[Column, ...]:
    """Return the columns of the exported list of areas: those of the page, and what they were computed from."""
    return (
        Column("day", _("日期"), Kind.DAY),
        *area_columns(),
        Column("supply_wh", _("供电量"), Kind.KWH, unit="kWh"),
        Column("sold_wh", _("售电量"), Kind.KWH, unit="kWh"),
        Column("known", _("有示数户数"), Kind.CODE),
    )


def day_columns() -> tuple[Column, ...]:
    """Return the columns of an area's days."""
    return (
        Column("day", _("日期"), Kind.DAY),
        kind_column(),
        *energy_columns(),
        Column("feed_in_wh", _("其中光伏上网"), Kind.KWH, unit="kWh"),
        Column("back_wh", _("其中倒送"), Kind.KWH, unit="kWh"),
        Column("mean7_rate_bp", _("前7日均"), Kind.PERCENT, unit="%"),
        Column("known", _("有示数户数"), Kind.CODE),
        Column("remark", _("说明"), Kind.CODE),
    )


def station_columns() -> tuple[Column, ...]:
    """Return the columns of the station's days."""
    return (
        Column("day", _("日期"), Kind.DAY),
        Column("name", _("供电所"), Kind.CODE),
        kind_column(),
        *energy_columns(),
        Column("known", _("有示数户数"), Kind.CODE),
        Column("remark", _("说明"), Kind.CODE),
    )


def level_name(of: LevelLoss) -> str:
    """Return a voltage level in words."""
    return _("0.4千伏（台区合计）") if of.low else _("10千伏（线路合计）")


def level_remark(of: LevelLoss) -> str:
    """Say of how many groups a level's figures are; nothing where all can be computed."""
    if of.groups == of.groups_known:
        return ""
    words = (
        _("%(all)s 个台区中 %(known)s 个可算，只合计可算的")
        if of.low
        else _("%(all)s 条线路中 %(known)s 条可算，只合计可算的")
    )
    return words % {"all": of.groups, "known": of.groups_known}


def fits(of: AreaLoss, kind: str) -> bool:
    """Tell whether an area belongs to what a list was asked for: a class, ``sudden``, ``abnormal``, or all."""
    if kind == "abnormal":
        return of.abnormal
    if kind == "sudden":
        return of.sudden
    return kind == "all" or KIND_CODES[of.kind] == kind


def worst_first(of: AreaLoss) -> tuple[int, int, str]:
    """Order areas by class, within it by the energy lost (or found too much)."""
    order = (LossKind.HIGH, LossKind.NEGATIVE, LossKind.UNCOMPUTABLE)
    place = order.index(of.kind) if of.kind in order else len(order)
    return place, -abs(of.loss_wh or 0), of.number


def figures(rows: Iterable[AreaLoss]) -> Iterator[tuple[str, str, int, str]]:
    """Yield the counts above the list: code, name, how many areas, tone."""
    rows = list(rows)
    yield "all", _("台区"), len(rows), ""
    names = {KIND_CODES[kind]: (kind_name(kind), KIND_TONES[kind]) for kind in LossKind}
    names["sudden"] = (_("突变"), "warn")
    for code in FIGURES:
        title, tone = names[code]
        count = sum(fits(one, code) for one in rows)
        yield code, title, count, tone if count and tone in ("bad", "warn") else ""


def about(of: AreaLoss) -> Subject:
    """Say what a task made from an area's loss is about."""
    return Subject(
        _title(of),
        source="loss",
        area_number=of.number,
        url=reverse("loss_area", args=[of.id]) + f"?day={of.day.isoformat()}",
        staff_id=of.manager_id,
        station_id=of.station_id,
        instruction=of.reason_detail
        or _("先查采集缺失，再查户变关系、倍率互感器、时钟、光伏与总表反向、窃电。"),
    )


def about_whole(of: Loss) -> Subject:
    """Say what a task made from the loss of a feeder, or of the station as a whole, is about."""
    return Subject(
        _title(of),
        source="loss",
        url=reverse("loss_feeders") + f"?day={of.day.isoformat()}",
        station_id=of.station_id,
        instruction=of.reason_detail or _("查关口表示数和倍率，再查所带台区总表、专变用户示数是否齐全。"),
    )


def _title(of: Loss) -> str:
    what = kind_name(of.kind) if of.kind in (LossKind.HIGH, LossKind.NEGATIVE, LossKind.UNCOMPUTABLE) else ""
    what = what or (_("线损突变") if of.sudden else _("线损"))
    named = " ".join(filter(None, (of.name, of.number)))  # a station has no number
    if of.rate_bp is None:
        return _("%(what)s：%(named)s") % {"what": what, "named": named}
    return _("%(what)s：%(named)s，%(day)s 线损率 %(rate)s%%，损失 %(loss)s kWh") % {
        "what": what, "named": named, "day": wording.short_day(of.day),
        "rate": wording.per_cent(of.rate_bp), "loss": wording.kilowatt_hours(of.loss_wh),
    }  # fmt: skip
