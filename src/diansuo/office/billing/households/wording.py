"""What the findings about households and charging points say, in the trade's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.tariff import PriceClass, RefusalCode, terms
from diansuo.core.tariff.charging import ChargingSituation
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS
from diansuo.office.archive.household_models import CHARGING_NAMES
from diansuo.office.archive.models import PRICE_CLASS_NAMES
from diansuo.office.base import wording
from diansuo.office.base.registry import Words
from diansuo.office.billing.households.findings import CHARGING_CLASS, TIME_OF_USE_LOCK

_Detail = dict[str, Any]

PARAMETER_NAMES: Final = {
    terms.MIN_PERSONS: gettext_lazy("一户多人口的起点人数"),
    terms.EXTRA_ENERGY: gettext_lazy("一户多人口每月增加的档限"),
    terms.HEATING_ENERGY: gettext_lazy("采暖季每月增加的档限"),
    terms.HEATING_FIRST_MONTH: gettext_lazy("采暖季的起始月份"),
    terms.HEATING_LAST_MONTH: gettext_lazy("采暖季的截止月份"),
    terms.FREE_ENERGY: gettext_lazy("低保、五保户每月免费电量"),
    terms.FREE_ENERGY_COUNTS: gettext_lazy("免费电量是否计入阶梯累计"),
    terms.FREE_ENERGY_FORM: gettext_lazy("免费电量的结算方式（账单直减或先征后返）"),
    terms.SHARED_TIME_OF_USE: gettext_lazy("合表用户能否选择峰谷"),
    terms.TRANSFER_OF_OWNERSHIP: gettext_lazy("过户后年度累计是否重新起算"),
    terms.CLOSING_YEAR: gettext_lazy("年中销户是否清算全年"),
}


def term_absent(detail: _Detail) -> Words | None:
    """Say which of the terms for households the place's rulebook lacks; None where it is another rule's value."""
    name = str(detail.get("field", "")).removeprefix("parameters.")
    if name not in PARAMETER_NAMES or not str(detail.get("rule_id", "")).endswith(f"/{RESIDENTIAL_TERMS}"):
        return None
    return Words(
        _("规则未录入"),
        _("规则库没有“%(what)s”（%(file)s）")
        % {"what": PARAMETER_NAMES[name], "file": detail.get("file", "")},
        _("查到当地文件后，把数值和依据写入 DIANSUO_HOME/rulebook，再执行本月流程"),
    )


def _no_steps_to_add_to(_detail: _Detail) -> Words:
    return Words(
        _("无阶梯可加"),
        _("该用户不执行阶梯电价，档案里却有一户多人口、电采暖或免费电量"),
        _("核对用电类别；已改类别的，把居民用电约定止于变更日"),
    )


def _not_adding_up(detail: _Detail) -> Words:
    return Words(
        _("全年清算对不上"),
        _("本年以前各期计入阶梯的电量合计 %(bills)s kWh，年度累计为 %(year)s kWh")
        % {
            "bills": wording.kilowatt_hours(detail.get("earlier_wh", 0)),
            "year": wording.kilowatt_hours(detail.get("year_to_date_wh", 0)),
        },
        _("核对年初累计电量和以前各期账单"),
    )


def _time_of_use_not_allowed(_detail: _Detail) -> Words:
    return Words(
        _("合表不能选峰谷"), _("本地规定合表用户不能选择峰谷电价"), _("把用电类别改为居民生活（合表）")
    )


def _freeze_contradicts(_detail: _Detail) -> Words:
    return Words(
        _("分段示数矛盾"),
        _("变更日的示数与本期起止示数矛盾，不能分段"),
        _("核对变更日的示数后重新执行本月流程"),
    )


def _locked(detail: _Detail) -> Words:
    return Words(
        _("峰谷选择变更过早"),
        _("%(chosen)s 选定的计价方式 %(changed)s 又变更，不满 %(months)s 个月")
        % {name: detail.get(name, "") for name in ("chosen", "changed", "months")},
        _("核对变更申请；录错的撤回变更"),
    )


def _charging_class(detail: _Detail) -> Words:
    return Words(
        _("充电设施类别不符"),
        _("%(situation)s应执行“%(told)s”，档案为“%(now)s”（%(document)s）")
        % {
            "situation": CHARGING_NAMES[ChargingSituation(detail["situation"])],
            "told": PRICE_CLASS_NAMES[PriceClass(detail["told"])],
            "now": PRICE_CLASS_NAMES[PriceClass(detail["price_class"])],
            "document": detail.get("document", ""),
        },
        _("核对充电设施类型与用电类别，改正其中之一"),
    )


def _rule(code: RefusalCode) -> str:
    return "B-" + code.upper().replace("_", "-")


WORDS: Final[dict[str, Callable[[_Detail], Words]]] = {
    _rule(RefusalCode.NO_STEPS_TO_ADD_TO): _no_steps_to_add_to,
    _rule(RefusalCode.EARLIER_BILLS_DO_NOT_ADD_UP): _not_adding_up,
    _rule(RefusalCode.TIME_OF_USE_NOT_ALLOWED): _time_of_use_not_allowed,
    _rule(RefusalCode.FREEZE_CONTRADICTS_READING): _freeze_contradicts,
    TIME_OF_USE_LOCK: _locked,
    CHARGING_CLASS: _charging_class,
}
