"""Why the shadow could not compare a bill, in sentences."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS: Final = {
    "unknown_field": _("档案或账单上有影子核算还不认识的内容"),
    "several_points": _("几个计量点没有一起结算，或定量在账期内变更，影子核算不会合并计算"),
    "line_of_several_feeds": _("几路进线共用线损比例，规则没有写明各路怎么分"),
    "closing": _("销户日在账期开始之前，影子核算不知道这一账期该怎么算"),
    "discount_undecided": _("规则没有写明每千伏安用电量怎么算，而结果取决于它"),
}


def reason(code: str) -> str:
    """Return the sentence of a reason."""
    return str(REASONS[code]) if code in REASONS else gettext("影子核算没有覆盖：%(code)s") % {"code": code}
