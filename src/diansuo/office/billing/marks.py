"""The marks of a bill in words: what its reader must know, on the page and on paper."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diansuo.office.billing.models import Bill


def mark_words(bill: Bill) -> dict[str, str]:
    """Return the words of every mark that :func:`page_queries.marks` may name."""
    return {
        "estimated": _("估抄：示数是估计的，下次实抄后多退少补"),
        "rolled": _("翻转：示数走满归零，按翻转计算"),
        "exchanged": _("换表：电量为旧表与新表之和"),
        "opening_unknown": _("年初累计未知：本系统启用前的当年电量没有导入，按 0 起算，档位可能偏低"),
        "unverified": _("用到未与公布文件核对的数值，见各行“未核对”"),
        "part_year": _("当年用电 %(months)d 个月，档限按月折算") % {"months": bill.months_in_year},
    }
