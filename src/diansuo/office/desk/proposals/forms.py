"""The form of a proposal about one customer: the fields its kind has, filled in with what stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import (
    PRICE_CLASSES,
    VOLTAGE_CLASSES,
    HouseholdTerm,
    MeteringPoint,
    PointArea,
)
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.archive.terms.drafting import draft
from diansuo.office.base.forms import DayInput
from diansuo.office.base.scope import Scope

VA_PER_KVA: Final = 1000
MOST_PERSONS: Final = 30
OF_KIND: Final = {
    "multiplier": ("multiplier",),
    "class": ("price_class", "voltage_class"),
    "capacity": ("capacity",),
    "steps": ("persons", "electric_heating", "free_energy"),
    "area": ("area_id", "phase"),
}
"""The fields of each kind that is about one customer."""


class ProposalForm(forms.Form):
    """One kind of change of one customer."""

    point = forms.TypedChoiceField(label=_("计量点"), coerce=int)
    multiplier = forms.IntegerField(label=_("新倍率"), min_value=1)
    price_class = forms.TypedChoiceField(label=_("用电类别"), coerce=int, choices=PRICE_CLASSES)
    voltage_class = forms.TypedChoiceField(label=_("供电电压"), coerce=int, choices=VOLTAGE_CLASSES)
    capacity = forms.DecimalField(label=_("合同容量（kVA）"), min_value=0, max_digits=12, decimal_places=3)
    persons = forms.IntegerField(
        label=_("一户多人口人数"),
        min_value=0,
        max_value=MOST_PERSONS,
        help_text=_("0 为不执行一户多人口"),
    )
    electric_heating = forms.BooleanField(label=_("电采暖"), required=False)
    free_energy = forms.TypedChoiceField(
        label=_("免费电量类别"), coerce=int, choices=HouseholdTerm.FreeEnergy.choices
    )
    area_id = forms.TypedChoiceField(label=_("台区"), coerce=int)
    phase = forms.ChoiceField(label=_("相别"), required=False, choices=PointArea.Phase.choices)
    effective = forms.DateField(label=_("生效日"), widget=DayInput, help_text=_("从这一天 0:00 起按新值"))
    ordered = forms.DateField(
        label=_("工单日期"),
        required=False,
        widget=DayInput,
        help_text=_("所依据的工单、申请的日期；生效日早于它的，预览会指出"),
    )
    reason = forms.CharField(
        label=_("原因"), max_length=200, help_text=_("依据什么改：工单号、现场核实、文件")
    )

    def __init__(
        self, scope: Scope, kind: str, points: list[MeteringPoint], standing: Mapping[str, Any],
        *args: Any, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs.setdefault("initial", {}).update(_shown(standing))
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.points = {one.pk: one for one in points}
        for names in (names for other, names in OF_KIND.items() if other != kind):
            for name in names:
                del self.fields[name]
        self.fields["point"].choices = [(pk, one.number or f"#{pk}") for pk, one in self.points.items()]
        if len(points) == 1:
            self.fields["point"].widget = forms.HiddenInput()
            self.initial["point"] = points[0].pk
        if "area_id" in self.fields:
            stations = {one.station_id for one in points}
            areas = archive.areas(scope).filter(station__in=stations).order_by("name")
            self.fields["area_id"].choices = [(one.pk, f"{one.name} {one.number}") for one in areas]

    def changes(self) -> list[TermChange]:
        """Return what it would change.

        Raises:
            UnableToChange: nothing stands on the day, or a later change is there.
        """
        given = self.cleaned_data
        wanted = {name: given[name] for name in OF_KIND[self.kind] if name != "capacity"}
        if "capacity" in given:
            wanted["capacity_va"] = int(given["capacity"] * VA_PER_KVA)
        return draft(self.kind, self.point_row, wanted, given["effective"], given["ordered"])

    @property
    def point_row(self) -> MeteringPoint:
        """The point that was chosen."""
        return self.points[self.cleaned_data["point"]]


def _shown(standing: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(standing)
    capacity = shown.pop("capacity_va", None)
    if capacity is not None:
        shown["capacity"] = capacity / VA_PER_KVA if capacity % VA_PER_KVA else capacity // VA_PER_KVA
    return shown
