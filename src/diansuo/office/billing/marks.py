"""The marks of a bill: what its reader must know, on the page and on paper."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diansuo.office.billing.models import Bill
from diansuo.office.billing.steps import STEPPED


def marks_of(bill: Bill, *, settled_anew: bool) -> list[str]:
    """Return the names of the marks that apply to a bill.

    ``settled_anew``: lines of it settle the year again (年度清算).
    """
    consumption = bill.consumption
    names = {
        "estimated": consumption.estimated,
        "rolled": consumption.rolled,
        "exchanged": consumption.exchanged,
        "opening_unknown": bill.price_class in STEPPED and not bill.year_opening_known,
        "unverified": bill.unverified,
        "part_year": not settled_anew and bill.months_in_year < 12,
        "year_settled": settled_anew,
        "many_persons": bill.persons_months > 0,
        "heating": bill.heating_months > 0,
        "free_energy": bill.free_months > 0,
    }
    return [name for name, holds in names.items() if holds]


def mark_words(bill: Bill) -> dict[str, str]:
    """Return what each mark of a bill says, by its name."""
    return {
        "estimated": _("估抄：示数是估计的，下次实抄后多退少补"),
        "rolled": _("翻转：示数走满归零，按翻转计算"),
        "exchanged": _("换表：电量为旧表与新表之和"),
        "opening_unknown": _("年初累计未知：本系统启用前的当年电量没有导入，按 0 起算，档位可能偏低"),
        "unverified": _("标▲的数值还没有与公布文件核对，点开看是哪些"),
        "part_year": _("当年用电 %(months)d 个月，档限按月折算") % {"months": bill.months_in_year},
        "year_settled": _(
            "本期是当年最后一期阶梯电费：按 %(months)d 个月重新折算档限，以前各期多收少收的列在“年度清算”各行"
        )
        % {"months": bill.months_in_year},
        "many_persons": _("一户多人口 %(persons)d 人，当年 %(months)d 个月提高档限")
        % {"persons": bill.persons, "months": bill.persons_months},
        "heating": _("电采暖，当年 %(months)d 个采暖月提高档限") % {"months": bill.heating_months},
        "free_energy": _("低保、五保户，本期结算 %(months)d 个月免费电量") % {"months": bill.free_months},
    }
