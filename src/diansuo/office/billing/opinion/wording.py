"""What a cause of a difference means to the person who is to settle it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diansuo.core.tariff.comparing import Cause
from diansuo.office.billing.models import ExternalBill
from diansuo.office.billing.opinion.models import CAUSE_NAMES

ADVICE: Final = {
    Cause.MULTIPLIER: _("两边倍率不同。现场核对互感器变比和表计铭牌，改正错的一边并退补。"),
    Cause.TRANSFORMER_LOSS: _(
        "两边计入的变损、线损不同。核对计量方式（高供高计、高供低计）、变损表和变压器容量。"
    ),
    Cause.ENERGY: _("两边结算电量不同。核对本月和上月示数、抄表日和换表记录。"),
    Cause.TIME_OF_USE: _("总电量相同，尖峰平谷分摊不同。核对分时示数和时段。"),
    Cause.PRICE_CLASS: _("两边执行的用电类别不同。核对用电性质和电价执行日期。"),
    Cause.STEP: _("阶梯档位不同。核对年度累计电量、一户多人口和年度起算日。"),
    Cause.CAPACITY: _("基本电费不同。核对计费方式（容量、需量）、计费容量、暂停和核定需量。"),
    Cause.POWER_FACTOR: _("力调电费不同。核对功率因数标准、无功示数和参与调整的电费。"),
    Cause.PRICE: _("同样的电量，单价不同。核对价目表版本、电压等级和生效日期。"),
    Cause.CORRECTION: _("其中一边含有退补。核对退补单是否两边都做了。"),
    Cause.ROUNDING: _("每行不到一分，取整方式不同，无需处理。"),
    Cause.UNEXPLAINED: _("按单一原因都试不出对方金额。补导明细后重新核对，或派工逐行查。"),
}


def advice(cause: Cause) -> str:
    """Return what to look at for a cause."""
    return str(ADVICE[cause])


def cause_of(bill: ExternalBill) -> str:
    """Return the cause of a bill's difference in words, empty where it was not compared or agrees."""
    found = getattr(bill, "comparison", None)
    if found is None or not found.cause:
        return ""
    name = str(CAUSE_NAMES[Cause(found.cause)])
    return gettext("%(cause)s（推定）") % {"cause": name} if found.supposed else name
