"""The fixed words of the documents, in the language of the reader."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _


def words() -> dict[str, Any]:
    """Return every heading and label of bills and notices in the language that is active."""
    return {
        # How far the values of the head stand to the right of their labels, in mm.
        "indent": 23 if get_language() == "en" else 14,
        "lang": "en" if get_language() == "en" else "zh",
        "bill": pgettext("one bill", "电费账单"),
        "notice": pgettext("one bill", "电费通知单"),
        "month": _("电费年月"),
        "to_pay": _("应交电费"),
        "to_return": _("应退电费"),
        "yuan": _("元"),
        "readings": _("示数：这些电量从哪里来"),
        "register": _("示数类型"),
        "meter": _("电能表编号"),
        "previous": _("上次示数"),
        "present": _("本次示数"),
        "multiplier": _("倍率"),
        "energy": _("电量"),
        "lines": _("电费：每一行怎样算出"),
        "item": _("项目"),
        "quantity": _("数量"),
        "price": _("单价"),
        "amount": _("金额"),
        "total": _("合计"),
        "in_words": _("大写"),
        "rounded": _("各行四舍五入到分后相加"),
        "steps": _("今年用到第几档"),
        "history": _("每月用了多少电"),
        "proof": _("依据：用了哪些规则"),
        "more": _("其余各行见电费账单"),
        "no_readings": _("没有可显示的示数"),
    }
