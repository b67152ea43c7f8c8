"""What billing's findings and bill lines say, in the trade's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from diansuo.core.quantity.band import Band
from diansuo.core.tariff import Component
from diansuo.office.base import wording
from diansuo.office.base.registry import Words
from diansuo.office.billing.commercial import wording as commercial_wording
from diansuo.office.billing.households import wording as household_wording
from diansuo.office.billing.models import BAND_NAMES, COMPONENT_NAMES, BillLine
from diansuo.office.billing.points import wording as point_wording
from diansuo.office.billing.sheets import components
from diansuo.office.billing.sheets.book import priced_book

_Detail = dict[str, Any]

# What decides how a commercial bill is made, and is no price.
RULES_OF_THE_WAY = ("national/capacity_charge", "national/transformer_loss", "national/power_factor/policy")


def _several_points(_detail: _Detail) -> Words:
    return Words(
        _("多计量点"),
        _("该用户有多个计量点，档案没有写明它们的关系，不知道哪些电量要扣减"),
        _("在用户档案文件里补“主分表关系”“上级计量点编号”后导入，再重新执行"),
    )


def _terms_changed(_detail: _Detail) -> Words:
    return Words(
        _("账期内变更电价"),
        _("账期内在居民、农业与工商业之间变更，不能在一张账单里结算"),
        _("把变更生效日改为抄表例日；确须在账期中间变更的，先在原系统出账"),
    )


def _no_terms(_detail: _Detail) -> Words:
    return Words(
        _("账期内无电价条款"),
        _("账期的第一天或最后一天没有生效的用电类别"),
        _("核对送电日期与合同条款的起止日期"),
    )


def _no_bill(_detail: _Detail) -> Words:
    return Words(
        _("有电量无账单"), _("本期已结算电量，但没有生成账单"), _("重新执行本月流程；仍有请联系维护人员")
    )


def _value_absent(detail: _Detail) -> Words:
    if str(detail.get("rule_id", "")) in RULES_OF_THE_WAY:
        return commercial_wording.rule_is_open(detail)
    return household_wording.term_absent(detail) or Words(
        _("电价未录入"),
        _("规则库没有该用户的电价（%(file)s）") % {"file": detail.get("file", "")},
        _("把当地电价文件放入 DIANSUO_HOME/rulebook 后重新执行本月流程"),
    )


_PRICE_RULE = re.compile(rf"/{components.FOLDER}/(\w+)")


def _no_such_rule(detail: _Detail) -> Words:
    rule = str(detail.get("rule_id") or detail.get("detail") or "")
    found = _PRICE_RULE.search(rule)
    name = components.COMPONENT_RULES.get(found[1]) if found else None
    return _sheet_missing(name, "") if name else _value_absent({"file": detail.get("file") or rule})


def _no_value_in_force(detail: _Detail) -> Words:
    rule = str(detail.get("rule_id", ""))
    name = components.COMPONENT_RULES.get(components.component_of(rule))
    return _sheet_missing(name, detail.get("day", "")) if name else _value_absent(detail)


def _sheet_missing(component: Any, day: str) -> Words:
    if day:
        reason = _("%(day)s 没有执行中的“%(component)s”") % {"day": day, "component": component}
    else:
        reason = _("没有“%(component)s”") % {"component": component}
    return Words(
        _("缺价格表"),
        reason,
        _("在“月度价格表”提交并审批该月价格表后重新执行；由规则库管的项目补当地规则文件"),
    )


def _price_change(_detail: _Detail) -> Words:
    return Words(
        _("账期跨调价日"),
        _("账期内电价有调整，未能分段计费"),
        _("核对调价日前后的电价是否都已录入，再重新执行本月流程"),
    )


def _no_registers(_detail: _Detail) -> Words:
    return Words(
        _("缺峰谷示数"), _("执行峰谷电价，但本期没有峰、谷示数"), _("补抄峰、谷示数，或核对用电类别")
    )


def _lines_differ(detail: _Detail) -> Words:
    return Words(
        _("明细与合计不符"),
        _("账单合计 %(total)s 元，明细之和 %(lines)s 元")
        % {"total": wording.yuan(detail.get("amount_fen")), "lines": wording.yuan(detail.get("lines_fen"))},
        _("重新执行本月流程；仍不符请联系维护人员"),
    )


def _negative(detail: _Detail) -> Words:
    return Words(
        _("电费为负"),
        _("应收电费 %(amount)s 元") % {"amount": wording.yuan(detail.get("amount_fen"))},
        _("核对示数与电价"),
    )


_WORDS: dict[str, Callable[[_Detail], Words]] = {
    "B-SEVERAL-POINTS": _several_points,
    "B-TERMS-CHANGED": _terms_changed,
    "B-NO-TERMS": _no_terms,
    "B-NO-BILL": _no_bill,
    "B-VALUE-ABSENT": _value_absent,
    "B-NO-VALUE-IN-FORCE": _no_value_in_force,
    "B-NO-SUCH-RULE": _no_such_rule,
    "B-PRICE-CHANGE-WITHIN-PERIOD": _price_change,
    "B-NO-TIME-OF-USE-REGISTERS": _no_registers,
    "B-SUM": _lines_differ,
    "B-NEGATIVE": _negative,
    **commercial_wording.WORDS,
    **household_wording.WORDS,
    **point_wording.WORDS,
}


def words_of(finding: Any) -> Words:
    """Put one of billing's findings into words."""
    if finding.rule in _WORDS:
        return _WORDS[finding.rule](finding.detail)
    return Words(
        _("不能计费"), _("数据不合理（%(rule)s）") % {"rule": finding.rule}, _("核对该用户的档案与示数")
    )


