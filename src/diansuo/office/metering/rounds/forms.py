"""What a phone sends, read from its form: refused as a whole where it is no entry at all."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.metering import Register
from diansuo.office.metering.models import RoundEntry
from diansuo.office.metering.rounds.operations import Note

LARGEST_KWH = Decimal(10) ** 9
REGISTER_CODES = {int(each) for each in Register}


class NoteForm(forms.Form):
    """One entry: its number, what it is about, and what was noted."""

    id = forms.UUIDField()
    kind = forms.ChoiceField(choices=RoundEntry.Kind.choices)
    period = forms.IntegerField(min_value=200001, max_value=209912)
    day = forms.DateField()
    made_at = forms.DateTimeField()
    registers = forms.CharField(required=False, max_length=2000)
    meter = forms.CharField(required=False, max_length=40)
    text = forms.CharField(required=False, max_length=200)
    found = forms.CharField(required=False, max_length=16)
    confirmed = forms.BooleanField(required=False)
    estimated = forms.BooleanField(required=False)

    def clean_period(self) -> int:
        """Refuse a month that no year has."""
        period = int(self.cleaned_data["period"])
        if not 1 <= period % 100 <= 12:
            raise forms.ValidationError(_("没有这个月份"))
        return period

    def clean_registers(self) -> dict[Register, int]:
        """Return the registers in Wh: exact decimals of kWh, given as text by code."""
        try:
            said = json.loads(self.cleaned_data["registers"] or "{}")
            return {Register(int(code)): _wh(value) for code, value in said.items()}
        except (ValueError, TypeError, AttributeError, InvalidOperation) as problem:
            raise forms.ValidationError(_("示数不是数字")) from problem

    def note(self) -> Note:
        """Return the entry."""
        given: dict[str, Any] = self.cleaned_data
        made_at = given["made_at"]
        return Note(
            client_id=given["id"],
            kind=RoundEntry.Kind(given["kind"]),
            period=given["period"],
            day=given["day"],
            made_at=made_at if timezone.is_aware(made_at) else timezone.make_aware(made_at),
            values=given["registers"],
            meter=given["meter"],
            text=given["text"].strip(),
            found=given["found"],
            confirmed=given["confirmed"],
            estimated=given["estimated"],
        )


def _wh(text: Any) -> int:
    value = Decimal(str(text))
    wh = value * 1000
    if not value.is_finite() or not 0 <= value < LARGEST_KWH or wh != wh.to_integral_value():
        raise ValueError(text)
    return int(wh)
