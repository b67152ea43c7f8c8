"""The forms of corrections: whose months, what was wrong, and what was found, in the words of the trade."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import PRICE_CLASSES
from diansuo.office.base.forms import PeriodField
from diansuo.office.billing.rebilling import wording
from diansuo.office.billing.rebilling.models import Correction

Kind = Correction.Kind
FACTS_OF: Final = {
    Kind.METER_ERROR: ("error_percent",),
    Kind.WIRING: ("fault", "power_factor"),
    Kind.RATIO: ("booked_ratio", "actual_ratio", "phases"),
    Kind.MULTIPLIER: ("booked_multiplier", "real_multiplier"),
    Kind.CLASS: ("price_class",),
    Kind.MISSED: ("energy_kwh",),
    Kind.READING: ("right_kwh",),
    Kind.CANCEL: (),
    Kind.ARCHIVE: ("prices_of_today",),
}
HELP: Final = {
    "error_percent": _("校验误差，慢为负，如 -5；按规则追半个周期"),
    "power_factor": _("只有三相三线的几种接线要填；空着按账单的无功电量算"),
    "booked_ratio": _("如 150/5"),
    "actual_ratio": _("如 200/5"),
    "energy_kwh": _("多计填负数；按各月抄见电量分摊"),
    "right_kwh": _("乘倍率之前的示数；起月与止月填同一个月"),
    "prices_of_today": _("价格表更正过才勾；不勾按原账单存下的价格"),
}


def _field(name: str) -> forms.Field:
    label, help_text = wording.FACTS[name], HELP.get(name, "")
    if name == "fault":
        return forms.ChoiceField(
            label=label, choices=[(str(code), words) for code, words in wording.FAULTS.items()]
        )
    if name == "price_class":
        return forms.ChoiceField(label=label, choices=PRICE_CLASSES)
    if name == "phases":
        return forms.ChoiceField(label=label, choices=[("3", "3"), ("2", "2"), ("1", "1")])
    if name == "prices_of_today":
        return forms.BooleanField(label=label, required=False, help_text=help_text)
    return forms.CharField(label=label, max_length=20, required=name != "power_factor", help_text=help_text)


class CorrectionForm(forms.Form):
    """One customer's months, and what was found of the kind of error that was chosen."""

    customer = forms.CharField(label=_("用户编号"), max_length=32)
    from_period = PeriodField(label=_("起（电费年月）"))
    to_period = PeriodField(label=_("止（电费年月）"))
    reason = forms.CharField(
        label=_("退补原因"), max_length=200, help_text=_("查实经过与依据，如校验记录、现场工单编号")
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in FACTS_OF[Kind(kind)]:
            self.fields[name] = _field(name)
        self.order_fields(["customer", "from_period", "to_period", *FACTS_OF[Kind(kind)], "reason"])

    def clean(self) -> dict[str, Any]:
        """Refuse months that run backwards."""
        given = super().clean() or {}
        if given.get("from_period") and given.get("to_period") and given["from_period"] > given["to_period"]:
            raise ValidationError(_("起月晚于止月，请更正"))
        return given

    def facts(self) -> dict[str, Any]:
        """Return what was found, as it is kept."""
        return {name: self.cleaned_data.get(name, "") for name in FACTS_OF[Kind(self.kind)]}


class SetForm(CorrectionForm):
    """Many customers' months at once: those listed, or everybody."""

    customer = forms.CharField(
        label=_("用户编号"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("每行一个，或用逗号隔开；空着是全所用户"),
    )

    def numbers(self) -> tuple[str, ...]:
        """Return the customers' numbers that were entered."""
        text = self.cleaned_data["customer"].replace(",", " ").replace("，", " ").replace("、", " ")
        return tuple(dict.fromkeys(text.split()))