def rule_title(rule_id: str) -> str:
    """Return what a rule is called; its id where the rulebook no longer has it."""
    rule = priced_book().rules.get(rule_id)
    if rule is None:
        return rule_id
    return rule.title["en" if get_language() == "en" else "zh"]


def line_title(component: int, step: int, band: int | None = None, part: int = 0) -> str:
    """Return what a bill line charges for, as it stands on the bill; of a divided bill with its part."""
    if part:
        title = line_title(component, step, band)
        return _("%(title)s · 第%(part)s段") % {"title": title, "part": part}
    if component == Component.CORRECTION and step:
        return _("年度清算（第%(step)s档）") % {"step": step}
    if component >= Component.PURCHASE:
        name = str(COMPONENT_NAMES[Component(component)])
        return (
            name
            if band is None
            else _("%(component)s（%(band)s）") % {"component": name, "band": BAND_NAMES[Band(band)]}
        )
    if component == Component.STEP:
        return _("第%(step)s档加价") % {"step": step}
    return {
        Component.BASE: _("电度电费"),
        Component.PEAK: _("高峰加价"),
        Component.VALLEY: _("低谷优惠"),
    }[Component(component)]


@dataclass(frozen=True, slots=True)
class Unit:
    """What a line's quantity counts and its price is for, in words, and how many decimals the quantity moves."""

    of_quantity: Any
    of_price: Any
    places: int


UNITS = {
    BillLine.Unit.WH: Unit("kWh", gettext_lazy("元/kWh"), 3),
    BillLine.Unit.VA_DAYS: Unit(gettext_lazy("kVA·天"), gettext_lazy("元/kVA·月"), 3),
    BillLine.Unit.W_DAYS: Unit(gettext_lazy("kW·天"), gettext_lazy("元/kW·月"), 3),
    BillLine.Unit.FEN: Unit(gettext_lazy("元"), "%", 2),
}


def quantity(value: int, unit: int) -> str:
    """Write a line's quantity in the unit of the bill."""
    if unit == BillLine.Unit.WH:
        return wording.kilowatt_hours(value)
    if unit == BillLine.Unit.FEN:
        return wording.yuan(value)
    return wording.kilovolt_amperes(value)


@dataclass(frozen=True, slots=True)
class Factors:
    """What a line multiplies, in words: a quantity, and for which share of a month, empty for a whole one."""

    quantity: str
    unit: str
    share: str = ""


BY_MONTH: Final = {BillLine.Unit.VA_DAYS: "kVA", BillLine.Unit.W_DAYS: "kW"}


