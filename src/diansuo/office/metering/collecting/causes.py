"""What kind of cause a list of failures names, told by its words in this order; the words stay beside it.

The words were chosen by hand and are held against no export yet: what fits none is shown as unsorted, never guessed.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

OTHER: Final = "other"
WORDS: Final = {
    "outage": ("停电", "断电", "无电", "失电"),
    "clock": ("时钟", "对时", "时间偏差"),
    "module": ("模块", "载波", "通信单元"),
    "offline": ("离线", "不在线", "未上线", "掉线", "终端", "集中器", "信号"),
    "meter": ("电能表", "电表", "表计", "烧表", "换表", "无应答", "无响应"),
}
NAMES: Final = {
    "outage": _("停电"),
    "offline": _("终端离线"),
    "module": _("通信模块"),
    "clock": _("时钟"),
    "meter": _("电能表"),
    OTHER: _("未分类"),
}


def cause_of(reason: str) -> str:
    """Return the kind of cause a reason names."""
    return next((cause for cause, words in WORDS.items() if any(word in reason for word in words)), OTHER)


def of_cause(rows: QuerySet[Any], cause: str) -> QuerySet[Any]:
    """Keep the failures whose reason names this kind of cause, as :func:`cause_of` tells."""
    before: list[str] = []
    for name, words in WORDS.items():
        if name == cause:
            return rows.filter(_any(words)).exclude(_any(before)) if before else rows.filter(_any(words))
        before += words
    return rows.exclude(_any(before))


def _any(words: Any) -> Q:
    condition = Q()
    for word in words:
        condition |= Q(reason__contains=word)
    return condition
