"""The forms with which people enter registers: at a stop of the walk, and at a meter exchange."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering import Register
from diansuo.office.base.forms import DayInput

WH_PER_KWH = 1000


class RegisterField(forms.DecimalField):
    """What a register shows, in kWh before the multiplier."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=Decimal(0), max_digits=14, decimal_places=3, **kwargs)
        self.widget = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "register-value"}
        )


def _wh(value: Decimal) -> int:
    return int(value * WH_PER_KWH)


class ReadingForm(forms.Form):
    """The registers of one stop, the total one needed; whether they are an estimate."""

    estimated = forms.BooleanField(label=_("估抄"), required=False)

    def __init__(self, registers: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for register in registers:
            field = RegisterField(label=register.label, required=register.code == Register.ACTIVE_TOTAL)
            if register.entered_wh is not None:
                field.initial = Decimal(register.entered_wh).scaleb(-3).quantize(Decimal("0.01"))
            self.fields[f"register-{register.code}"] = field

    def values(self) -> dict[Register, int]:
        """Return what was entered, in Wh by register."""
        return {
            Register(int(name.partition("-")[2])): _wh(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("register-") and value is not None
        }


class ExchangeForm(forms.Form):
    """A meter taken off and another hung on one day, with what both show.

    Registers of the energy taken are needed; a reverse, reactive or demand register only where the meters have one.
    """

    day = forms.DateField(label=_("换表日期"), widget=DayInput)
    asset_number = forms.CharField(label=_("新电能表编号"), max_length=40)
    multiplier = forms.IntegerField(label=_("新综合倍率"), min_value=1, max_value=1_000_000)
    integer_digits = forms.IntegerField(label=_("新表整数位"), min_value=1, max_value=9, initial=6)
    decimal_digits = forms.IntegerField(label=_("新表小数位"), min_value=0, max_value=3, initial=2)

    def __init__(self, registers: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in ("final", "first"):
            for register in registers:
                field = RegisterField(label=register.label, required=register.settles)
                self.fields[f"{side}-{register.code}"] = field

    def clean(self) -> dict[str, Any]:
        """Ask for a new meter's register where the old one's is given, as a month's energy needs both."""
        given = super().clean() or self.cleaned_data
        for name, value in list(given.items()):
            first = name.replace("final-", "first-")
            if name.startswith("final-") and value is not None and first not in self.errors:
                code = int(name.partition("-")[2])
                if given.get(first) is None and code != Register.DEMAND:
                    self.add_error(first, _("旧表有止度，请填新表起度"))
        return given

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """Return the fields in the order of the work: take off, hang, and what the new meter shows."""
        named = ["asset_number", "multiplier", "integer_digits", "decimal_digits"]
        finals = [name for name in self.fields if name.startswith("final-")]
        firsts = [name for name in self.fields if name.startswith("first-")]
        parts = ((_("拆旧表：止度"), ["day", *finals]), (_("装新表"), named), (_("新表起度"), firsts))
        return [(title, [self[name] for name in names]) for title, names in parts]

    def side(self, name: str) -> dict[Register, int]:
        """Return what the old ("final") or new ("first") meter shows, in Wh by register."""
        return {
            Register(int(key.partition("-")[2])): _wh(value)
            for key, value in self.cleaned_data.items()
            if key.startswith(f"{name}-") and value is not None
        }
