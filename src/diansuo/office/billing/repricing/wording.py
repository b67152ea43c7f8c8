"""What repriced bills say, in the trade's words: why one was left out, and what can be chosen when."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base import wording
from diansuo.office.billing.repricing.choices import Condition, Option
from diansuo.office.billing.repricing.comparing import CORRECTED, NOT_AS_BILLED
from diansuo.office.billing.repricing.pricing import FACTS
from diansuo.office.billing.wording import words_of

OWN: Final = {
    NOT_AS_BILLED: gettext_lazy(
        "按现行规则和档案重算，与原账单不一致（规则或档案后来改过），差额不能算作这次变动"
    ),
    CORRECTED: gettext_lazy("账单里有退补或年度清算，涉及其他月份，不能单独试算"),
    FACTS: gettext_lazy("账单没有保存计费依据（旧账单），不能试算"),
}
OPTIONS: Final = {
    Option.WITHOUT_PERIODS: gettext_lazy("不执行峰谷"),
    Option.WITH_PERIODS: gettext_lazy("执行峰谷"),
    Option.SINGLE_PART: gettext_lazy("单一制"),
    Option.CAPACITY: gettext_lazy("两部制·按容量"),
    Option.CONTRACT_DEMAND: gettext_lazy("两部制·按合同最大需量"),
    Option.ACTUAL_DEMAND: gettext_lazy("两部制·按实际最大需量"),
}
CONDITIONS: Final = {
    "time_of_use_lock_months": gettext_lazy("居民选定峰谷或不执行峰谷后，%(value)s 个月内不得变更"),
    "single_part_up_to_capacity": gettext_lazy("容量不超过 %(value)s kVA 的执行单一制"),
    "two_part_from_capacity": gettext_lazy("容量 %(value)s kVA 及以上的执行两部制；两者之间由用户选择"),
    "method_change_every": gettext_lazy("基本电费计费方式每 %(value)s 个月（按季）可变更一次"),
    "method_change_notice": gettext_lazy("变更计费方式提前 %(value)s 个工作日申请，从下一季度起执行"),
    "contract_change_notice": gettext_lazy("变更合同最大需量提前 %(value)s 个工作日申请，从下一个月起执行"),
}


def reason(code: str, params: dict[str, Any]) -> str:
    """Say why a bill could not be priced so."""
    if code in OWN:
        return str(OWN[code])
    said = words_of(SimpleNamespace(rule="B-" + code.upper().replace("_", "-"), detail=params))
    return said.reason


def reason_title(code: str) -> str:
    """Return the short name of a reason."""
    if code in OWN:
        return str(OWN[code])
    return words_of(SimpleNamespace(rule="B-" + code.upper().replace("_", "-"), detail={})).title


def option(code: Option, contract_demand_w: int | None = None) -> str:
    """Return what an option is called; of a contract demand with its value."""
    title = str(OPTIONS[code])
    if contract_demand_w is None:
        return title
    return _("%(title)s（最合适的核定值 %(kw)s kW）") % {
        "title": title,
        "kw": wording.kilovolt_amperes(contract_demand_w),
    }


def condition(one: Condition) -> str:
    """Say when one may choose, or that the rulebook does not know."""
    if one.value is None:
        return _("%(file)s 没有这项取值：%(name)s") % {"file": one.file, "name": one.name}
    return str(CONDITIONS[one.name]) % {"value": one.value}
