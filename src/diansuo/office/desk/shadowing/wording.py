"""Why the shadow could not compare a bill, in sentences."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS: Final = {
    "unknown_field": _("档案或账单上有影子核算还不认识的内容"),
    "several_points": _("合同有几个计量点，影子核算还不会合并计算"),
    "class_changed": _("账期内在居民与工商业之间变更类别，影子核算还不会分段"),
    "terms_changed": _("账期内变更类别、电压或容量，影子核算还不会分段"),
    "supply_changed": _("账期内变更计费参数，影子核算还不会分段"),
    "market_price_changed": _("账期跨两个月的市场电价，影子核算还不会分段"),
    "commercial_freeze": _("工商业账期按冻结或特抄示数分段，影子核算只会按天数分段"),
    "closing": _("销户日在账期开始之前，影子核算不知道这一账期该怎么算"),
    "transfer": _("年内过户，影子核算还不会重新起算阶梯"),
    "steps_within_year": _("年内变更为或不再执行阶梯电价，影子核算还不会"),
    "discount_undecided": _("规则没有写明每千伏安用电量怎么算，而结果取决于它"),
}


def reason(code: str) -> str:
    """Return the sentence of a reason."""
    return str(REASONS[code]) if code in REASONS else gettext("影子核算没有覆盖：%(code)s") % {"code": code}
