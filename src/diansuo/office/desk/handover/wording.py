"""The words of hand-overs: where one stands, and how many customers of each price class."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import PRICE_CLASSES
from diansuo.office.desk.models import Handover

TONES = {Handover.State.WAITING: "warn", Handover.State.DONE: "ok", Handover.State.WITHDRAWN: "info"}
UNKNOWN_CLASS = gettext_lazy("类别未登记")


def customers_by_class(content: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the price classes that a sheet's customers have, and how many customers have each."""
    counted: Counter[str] = Counter()
    for area in content["areas"]:
        counted.update(area["classes"])
    names = {str(code): str(name) for code, name in PRICE_CLASSES}
    return [(names.get(code, str(UNKNOWN_CLASS)), counted[code]) for code in sorted(counted, key=int)]


def counted_from(content: dict[str, Any]) -> str:
    """Return from which data the abnormal meters were counted."""
    day, period = content["failure_day"], content["findings_period"]
    failures = _("采集失败按 %(day)s 清单") % {"day": day} if day else _("采集失败清单未导入")
    if not period:
        return _("%(failures)s；电费核查还没有执行") % {"failures": failures}
    month = f"{period // 100}-{period % 100:02d}"
    return _("%(failures)s；核查发现按 %(month)s") % {"failures": failures, "month": month}
