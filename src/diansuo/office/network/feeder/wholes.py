"""The list of feeders, stations under them and voltage levels: a day with its technical loss, and the month so far."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.quantity import month as months_
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries
from diansuo.office.network.area import listing as days
from diansuo.office.network.area.parts import DayParts, Technical
from diansuo.office.network.feeder.parts import parts_of
from diansuo.office.network.listing import energy_columns, kind_column, level_name, level_remark
from diansuo.office.network.queries import Loss
from diansuo.office.network.technical import feeder_queries


def feeder_columns(*, exported: bool = False) -> tuple[Column, ...]:
    """Return the columns of the list of feeders, the station under them; a workbook has room for their numbers."""
    return (
        Column("name", _("线路"), Kind.CODE, url_name="loss_feeder", url_args=("feeder_id",)),
        *((Column("number", _("线路编号"), Kind.CODE),) if exported else ()),
        kind_column(),
        *energy_columns(),
        Column("technical_wh", _("其中技术损失"), Kind.KWH, unit="kWh"),
        *(_known_to() if exported else ()),
        Column("rest_wh", _("其余损失"), Kind.KWH, unit="kWh"),
        *((Column("month_loss_wh", _("本月损失"), Kind.KWH, unit="kWh"),) if exported else ()),
        Column("month_rate_bp", _("本月线损率"), Kind.PERCENT, unit="%"),
        Column("known", _("有示数表计"), Kind.CODE),
        Column("remark", _("说明")),
    )


def _known_to() -> tuple[Column, ...]:
    """Return how well the technical loss is known: on a page it stands with the feeder itself."""
    return (
        Column("band", _("技术损失误差带"), Kind.CODE, unit="kWh"),
        Column("method", _("技术损失算法"), Kind.CODE),
    )


def whole_rows(scope: Scope, day: date, period: int) -> list[dict[str, Any]]:
    """Return the feeders of a day, then the stations, each with its month so far."""
    after = day + timedelta(days=1)
    months = (
        *queries.monthly_loss_of_feeders(scope, period),
        *queries.monthly_loss_of_stations(scope, period),
    )
    monthly = {(one.station_id, one.number, one.id): one for one in months}
    parts = _parts(scope, day)
    feeders = [(one, one.id) for one in queries.loss_of_feeders(scope, day, after)]
    stations = [(one, None) for one in queries.loss_of_stations(scope, day, after)]
    return [
        _row(
            one,
            feeder_id,
            parts.get((one.station_id, feeder_id)),
            monthly.get((one.station_id, one.number, one.id)),
        )
        for one, feeder_id in (*feeders, *stations)
    ]


def _row(of: Loss, feeder_id: int | None, technical: Technical | None, month: Loss | None) -> dict[str, Any]:
    return days.row(DayParts(of.day, of, technical)) | {
        "of": of,
        "feeder_id": feeder_id,
        "name": of.name or of.number,
        "month_loss_wh": month.loss_wh if month else None,
        "month_rate_bp": month.rate_bp if month else None,
    }


def _parts(scope: Scope, day: date) -> dict[tuple[int, int | None], Technical]:
    """Return the technical loss of a day by station and feeder, where it is known."""
    first = months_.first_day(months_.month_of(day))
    return {
        (station.pk, feeder): known[day]
        for station in scope.stations()
        for feeder, every in feeder_queries.of_station(scope, station, first, day).items()
        if day in (known := parts_of(every))
    }


def level_rows(scope: Scope, day: date, period: int) -> list[dict[str, Any]]:
    """Return the voltage levels of a day, in the columns of the feeders, each with its month so far."""
    monthly = {(one.station_id, one.low): one for one in queries.monthly_loss_of_levels(scope, period)}
    rows = []
    for one in queries.loss_of_levels(scope, day, day + timedelta(days=1)):
        month = monthly[one.station_id, one.low]
        rows.append(
            {
                "name": level_name(one),
                "supply_wh": one.supply_wh if one.rate_bp is not None else None,
                "sold_wh": one.sold_wh if one.rate_bp is not None else None,
                "loss_wh": one.loss_wh if one.rate_bp is not None else None,
                "rate_bp": one.rate_bp,
                "month_loss_wh": month.loss_wh if month.rate_bp is not None else None,
                "month_rate_bp": month.rate_bp,
                "remark": level_remark(one),
            }
        )
    return rows
