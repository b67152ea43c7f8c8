"""The form with which the counter takes a payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.forms import DayInput

CHANNELS = [
    ("现金", _("现金")),
    ("刷卡", _("刷卡")),
    ("扫码", _("扫码")),
    ("转账", _("转账")),
]


class PaymentForm(forms.Form):
    """How much came in, when, how, and by which slip; the slip's number makes a second submission harmless."""

    amount = forms.DecimalField(
        label=_("金额（元）"),
        min_value=Decimal("0.01"),
        max_value=Decimal("99999999.99"),
        decimal_places=2,
        max_digits=10,
    )
    channel = forms.ChoiceField(label=_("渠道"), choices=CHANNELS)
    paid_date = forms.DateField(label=_("收费日期"), widget=DayInput)
    reference = forms.CharField(
        label=_("流水号"), max_length=64, help_text=_("同一渠道的同一流水号只记一次，重复提交不会多收")
    )

    beyond_debt = forms.BooleanField(
        label=_("收得比欠费多，多出部分记为预存"),
        required=False,
        help_text=_("没有欠费或收得比欠费多时，须勾选"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def amount_fen(self) -> int:
        """Return the amount in fen."""
        return int(self.cleaned_data["amount"].scaleb(2))
