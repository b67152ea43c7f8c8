"""What each cause of a difference is called, and the sentence that says how it came about."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.tariff.explaining import Cause
from diansuo.office.archive.models import PRICE_CLASSES, VOLTAGE_CLASSES
from diansuo.office.base import wording
from diansuo.office.billing.explaining.stored import Stored
from diansuo.office.billing.models import BillLine
from diansuo.office.billing.wording import UNITS, line_title, price

LONGEST_MONTH_DAYS: Final = 45
PRICES_NAMED: Final = 3

TITLES: Final = {
    Cause.DAYS: gettext_lazy("用电天数"),
    Cause.ENERGY: gettext_lazy("日均用电"),
    Cause.MULTIPLIER: gettext_lazy("综合倍率"),
    Cause.TRUED_UP: gettext_lazy("估抄多退少补"),
    Cause.LOSSES: gettext_lazy("变损线损"),
    Cause.TIME_OF_USE: gettext_lazy("峰谷比例"),
    Cause.HOUSEHOLD: gettext_lazy("家庭优惠"),
    Cause.STEPS: gettext_lazy("阶梯位置"),
    Cause.CLASS: gettext_lazy("用电类别"),
    Cause.CAPACITY: gettext_lazy("容量需量"),
    Cause.POWER_FACTOR: gettext_lazy("功率因数"),
    Cause.PRICE: gettext_lazy("电价变动"),
    Cause.ADJUSTMENT: gettext_lazy("退补电费"),
    Cause.OTHER: gettext_lazy("未能分开"),
}

_Kwh = wording.kilowatt_hours


def sentence(cause: Cause, before: Stored, after: Stored, *, merged: bool) -> str:
    """Say what changed from one bill to the other, in the language of the page."""
    said = _SENTENCES[cause](before, after)
    if merged:
        return said + _("；与它连在一起、不能单独计价的变化也在内")
    return said


def _days(before: Stored, after: Stored) -> str:
    values = {"before": before.days, "after": after.days, "use": _per_day(before)}
    said = _("%(before)s 天 → %(after)s 天，每天仍按 %(use)s kWh") % values
    if after.days > LONGEST_MONTH_DAYS:
        said += _("；上月未抄，这次一并结算")
    elif before.days > LONGEST_MONTH_DAYS:
        said += _("；对比的账单含未抄的月份")
    return said


def _energy(before: Stored, after: Stored) -> str:
    values = {"before": _per_day(before), "after": _per_day(after), "days": after.days}
    said = _("平均每天 %(before)s → %(after)s kWh，共 %(days)s 天") % values
    if after.bill.consumption.estimated:
        said += _("；本期是估抄，实抄后多退少补")
    return said


def _per_day(stored: Stored) -> str:
    own_wh = stored.read_wh - stored.trued_up_wh
    return f"{Decimal(own_wh) / 1000 / max(stored.days, 1):,.2f}"


def _multiplier(before: Stored, after: Stored) -> str:
    values = {"before": before.multiplier, "after": after.multiplier}
    return _("互感器换过，综合倍率 %(before)s → %(after)s，同样的示数差算出的电量不同") % values


def _trued_up(before: Stored, after: Stored) -> str:
    now, then = after.trued_up_wh, before.trued_up_wh
    if now > 0:
        return _("上期估抄少计了 %(energy)s kWh，本期实抄补上") % {"energy": _Kwh(now)}
    if now < 0:
        return _("上期估抄多计了 %(energy)s kWh，本期实抄退回") % {"energy": _Kwh(-now)}
    return _("对比的账单里含估抄多退少补 %(energy)s kWh，本期没有") % {"energy": _Kwh(then)}


def _losses(before: Stored, after: Stored) -> str:
    lost = [each.bill.transformer_loss_wh + each.bill.line_loss_wh for each in (before, after)]
    return _("变损与线损 %(before)s → %(after)s kWh") % {"before": _Kwh(lost[0]), "after": _Kwh(lost[1])}


def _time_of_use(before: Stored, after: Stored) -> str:
    said = []
    for name, field in ((_("尖"), "sharp_wh"), (_("峰"), "peak_wh"), (_("谷"), "valley_wh")):
        shares = [_share(each, field) for each in (before, after)]
        if shares[0] != shares[1]:
            said.append(
                _("%(band)s段占 %(before)s%% → %(after)s%%")
                % {"band": name, "before": shares[0], "after": shares[1]}
            )
    return _("，").join(said) or _("各时段的电量比例变了")


def _share(stored: Stored, field: str) -> str:
    consumption = stored.bill.consumption
    total = consumption.total_wh
    part = Decimal(getattr(consumption, field) * 100)
    return f"{part / total:.1f}" if total else "0.0"


def _household(_before: Stored, _after: Stored) -> str:
    return _("家庭人口、采暖或免费电量与对比的账单不同")


def _steps(before: Stored, after: Stored) -> str:
    values = {"before": _Kwh(before.bill.year_to_date_wh), "after": _Kwh(after.bill.year_to_date_wh)}
    said = _("本期前年度累计 %(before)s → %(after)s kWh") % values
    upper = [_in_upper_steps(each) for each in (before, after)]
    if upper[1]:
        said += _("，本期有 %(energy)s kWh 按第二档及以上计价") % {"energy": _Kwh(upper[1])}
    elif upper[0]:
        said += _("，新的年度从第一档算起")
    months = (before.bill.months_in_year, after.bill.months_in_year)
    if months[0] != months[1]:
        said += _("；档限按 %(before)s 个月 → %(after)s 个月") % {"before": months[0], "after": months[1]}
    return said


def _in_upper_steps(stored: Stored) -> int:
    """Return the energy beyond the first step: what the line of the second step charges and those above it."""
    by_step: dict[int, int] = {}
    for line in stored.lines:
        if line.step > 1:
            by_step[line.step] = by_step.get(line.step, 0) + line.quantity
    return sum(by_step.values())


def _class(before: Stored, after: Stored) -> str:
    said = []
    for field, names in (("price_class", PRICE_CLASSES), ("voltage_class", VOLTAGE_CLASSES)):
        codes = [getattr(each.bill, field) for each in (before, after)]
        if codes[0] != codes[1]:
            titles = dict(names)
            said.append(f"{titles[codes[0]]} → {titles[codes[1]]}")
    return _("，").join(said) or _("购电方式变了")


def _capacity(before: Stored, after: Stored) -> str:
    return f"{_charged(before)} → {_charged(after)}"


def _charged(stored: Stored) -> str:
    """Say what a bill charges a capacity or demand for."""
    units = {BillLine.Unit.VA_DAYS: "kVA", BillLine.Unit.W_DAYS: "kW"}
    said = []
    for line in stored.lines:
        if line.unit in units and line.days:
            value = wording.kilovolt_amperes(line.quantity // line.days)
            said.append(f"{line_title(line.component, 0, None)} {value} {units[BillLine.Unit(line.unit)]}")
    return _("、").join(said) or _("没有容（需）量电费")


def _power_factor(before: Stored, after: Stored) -> str:
    values = {
        "before": wording.hundredths(before.bill.power_factor),
        "after": wording.hundredths(after.bill.power_factor),
        "rate_before": f"{Decimal(before.bill.adjustment_rate).scaleb(-2):+.2f}",
        "rate_after": f"{Decimal(after.bill.adjustment_rate).scaleb(-2):+.2f}",
    }
    return _("功率因数 %(before)s → %(after)s，调整率 %(rate_before)s%% → %(rate_after)s%%") % values


def _price(before: Stored, after: Stored) -> str:
    prices = [_prices(each) for each in (before, after)]
    changed = [
        f"{line_title(*key)} {_arrow(prices[0][key], value, unit)}"
        for key, (value, unit) in prices[1].items()
        if key in prices[0] and prices[0][key] != (value, unit)
    ]
    if not changed:
        return _("单价没有变，各月执行的时段或分段不同")
    rest = len(changed) - PRICES_NAMED
    said = _("；").join(changed[:PRICES_NAMED])
    return said + (_("，等 %(count)s 项") % {"count": len(changed)} if rest > 0 else "")


def _arrow(before: tuple[int, int], after_nano: int, unit: int) -> str:
    return f"{price(before[0], unit)} → {price(after_nano, unit)} {UNITS[BillLine.Unit(unit)].of_price}"


def _prices(stored: Stored) -> dict[tuple[int, int, int | None], tuple[int, int]]:
    """Return price and unit of each line, of a divided bill those of its last part; the power factor has no price."""
    return {
        (line.component, line.step, line.band): (line.price_nano, line.unit)
        for line in stored.lines
        if line.unit != BillLine.Unit.FEN
    }


def _adjustment(before: Stored, after: Stored) -> str:
    values = {"before": wording.yuan(before.adjustment_fen), "after": wording.yuan(after.adjustment_fen)}
    return _("账单上的退补电费 %(before)s → %(after)s 元") % values


def _other(_before: Stored, _after: Stored) -> str:
    return _("按账单存档的依据重算，与账单上的金额不一致，只能列出总差额；请核对档案是否事后改过")


_SENTENCES: Final[dict[Cause, Callable[[Stored, Stored], Any]]] = {
    Cause.DAYS: _days,
    Cause.ENERGY: _energy,
    Cause.MULTIPLIER: _multiplier,
    Cause.TRUED_UP: _trued_up,
    Cause.LOSSES: _losses,
    Cause.TIME_OF_USE: _time_of_use,
    Cause.HOUSEHOLD: _household,
    Cause.STEPS: _steps,
    Cause.CLASS: _class,
    Cause.CAPACITY: _capacity,
    Cause.POWER_FACTOR: _power_factor,
    Cause.PRICE: _price,
    Cause.ADJUSTMENT: _adjustment,
    Cause.OTHER: _other,
}
