"""The form of a hand-over: which areas of a person, to whom, from which day, and what goes from hand to hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.forms import DayInput
from diansuo.office.base.models import Staff
from diansuo.office.base.work_orders.forms import PersonField
from diansuo.office.desk.handover.queries import ManagedArea


class HandoverForm(forms.Form):
    """What one person hands over to another."""

    areas = forms.MultipleChoiceField(
        label=_("移交的台区"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一个台区")},
    )
    incoming = PersonField(label=_("接收人"), queryset=None, empty_label=_("请选择"))
    handover_date = forms.DateField(
        label=_("移交日期"), widget=DayInput, help_text=_("从这一天起由接收人负责；双方签字后生效")
    )
    with_reading = forms.BooleanField(
        label=_("抄表一并移交"),
        required=False,
        help_text=_("移交人在这些台区抄表的，改由接收人抄表"),
    )
    keys = forms.CharField(
        label=_("钥匙与资料"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("表箱钥匙、JP柜钥匙、封印、掌机、台账等，写明件数"),
    )

    def __init__(
        self, areas: Iterable[ManagedArea], people: QuerySet[Staff], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = [
            (one.id, say("%(name)s %(number)s（%(customers)d 户）") % vars_of(one)) for one in areas
        ]
        self.fields["incoming"].queryset = people


def vars_of(area: ManagedArea) -> dict[str, Any]:
    """Return what the words for an area are made of."""
    return {"name": area.name, "number": area.number, "customers": area.customers}
