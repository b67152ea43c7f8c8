"""The forms of a route's page: another day, cycle, way of reading or owner; and somebody who stands in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.office.archive.models import ReadingMethod, Route, RouteCycle, RouteTerm
from diansuo.office.base.forms import DayInput
from diansuo.office.base.scope import Scope
from diansuo.office.metering.routes import changing, standing_in


class ChangeForm(forms.Form):
    """What is to hold of a route from a day on, filled in with what holds."""

    reading_day = forms.IntegerField(
        label=_("抄表例日"), min_value=1, max_value=31, help_text=_("没有这一天的月份取月末日")
    )
    cycle = forms.ChoiceField(label=_("抄表周期"), choices=RouteCycle.choices)
    method = forms.ChoiceField(label=_("抄表方式"), choices=ReadingMethod.choices, required=False)
    owner_id = forms.TypedChoiceField(
        label=_("段负责人"),
        coerce=lambda value: int(value) if value else None,
        empty_value=None,
        required=False,
    )
    effective = forms.DateField(
        label=_("生效日"), widget=DayInput, help_text=_("例日、周期只能自某月 1 日起变更")
    )
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(
        self, scope: Scope, route: Route, term: RouteTerm | None, today: date, *args: Any, **kwargs: Any
    ) -> None:
        initial = {name: getattr(term, name) for name in changing.FIELDS} if term else {}
        first = first_day(next_month(month_of(today)))
        super().__init__(*args, initial={**initial, "effective": first}, **kwargs)
        people = [(one.pk, one.name) for one in standing_in.candidates(scope, route)]
        self.fields["owner_id"].choices = [("", _("未定")), *people]

    def wanted(self) -> dict[str, Any]:
        """Return the values by attribute."""
        return {name: self.cleaned_data[name] for name in changing.FIELDS}


class StandInForm(forms.Form):
    """Who reads a route for its owner, from when to when, and why."""

    staff = forms.TypedChoiceField(label=_("代抄人"), coerce=int)
    first = forms.DateField(label=_("起日"), widget=DayInput)
    last = forms.DateField(label=_("止日"), widget=DayInput, help_text=_("含当日；过后自动归还段负责人"))
    why = forms.CharField(label=_("原因"), max_length=200, help_text=_("休假、病假、外派"))

    def __init__(self, scope: Scope, route: Route, owner_id: int | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = standing_in.candidates(scope, route).exclude(pk=owner_id)
        self.people = {one.pk: one for one in people}
        self.fields["staff"].choices = [(pk, one.name) for pk, one in self.people.items()]
