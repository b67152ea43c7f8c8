"""What the page of an area says where no cause is open: nothing wrong, not computable, or wrong and unexplained."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.network import LossKind, Reason
from diansuo.office.network.area.queries import AreaDays

REMEDIES: Final[dict[int, Promise]] = {
    Reason.NO_MASTER: gettext_lazy("先在档案里补台区总表"),
    Reason.NO_MASTER_REGISTER: gettext_lazy("先补总表冻结"),
    Reason.EXCHANGE_UNKNOWN: gettext_lazy("先补总表换表的止度和起度"),
    Reason.REGISTER_FELL: gettext_lazy("先核对倒走的总表示数"),
    Reason.LOW_COLLECTION: gettext_lazy("先补采缺示数的表"),
    Reason.NO_SUPPLY: gettext_lazy("先核对总表是否走字"),
}


def without_causes(found: AreaDays, answered: bool) -> str:
    """Say why no cause is open; ``answered``: some were, on this page they follow."""
    latest = found.latest_parts.loss if found.latest_parts else None
    if latest is not None and latest.kind == LossKind.UNCOMPUTABLE and latest.reason in REMEDIES:
        began = _uncomputable_since(found)
        if began is None:
            return _("这三十天都不可算，找不了原因：%(remedy)s。") % {"remedy": REMEDIES[latest.reason]}
        words = {"day": began.isoformat(), "remedy": REMEDIES[latest.reason]}
        return _("%(day)s 起不可算，找不了原因：%(remedy)s。") % words
    if not found.beyond_band:
        return _("没有待查的原因：损失在误差带以内，或还没有查到这个台区。")
    if answered:
        return _("已查的原因见下；损失仍超出误差带。")
    return _("损失超出误差带，还没有找到能解释它的原因，或还没有查到这个台区。")


def _uncomputable_since(found: AreaDays) -> date | None:
    """Return the first of the last days that cannot be computed; None where none of those shown can."""
    since = None
    for each in reversed(found.days):
        if each.known:
            return since
        if each.loss is not None:
            since = each.day
    return None
