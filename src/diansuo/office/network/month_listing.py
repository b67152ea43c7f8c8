"""The list of a month's same-period losses by area: columns, rows, and what the freezes corrected in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.scope import Scope
from diansuo.office.network import listing, months, other_days, queries


def columns(*, compared: bool = True) -> tuple[Column, ...]:
    """Return the columns of the page; those of other days only where anybody was settled to compare with."""
    others = (
        Column("other", _("非同期抄表"), Kind.COUNT, unit=_("户")),
        Column("corrected_wh", _("校正电量"), Kind.KWH, unit="kWh"),
        Column("left", _("未能校正"), Kind.COUNT, unit=_("户")),
    )
    return (
        Column("name", _("台区"), Kind.CODE, url_name="loss_area", url_args=("id",)),
        Column("manager", _("台区经理"), Kind.CODE),
        listing.kind_column(),
        *listing.energy_columns(),
        Column("known", _("有示数户数"), Kind.CODE),
        *(others if compared else ()),
        Column("detail", _("说明")),
    )


def exported_columns() -> tuple[Column, ...]:
    """Return the columns of the exported list: those of the page, and what they stand beside."""
    return (
        Column("number", _("台区编号"), Kind.CODE),
        *columns(),
        Column("left_wh", _("其结算电量"), Kind.KWH, unit="kWh"),
        Column("settled", _("已结算"), Kind.COUNT, unit=_("户")),
        Column("corrected", _("已按冻结校正"), Kind.COUNT, unit=_("户")),
    )


def rows(scope: Scope, period: int) -> list[dict[str, Any]]:
    """Return the areas of a month as rows, the worst first."""
    corrected = of_areas(scope, period)
    found = sorted(queries.monthly_loss_of_areas(scope, period), key=listing.worst_first)
    return [listing.row(one) | _days(corrected.get(one.id, other_days.NOTHING)) for one in found]


def _days(of: other_days.AreaDays) -> dict[str, int | None]:
    """Return the figures of an area; none where nobody was settled yet, which is not 0."""
    return {name: value if of.settled else None for name, value in asdict(of).items()}


def of_areas(scope: Scope, period: int) -> dict[int, other_days.AreaDays]:
    """Return what the freezes corrected of customers read on other days, by area."""
    found: dict[int, other_days.AreaDays] = {}
    for station in scope.stations_in_part():
        found |= other_days.of_areas(station, period)
    return found


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """Say how many customers were read on other days, how much the freezes corrected, and what is left."""
    if not any(row["settled"] for row in rows):
        return _("本月还没有结算过的用户，没有可比的结算电量。")
    total = {
        name: sum(row[name] or 0 for row in rows)
        for name in ("settled", "other", "corrected", "corrected_wh", "left", "left_wh")
    }
    said = _(
        "%(settled)s 户结算，%(other)s 户结算起止日与同期不同：%(corrected)s 户已按日冻结校正，合计 %(wh)s kWh；"
        "%(left)s 户没有两端冻结，未能校正，其结算电量 %(left_wh)s kWh。"
    )
    return said % {
        "settled": wording.count(total["settled"]),
        "other": wording.count(total["other"]),
        "corrected": wording.count(total["corrected"]),
        "wh": wording.kilowatt_hours(total["corrected_wh"]),
        "left": wording.count(total["left"]),
        "left_wh": wording.kilowatt_hours(total["left_wh"]),
    }


def span(scope: Scope, period: int) -> tuple[date, date] | None:
    """Return between which registers the month stands at the first of the viewer's stations."""
    for station in scope.stations_in_part():
        month = months.of_month(station.pk, station.revision, period)
        return month.month_start, month.month_end
    return None
