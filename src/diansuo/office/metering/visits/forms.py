"""The form of what was found on site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.forms import DayInput
from diansuo.office.metering.forms import WH_PER_KWH, RegisterField
from diansuo.office.metering.models import SiteCheck
from diansuo.office.metering.visits.recording import Sight


class SightForm(forms.Form):
    """Day, what was found, the register of the total, a note."""

    day = forms.DateField(label=_("现场日期"), widget=DayInput)
    found = forms.ChoiceField(label=_("核查结果"), choices=SiteCheck.Found.choices)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["register"] = RegisterField(label=_("正向有功总示数（kWh）"), required=False)
        self.order_fields(["day", "register", "found", "note"])

    def sight(self) -> Sight:
        """Return what was filled in."""
        given = self.cleaned_data
        shown = given["register"]
        register_wh = None if shown is None else int(shown * WH_PER_KWH)
        return Sight(given["day"], given["found"], register_wh, given["note"])


class CorrectionForm(SightForm):
    """What was found, written anew, and why."""

    why = forms.CharField(label=_("更正原因"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["day", "register", "found", "note", "why"])
