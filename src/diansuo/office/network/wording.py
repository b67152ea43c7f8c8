"""Losses in the trade's words: classes with their sign and colour, reasons, rates."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.network import LossKind, Reason
from diansuo.office.base import wording

KIND_NAMES: dict[int, Promise] = {
    LossKind.HIGH: gettext_lazy("高损"),
    LossKind.NEGATIVE: gettext_lazy("负损"),
    LossKind.UNCOMPUTABLE: gettext_lazy("不可算"),
    LossKind.SMALL: gettext_lazy("小电量"),
    LossKind.ECONOMIC: gettext_lazy("经济运行"),
    LossKind.NORMAL: gettext_lazy("合格"),
}
KIND_TONES = {
    LossKind.HIGH: "bad",
    LossKind.NEGATIVE: "bad",
    LossKind.UNCOMPUTABLE: "warn",
    LossKind.SMALL: "",
    LossKind.ECONOMIC: "ok",
    LossKind.NORMAL: "info",
}
# One character each: a cell of the calendar holds no more, and the colour alone must not say it.
KIND_SIGNS: dict[int, Promise] = {
    LossKind.HIGH: gettext_lazy("高"),
    LossKind.NEGATIVE: gettext_lazy("负"),
    LossKind.UNCOMPUTABLE: gettext_lazy("缺"),
    LossKind.SMALL: gettext_lazy("小"),
    LossKind.ECONOMIC: gettext_lazy("经"),
    LossKind.NORMAL: gettext_lazy("合"),
}
KIND_CODES = {kind: kind.name.lower() for kind in LossKind}


def kind_name(kind: int) -> str:
    """Return the class in words."""
    return str(KIND_NAMES[kind])


def reason_name(reason: int, *, feeder: bool = False) -> str:
    """Return why a loss cannot be computed, in a few words; nothing where it can."""
    inlet = _("线路关口") if feeder else _("台区总表")
    words = {
        Reason.NONE: "",
        Reason.NO_MASTER: _("档案里没有%(inlet)s"),
        Reason.NO_MASTER_REGISTER: _("%(inlet)s无冻结"),
        Reason.EXCHANGE_UNKNOWN: _("%(inlet)s换表，止度起度不全"),
        Reason.REGISTER_FELL: _("%(inlet)s示数倒走"),
        Reason.LOW_COLLECTION: _("采集不足"),
        Reason.NO_SUPPLY: _("供电量为零"),
    }[Reason(reason)]
    return words % {"inlet": inlet} if "%" in words else words


def percent(rate_bp: int | None, decimals: int = 2) -> str:
    """Write hundredths of a per cent as a rate, halves away from zero where a decimal is left out."""
    if rate_bp is None:
        return wording.NOTHING
    size = abs(rate_bp)
    if decimals == 1:
        size = (size + 5) // 10 * 10
    text = f"{size // 100}.{size % 100:02d}"
    sign = "-" if rate_bp < 0 and size else ""
    return sign + (text[:-1] if decimals == 1 else text)
