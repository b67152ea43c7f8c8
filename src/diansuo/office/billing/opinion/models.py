"""Lines of bills issued elsewhere, and what holding such a bill against ours came to."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.core.tariff.comparing import Cause, LineKind
from diansuo.office.archive.models import Imported

KIND_NAMES: Final = {
    LineKind.STEP_1: _("第一档"),
    LineKind.STEP_2: _("第二档"),
    LineKind.STEP_3: _("第三档"),
    LineKind.SHARP: _("尖段"),
    LineKind.PEAK: _("峰段"),
    LineKind.FLAT: _("平段"),
    LineKind.VALLEY: _("谷段"),
    LineKind.DEEP_VALLEY: _("深谷段"),
    LineKind.PURCHASE: _("代理购电（市场化购电）电费"),
    LineKind.UPSTREAM_LOSS: _("上网环节线损费用"),
    LineKind.TRANSMISSION: _("输配电费"),
    LineKind.SYSTEM_OPERATION: _("系统运行费"),
    LineKind.SURCHARGE: _("政府性基金及附加"),
    LineKind.ENERGY: _("电度电费"),
    LineKind.PEAK_EXTRA: _("峰段加价"),
    LineKind.VALLEY_EXTRA: _("谷段减价"),
    LineKind.BASIC: _("基本电费"),
    LineKind.POWER_FACTOR: _("力调电费"),
    LineKind.FREE_ENERGY: _("免费电量"),
    LineKind.CORRECTION: _("退补电费"),
    LineKind.OTHER: _("其他"),
}
CAUSE_NAMES: Final = {
    Cause.MULTIPLIER: _("倍率"),
    Cause.TRANSFORMER_LOSS: _("变损、线损"),
    Cause.ENERGY: _("示数、电量"),
    Cause.TIME_OF_USE: _("分时电量"),
    Cause.PRICE_CLASS: _("用电类别"),
    Cause.STEP: _("阶梯"),
    Cause.CAPACITY: _("基本电费"),
    Cause.POWER_FACTOR: _("力调电费"),
    Cause.PRICE: _("单价"),
    Cause.CORRECTION: _("退补"),
    Cause.ROUNDING: _("取整"),
    Cause.UNEXPLAINED: _("未查明"),
}


class ExternalLine(Imported):
    """A line of a bill that another system issued; what it leaves empty it does not say."""

    bill = models.ForeignKey(
        "billing.ExternalBill", models.CASCADE, related_name="lines", verbose_name=_("已发行电费")
    )
    kind = models.PositiveSmallIntegerField(
        _("项目"), choices=[(int(kind), name) for kind, name in KIND_NAMES.items()]
    )
    quantity = models.BigIntegerField(_("数量（Wh、VA、W）"), null=True, blank=True)
    price_nano = models.BigIntegerField(_("单价（10⁻⁹元）"), null=True, blank=True)
    amount_fen = models.BigIntegerField(_("金额（分）"), null=True, blank=True)

    class Meta:
        verbose_name = _("已发行电费明细")
        verbose_name_plural = _("已发行电费明细")
        constraints = [models.UniqueConstraint(fields=["bill", "kind"], name="external_line_once")]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.get_kind_display()}"


class Comparison(models.Model):
    """What holding a bill issued elsewhere against ours came to: the difference and its causes, fen.

    ``issued_fen`` and ``own_fen`` are what was compared: where one has changed since, the comparison is out of date.
    """

    bill = models.OneToOneField(
        "billing.ExternalBill", models.CASCADE, related_name="comparison", verbose_name=_("已发行电费")
    )
    issued_fen = models.BigIntegerField(_("已发行（分）"))
    own_fen = models.BigIntegerField(_("本系统（分）"))
    cause = models.PositiveSmallIntegerField(
        _("原因"), choices=[(0, _("一致")), *((int(cause), name) for cause, name in CAUSE_NAMES.items())]
    )
    supposed = models.BooleanField(_("推定"), default=False)
    effects = models.JSONField(_("各原因金额（分）"))
    compared_at = models.DateTimeField(_("核对时间"))

    class Meta:
        verbose_name = _("电费核对")
        verbose_name_plural = _("电费核对")
        indexes = [models.Index(fields=["cause", "bill"], name="comparison_cause")]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.get_cause_display()}"