def factors(line: BillLine, capacity_va: int | None = None) -> Factors:
    """Write a line's quantity as people know it: of a capacity kVA × days of the month, not kVA·days.

    ``capacity_va`` of the contract says what the days were of; without it a whole month is taken where it comes out
    even. What comes out even neither way stays as the line keeps it.
    """
    unit = BillLine.Unit(line.unit)
    if unit in BY_MONTH and line.days:
        held, days = _of_month(
            line.quantity, line.days, capacity_va if unit == BillLine.Unit.VA_DAYS else None
        )
        if held is not None:
            share = (
                "" if days == line.days else _("%(days)s/%(month)s 天") % {"days": days, "month": line.days}
            )
            return Factors(wording.kilovolt_amperes(held), BY_MONTH[unit], share)
        return Factors(
            quantity(line.quantity, unit),
            str(UNITS[unit].of_quantity),
            _("1/%(month)s 天") % {"month": line.days},
        )
    return Factors(quantity(line.quantity, unit), str(UNITS[unit].of_quantity))


def _of_month(quantity: int, month_days: int, capacity: int | None) -> tuple[int | None, int]:
    if capacity and quantity % capacity == 0 and 0 < quantity // capacity <= month_days:
        return capacity, quantity // capacity
    return (quantity // month_days, month_days) if quantity % month_days == 0 else (None, 0)


def price(price_nano: int, unit: int) -> str:
    """Write a line's price; the rate of the power factor as per cent with its sign."""
    if unit == BillLine.Unit.FEN:
        return f"{Decimal(price_nano).scaleb(-7):+.2f}" if price_nano else "0.00"
    if unit == BillLine.Unit.WH:
        return wording.yuan_per_kilowatt_hour(price_nano)
    return f"{Decimal(price_nano).scaleb(-9).normalize():f}"


ROUNDING: Final = {
    "line-fen": gettext_lazy("数量 × 单价，四舍五入到分"),
    "band-price": gettext_lazy("时段单价由平段乘浮动比例得出，保留九位小数"),
    "energy-precision": gettext_lazy("电量取位到规定的小数"),
    "valley-remainder": gettext_lazy("分时尾差归谷段"),
    "flat-remainder": gettext_lazy("分时尾差归平段"),
    "capacity-days": gettext_lazy("容量（需量）电费按天折算，四舍五入到分"),
    "demand-price": gettext_lazy("需量单价折算，保留九位小数"),
    "demand-limit": gettext_lazy("合同需量的上下限取到瓦"),
    "power-factor": gettext_lazy("功率因数保留两位小数"),
    "adjustment-fen": gettext_lazy("力调电费四舍五入到分"),
    "year-anew": gettext_lazy("全年重新清算的差额，到分"),
    "price-change-days": gettext_lazy("调价分段电量按天数分"),
}
"""What the rounding steps of docs/rules/rounding.md do, in the reader's words."""


def rounding_step(step: str) -> str:
    """Say a rounding step in words."""
    return str(ROUNDING.get(step, step))


def remainder_title(component: int) -> str:
    """Return what moved energy into a line: registers that do not add up, or the precision energy is settled to."""
    if component in (Component.PEAK, Component.VALLEY):
        return _("其中：分时尾差归谷段（总示数与峰、谷之和的差）")
    if component >= Component.PURCHASE:
        return _("其中：取位与平段尾差")
    return _("其中：结算电量取位的尾差")


def doubt(field: str, why: str) -> str:
    """Return why a value of the rulebook is unverified, with what it is about."""
    names = {
        "source": _("依据"),
        "effective": _("生效日"),
        "limits.upper": _("档限"),
        "peak.increment": _("高峰加价"),
        "valley.increment": _("低谷优惠"),
    }
    about = names.get(field) or (_("电价") if field.startswith("prices.") else field)
    return f"{about}：{reason(why)}"


def reason(why: str) -> str:
    """Return a reason the rulebook gives in the reader's language; as it stands where it has no other."""
    return priced_book().said(why, "en" if get_language() == "en" else "zh")
