"""The forms of temporary supply: what was agreed, and what an extension, an early end or a cancellation says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from diansuo.core.tariff.temporary import CLASSES
from diansuo.office.archive.models import PRICE_CLASS_NAMES, VOLTAGE_CLASS_NAMES
from diansuo.office.base.forms import DayInput
from diansuo.office.base.models import Station
from diansuo.office.billing.temporary.models import TemporaryCharge
from diansuo.office.billing.temporary.operations import Terms

Kind = TemporaryCharge.Kind
W_PER_KW: Final = 1000
MINUTES_PER_HOUR: Final = 60
DAY_HELP: Final = {
    Kind.EXTENSION: _("延到哪一天；当日不计"),
    Kind.EARLY_END: _("哪一天停电；当日不计"),
}


class TermsForm(forms.Form):
    """What was agreed with a customer, old or new."""

    station = forms.TypedChoiceField(label=_("供电所"), coerce=int)
    number = forms.CharField(
        label=_("用户编号"), max_length=32, help_text=_("已有用户写其编号；新用户写新编号和名称")
    )
    name = forms.CharField(label=_("用户名称"), max_length=120, required=False)
    purpose = forms.CharField(label=_("用途"), max_length=80, help_text=_("如 基建工地、抗旱打井、集会演出"))
    address = forms.CharField(label=_("用电地址"), max_length=200, required=False)
    price_class = forms.TypedChoiceField(
        label=_("用电类别"),
        coerce=int,
        choices=[(int(one), PRICE_CLASS_NAMES[one]) for one in reversed(CLASSES)],
    )
    voltage_class = forms.TypedChoiceField(
        label=_("供电电压"),
        coerce=int,
        choices=[(int(one), name) for one, name in VOLTAGE_CLASS_NAMES.items()],
    )
    capacity_kw = forms.DecimalField(
        label=_("用电容量（kW）"),
        min_value=Decimal("0.001"),
        max_digits=10,
        decimal_places=3,
        help_text=_("千伏安视同千瓦"),
    )
    hours = forms.DecimalField(
        label=_("每日使用（小时）"),
        min_value=Decimal("0.01"),
        max_value=Decimal(24),
        decimal_places=2,
        help_text=_("双方约定的每日使用时数，如 8 或 7.5"),
    )
    from_date = forms.DateField(label=_("供电日"), widget=DayInput)
    to_date = forms.DateField(label=_("停电日"), widget=DayInput, help_text=_("当日不计"))

    def __init__(self, stations: Sequence[Station], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].choices = [(one.pk, one.name) for one in stations]
        if len(stations) == 1:
            self.fields["station"].widget = forms.HiddenInput()
            self.fields["station"].initial = stations[0].pk

    def clean_hours(self) -> int:
        """Return whole minutes."""
        minutes: Decimal = self.cleaned_data["hours"] * MINUTES_PER_HOUR
        if minutes != minutes.to_integral_value():
            raise ValidationError(_("写到分钟：如 7.5、7.25、7.2"))
        return int(minutes)

    def terms(self) -> Terms:
        """Return what was entered."""
        given = self.cleaned_data
        return Terms(
            number=given["number"],
            name=given["name"],
            purpose=given["purpose"],
            address=given["address"],
            price_class=given["price_class"],
            voltage_class=given["voltage_class"],
            capacity_w=int(given["capacity_kw"] * W_PER_KW),
            minutes_a_day=given["hours"],
            from_date=given["from_date"],
            to_date=given["to_date"],
        )


class MoreForm(forms.Form):
    """What an extension, an early end or a cancellation says."""

    day = forms.DateField(label=_("停电日"), widget=DayInput)
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == Kind.CANCEL:
            del self.fields["day"]
        else:
            self.fields["day"].help_text = DAY_HELP[Kind(kind)]
