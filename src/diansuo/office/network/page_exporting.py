"""Calendar, heat map, trend and network as workbooks, as their pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.office.base import wording
from diansuo.office.base.export import download
from diansuo.office.base.sheets.write import Sheet, write_sheets
from diansuo.office.network.heat.codes import NOTHING, SUDDEN
from diansuo.office.network.heat.queries import HeatMap
from diansuo.office.network.page_queries import Calendar, DayCell, Trend
from diansuo.office.network.queries import AreaLoss, Loss
from diansuo.office.network.tree.queries import Tree
from diansuo.office.network.wording import kind_name

Cell = str | int | Decimal | date | None


def of_calendar(of: Calendar, period: int) -> HttpResponse:
    """Return two sheets: the rates of a month, with the class where there is no rate, and the classes."""
    headings = (_("台区编号"), _("台区"), _("台区经理"), _("异常天数"), _("全月"), *_days(of.days))
    sheets = [
        Sheet(_("线损率（%）"), headings, _calendar_rows(of, _rate_or_class)),
        Sheet(_("分类"), headings, _calendar_rows(of, _class)),
    ]
    return _answer(_("台区线损日历"), wording.month(period), sheets)


def _calendar_rows(of: Calendar, write: Callable[[DayCell], Cell]) -> Iterator[tuple[Cell, ...]]:
    for row in of.rows:
        yield (row.number, row.name, row.manager, row.bad_days, *map(write, (row.month, *row.cells)))


def of_heat_map(of: HeatMap) -> HttpResponse:
    """Return one sheet: the class of every area on every day."""
    names = {code: _class_of_code(code) for code in sorted(set(of.codes.reshape(-1).tolist()))}
    rows = (
        (row.number, row.name, row.manager, row.bad_days, *(names[code] for code in codes))
        for row, codes in zip(of.rows, of.codes.tolist(), strict=True)
    )
    headings = (_("台区编号"), _("台区"), _("台区经理"), _("异常天数"), *_days(of.days))
    span = f"{of.days[0]}_{of.days[-1]}"
    return _answer(_("台区线损热力图"), span, [Sheet(_("分类"), headings, rows)])


def of_trend(of: Trend, period: int) -> HttpResponse:
    """Return one sheet: the rate of every day of the station, of the areas together and of every feeder."""
    lines = [*of.stations.items(), (_("台区合计"), of.areas), *of.feeders.items()]
    rows = ((day, *(_hundredths(rates[at]) for _name, rates in lines)) for at, day in enumerate(of.days))
    headings = (_("日期"), *(name for name, _rates in lines))
    return _answer(_("线损率趋势"), wording.month(period), [Sheet(_("线损率（%）"), headings, rows)])


def of_tree(of: Tree, day: date) -> HttpResponse:
    """Return one sheet: every feeder, and under it its areas, each with what it lost on a day."""
    rows = (
        (substation.name, feeder.name, *_lost(loss))
        for substation in of.substations
        for feeder in substation.feeders
        for loss in (feeder.loss, *feeder.areas)
        if loss is not None
    )
    headings = (
        _("变电站"), _("线路"), _("台区编号"), _("台区"), _("分类"),
        _("供电量（kWh）"), _("损失电量（kWh）"), _("线损率（%）"), _("说明"),
    )  # fmt: skip
    return _answer(_("网络图"), day.isoformat(), [Sheet(of.station.name, headings, rows)])


def _lost(of: Loss) -> tuple[Cell, ...]:
    """Write a loss; the row of a feeder names no area."""
    named = (of.number, of.name) if isinstance(of, AreaLoss) else ("", "")
    energies = (None if wh is None else kwh_from_wh(wh) for wh in (of.supply_wh, of.loss_wh))
    return (*named, kind_name(of.kind), *energies, _hundredths(of.rate_bp), of.reason_detail)


def _answer(name: str, span: str, sheets: Iterable[Sheet]) -> HttpResponse:
    return download(write_sheets(sheets), f"{name}_{span}_{timezone.localdate():%Y%m%d}.xlsx")


def _days(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in days]


def _rate_or_class(cell: DayCell) -> Cell:
    return _class(cell) if cell.rate_bp is None else _hundredths(cell.rate_bp)


def _class(cell: DayCell) -> str:
    if cell.kind is None:
        return ""
    return kind_name(cell.kind) + (_("，突变") if cell.sudden else "")


def _class_of_code(code: int) -> str:
    if code == NOTHING:
        return ""
    return kind_name(code % SUDDEN) + (_("，突变") if code >= SUDDEN else "")


def _hundredths(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-2)
