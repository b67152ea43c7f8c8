"""The words of a price sheet: components, schemes and voltage classes, and the codes the rulebook has for them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from diansuo.core.rules.book import PRICES
from diansuo.core.tariff.classes import VoltageClass
from diansuo.office.archive.models import VOLTAGE_CLASS_NAMES
from diansuo.office.base.sheets.columns import normal

COMPONENT_RULES: Final = {
    "purchase": _("代理购电价格"),
    "upstream_loss": _("上网环节线损费用折价"),
    "transmission": _("输配电价（电量部分）"),
    "system_operation": _("系统运行费用折价"),
    "surcharge": _("政府性基金及附加"),
    "energy": _("电度电价（合并）"),
}
SCHEMES: Final = {"single_part": _("单一制"), "two_part": _("两部制")}
VOLTAGES: Final = {each.key: VOLTAGE_CLASS_NAMES[each] for each in VoltageClass}
# 220/380 V is supplied in two parts nowhere; a price for every voltage class still says so for all of them.
TITLES_EN: Final = {
    "purchase": "Agent purchase price",
    "upstream_loss": "Price of upstream losses",
    "transmission": "Transmission price of energy",
    "system_operation": "Price of system operation",
    "surcharge": "Surcharges",
    "energy": "Price of energy, all in one",
}
_COMPONENT_WORDS = {
    "purchase": ("代理购电", "代理购电价", "代理购电价格", "平均上网电价", "当月平均购电价", "购电价格", "purchase"),
    "upstream_loss": (
        "上网环节线损", "上网环节线损费用", "上网环节线损费用折价", "上网环节线损折价", "线损费用", "upstream_loss",
    ),
    "transmission": ("输配电价", "电度输配电价", "输配电量电价", "输配电价（电量部分）", "transmission"),
    "system_operation": ("系统运行费", "系统运行费用", "系统运行费用折价", "系统运行费折价", "system_operation"),
    "surcharge": ("政府性基金及附加", "基金及附加", "政府性基金", "surcharge"),
    "energy": ("电度电价", "电度用电价格", "energy"),
}  # fmt: skip
_SCHEME_WORDS = {
    "single_part": ("单一制", "单一制用电", "工商业（单一制）", "single_part"),
    "two_part": ("两部制", "两部制用电", "工商业（两部制）", "two_part"),
}
_VOLTAGE_WORDS = {
    "below_1kv": ("不满1千伏", "不满1kV", "1千伏以下", "低压", "below_1kv"),
    "kv_1_10": (
        "1-10千伏", "1-10（20）千伏", "1-10kV", "10千伏", "10kV", "1～10千伏", "1~10千伏", "1-10(20)千伏", "kv_1_10",
    ),
    "kv_35": ("35千伏", "35kV", "35-110千伏以下", "kv_35"),
    "kv_110": ("110千伏", "110kV", "110-220千伏以下", "kv_110"),
    "kv_220": ("220千伏", "220千伏及以上", "220kV", "220kV及以上", "kv_220"),
}  # fmt: skip
ALL_WORDS = frozenset(map(normal, ("全部", "各电压等级", "所有", "不分", "均", "-", "—")))
FOLDER: Final = PRICES


def _codes(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {normal(word): code for code, spellings in words.items() for word in spellings}


_COMPONENTS, _SCHEMES, _VOLTAGES = map(_codes, (_COMPONENT_WORDS, _SCHEME_WORDS, _VOLTAGE_WORDS))


def row_of(name: str, scheme: str, voltage: str) -> tuple[str, str, str]:
    """Return the words of a row of a price sheet for three codes, as :func:`component` and the others read them."""
    return _COMPONENT_WORDS[name][0], _SCHEME_WORDS[scheme][0], _VOLTAGE_WORDS[voltage][0]


def component(text: str) -> str | None:
    """Return the component a text names, or None."""
    return _COMPONENTS.get(normal(text))


def schemes(text: str) -> tuple[str, ...]:
    """Return the schemes a text names, both for an empty one or 全部; none for an unknown one."""
    return _some(text, _SCHEMES, tuple(SCHEMES))


def voltages(text: str) -> tuple[str, ...]:
    """Return the voltage classes a text names, all for an empty one or 各电压等级; none for an unknown one."""
    return _some(text, _VOLTAGES, tuple(VOLTAGES))


def _some(text: str, codes: dict[str, str], everything: tuple[str, ...]) -> tuple[str, ...]:
    even = normal(text)
    if not even or even in ALL_WORDS:
        return everything
    return (codes[even],) if even in codes else ()


def rule_id(place: str, name: str) -> str:
    """Return the rule of a component's price at a place."""
    return f"{place}/{FOLDER}/{name}"


def component_of(rule: str) -> str:
    """Return the component a rule of prices is about."""
    return rule.rpartition("/")[2]
