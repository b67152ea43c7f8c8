"""The words of hand-overs: where one stands, and the sheet's columns by price class."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import PRICE_CLASSES
from diansuo.office.desk.models import Handover

TONES = {Handover.State.WAITING: "warn", Handover.State.DONE: "ok", Handover.State.WITHDRAWN: "info"}
UNKNOWN_CLASS = gettext_lazy("类别未登记")


def classes_on(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Return code and name of the price classes that a sheet counts customers of."""
    found = {code for area in content["areas"] for code in area["classes"]}
    names = {str(code): str(name) for code, name in PRICE_CLASSES}
    return [(code, names.get(code, str(UNKNOWN_CLASS))) for code in sorted(found, key=int)]


def counted_from(content: dict[str, Any]) -> str:
    """Return from which data the abnormal meters were counted."""
    day, period = content["failure_day"], content["findings_period"]
    failures = _("采集失败按 %(day)s 清单") % {"day": day} if day else _("采集失败清单未导入")
    if not period:
        return _("%(failures)s；电费核查还没有执行") % {"failures": failures}
    month = f"{period // 100}-{period % 100:02d}"
    return _("%(failures)s；核查发现按 %(month)s") % {"failures": failures, "month": month}
