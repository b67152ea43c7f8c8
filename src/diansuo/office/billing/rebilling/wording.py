"""What corrections say to people: why one cannot be done, what a month's line comes from, what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.metering.correction import WiringFault
from diansuo.core.tariff.classes import Component, PriceClass
from diansuo.office.archive.models import PRICE_CLASS_NAMES
from diansuo.office.base import registry
from diansuo.office.base import wording as base
from diansuo.office.billing.models import COMPONENT_NAMES
from diansuo.office.billing.rebilling.models import Correction

Kind = Correction.Kind
Record = Mapping[str, Any]
State = Correction.State
TONES = {State.PROPOSED: "warn", State.APPROVED: "info", State.ISSUED: "ok", State.WITHDRAWN: "info"}

FAULTS = {
    WiringFault.FOUR_WIRE_ONE_PHASE_LOST: gettext_lazy("三相四线：一相断压或断流"),
    WiringFault.FOUR_WIRE_TWO_PHASES_LOST: gettext_lazy("三相四线：两相断压或断流"),
    WiringFault.FOUR_WIRE_ONE_CURRENT_REVERSED: gettext_lazy("三相四线：一相电流反接"),
    WiringFault.FOUR_WIRE_TWO_CURRENTS_REVERSED: gettext_lazy("三相四线：两相电流反接"),
    WiringFault.THREE_WIRE_U_LOST: gettext_lazy("三相三线：U 相断"),
    WiringFault.THREE_WIRE_W_LOST: gettext_lazy("三相三线：W 相断"),
    WiringFault.THREE_WIRE_V_VOLTAGE_LOST: gettext_lazy("三相三线：V 相断压"),
    WiringFault.THREE_WIRE_U_CURRENT_REVERSED: gettext_lazy("三相三线：U 相电流反接"),
    WiringFault.THREE_WIRE_W_CURRENT_REVERSED: gettext_lazy("三相三线：W 相电流反接"),
}
FACTS = {
    "error_percent": gettext_lazy("误差%"),
    "fault": gettext_lazy("错误接线类型"),
    "power_factor": gettext_lazy("功率因数 cosφ"),
    "booked_ratio": gettext_lazy("计费变比"),
    "actual_ratio": gettext_lazy("实际变比"),
    "phases": gettext_lazy("变比不符的相数"),
    "booked_multiplier": gettext_lazy("计费倍率"),
    "real_multiplier": gettext_lazy("应有倍率"),
    "price_class": gettext_lazy("应为类别"),
    "energy_kwh": gettext_lazy("少计电量（kWh）"),
    "right_kwh": gettext_lazy("止月的正确示数"),
    "prices_of_today": gettext_lazy("按现行有效的价格"),
}


def held(record: Record) -> str:
    """Say why a correction cannot be done, and what to do."""
    params, period = dict(record["params"]), record.get("period")
    text = _HELD.get(record["code"], _cannot)(params)
    return f"{base.month(period)}：{text}" if period else text


def facts(kind: str, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was found as (name, value) in words."""
    return [
        (str(FACTS[name]), _fact(name, value))
        for name, value in given.items()
        if name in FACTS and value not in ("", False)
    ]


def _fact(name: str, value: Any) -> str:
    if name == "fault":
        return str(FAULTS[WiringFault(value)])
    if name == "price_class":
        return str(PRICE_CLASS_NAMES[PriceClass(int(value))])
    if name == "prices_of_today":
        return str(_("是")) if value else str(_("否"))
    return str(value)


def component(code: int) -> str:
    """Return what a component of a month is called."""
    return str(_("电度电费") if code == Component.BASE else COMPONENT_NAMES[Component(code)])


