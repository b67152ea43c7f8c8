"""The laboratory in words: where a mistake was stopped, how large it is, by which door it came."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from diansuo.lab import mistakes

Text = Promise | str

STAGES: Final[dict[str, tuple[Text, str]]] = {
    "entry": (_("录入拦下"), "ok"),
    "preview": (_("预览拦下"), "ok"),
    "check": (_("发行前拦下"), "ok"),
    "warned": (_("发行前提示"), "info"),
    "harmless": (_("不影响电费"), ""),
    "after": (_("发行后发现"), "warn"),
    "never": (_("没有发现"), "bad"),
}
"""By stage: what it is called, and its tone."""

CONDITIONS: Final[dict[str, Text]] = {"with_freeze": _("有日冻结"), "without_freeze": _("无日冻结")}

DOORS: Final[dict[str, Text]] = {
    "list": _("抄表清单"),
    "exchange": _("换表"),
    "archive": _("档案修改"),
    "sheet": _("价格表"),
}

SIZES: Final[dict[str, Text]] = {
    "small": _("小"), "middle": _("中"), "large": _("大"), "tenfold": _("十倍"), "tenth": _("十分之一"),
    "hundredth": _("百分之一"), "thousandfold": _("千倍"), "tens": _("十位"), "hundreds": _("百位"),
    "thousands": _("千位"), "fifth": _("两成"), "half": _("一半"), "most": _("九成"), "near": _("示数相近"),
    "any": _("任意"), "far": _("示数相远"), "alike": _("同上月"), "half_more": _("多一半"), "threefold": _("三倍"),
    "days_2": _("2 天"), "days_7": _("7 天"), "days_15": _("15 天"), "next": _("下月"), "last": _("上月"),
    "before_last": _("上上月"), "one": _("一项"), "both": _("两项"), "whole": _("全部"), "a_tenth": _("一成"),
    "double": _("两倍"), "none": _("没有"), "same": _("相同"), "neighbour": _("邻户的"), "unknown": _("没有的"),
    "early": _("月初"), "late": _("月末"), "by_half": _("多半倍"), "three_quarters": _("四分之三"),
    "household_as_shop": _("居民按工商业"), "household_as_farm": _("居民按农业"),
    "household_shared": _("一户一表按合表"), "shop_as_household": _("工商业按居民"), "put_on": _("误执行"),
    "taken_off": _("漏执行"), "quarter_more": _("多四分之一"), "fifth_less": _("少五分之一"), "eighty": _("0.80"),
    "eighty_five": _("0.85"), "month_early": _("早一月"), "year_early": _("早一年"), "year_late": _("晚一年"),
    "five": _("5 人"), "seven": _("7 人"), "poor": _("低保"), "ten": _("十户"), "digits_swapped": _("数字颠倒"),
    "half_a_year": _("半年前"),
}  # fmt: skip


def kind_title(name: str) -> str:
    """Return what a kind is called in the language of the page."""
    kind = {each.name: each for each in mistakes.kinds()}[name]
    return chosen(kind.zh, kind.en)


def chosen(chinese: str, english: str) -> str:
    """Return the text in the language of the page."""
    return english if (get_language() or "").startswith("en") else chinese


def size_title(name: str) -> str:
    """Return what a size is called."""
    return str(SIZES.get(name, name))


def rule_of(by: str) -> str:
    """Return the id of the rule that spoke, without its kind; empty where a door answered in a sentence."""
    name = by.partition(":")[0]
    return name if name[:2] in ("R-", "A-", "B-", "P-") and " " not in name else ""