def of_month(
    *, follows: bool, amount_fen: int, energy_wh: int, billed: Mapping[str, Any], right: Mapping[str, Any]
) -> str:
    """Say in one sentence what a month's difference comes from."""
    if follows and not amount_fen:
        return _("前面月份的电量变了，本月仍在原来的档，金额不变")
    if follows:
        return _("本月电量没有错；前面月份的电量变了，本月的阶梯随之移动")
    if right["cancelled"]:
        return _("整月冲正：已发行的全部退回")
    said = []
    if energy_wh > 0:
        said.append(_("少计 %(kwh)s kWh，按当月电价与阶梯补收") % {"kwh": _kwh(energy_wh)})
    elif energy_wh < 0:
        said.append(_("多计 %(kwh)s kWh，按当月电价与阶梯退还") % {"kwh": _kwh(-energy_wh)})
    if right["price_class"] != billed["price_class"]:
        said.append(
            _("用电类别由“%(billed)s”改为“%(right)s”")
            % {
                "billed": PRICE_CLASS_NAMES[PriceClass(billed["price_class"])],
                "right": PRICE_CLASS_NAMES[PriceClass(right["price_class"])],
            }
        )
    if right["book"] == "today":
        said.append(_("按现行有效的价格重算"))
    return "；".join(said) or str(_("电量与类别不变"))


def _kwh(wh: int) -> str:
    return f"{wh / 1000:.2f}".rstrip("0").rstrip(".")


def _cannot(params: Record) -> str:
    return _("不能重算：%(detail)s") % {"detail": params.get("detail", "")}


def _not_priced(params: Record) -> str:
    words = registry.words_of(SimpleNamespace(rule=params["rule"], detail=params))
    return f"{words.reason}；{words.remedy}"


_HELD: dict[str, Callable[[Record], str]] = {
    "no_months": lambda _p: _("所选月份没有已发行的账单；核对用户与电费年月"),
    "no_facts": lambda _p: _("账单没有存下计费依据（较早版本发行），不能重算；在原系统退补"),
    "no_fact": lambda p: _("没有填“%(fact)s”") % {"fact": FACTS.get(p["fact"], p["fact"])},
    "no_number": lambda p: _("“%(fact)s”没有填或填错") % {"fact": FACTS.get(p["fact"], p["fact"])},
    "stood_still": lambda _p: _("表计完全不走，没有更正系数；按正常月份核定电量，用“少计电量”提交"),
    "ran_backwards": lambda _p: _("按此接线表计倒走，更正系数为负；核定电量后用“少计电量”提交"),
    "angle_needed": lambda _p: _("该接线的更正系数与功率因数有关，且账单没有无功电量；填功率因数"),
    "cancelled": lambda _p: _("该月已冲正，不能再退补；冲正与重算应一次提交"),
    "below_zero": lambda p: (
        _("退的电量比该月已计的还多（%(energy)s kWh），核对查实的情况") % {"energy": _kwh(p["energy_wh"])}
    ),
    "contradicts_reading": lambda p: (
        _("与示数矛盾：更正后该月电量为 %(energy)s kWh；核对正确示数，或核对其前后的示数")
        % {"energy": _kwh(p["energy_wh"] + p["added_wh"])}
    ),
    "next_trues_up": lambda _p: _("下月还没有发行，下次抄表会自动找平；要退补，等下月发行后再提交"),
    "no_reading": lambda p: _("%(day)s 没有抄见示数，无从更正") % {"day": p["day"]},
    "multiplier_contradicts": lambda p: (
        _("按示数这个月是乘 %(billed)s 计费的，填的计费倍率是 %(booked)s；核对账单后更正") % p
    ),
    "no_terms": lambda _p: _("账期第一天没有生效的用电类别；核对合同条款的起止日期"),
    "two_part_without_terms": lambda _p: _(
        "原按居民或农业计费，没有两部制的计费参数；先补计费参数并在原系统退补"
    ),
    "does_not_recompute": lambda p: (
        _("原账单按存下的依据重算为 %(again)s 元，与发行的 %(issued)s 元不符，差额另有原因；先核对原账单")
        % {"again": base.yuan(p["repriced_fen"]), "issued": base.yuan(p["issued_fen"])}
    ),
    "year_closed": lambda p: (
        _("%(year)s 年度已关账，不再退补；确须退补的先由所长打开该年度") % {"year": p["year"]}
    ),
    "not_priced": _not_priced,
    "waiting": lambda p: _("已有第 %(number)s 号退补单在办，先发行或撤回它") % {"number": p["number"]},
    "cannot": _cannot,
}
