"""How the morning board writes its figures: rates, whole kWh, changes with their sign, counts that open their rows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from diansuo.office.base import wording
from diansuo.office.desk.board.wording import percent, whole_kilowatt_hours

register = template.Library()
register.filter("percent", percent)
register.filter("whole_kwh", whole_kilowatt_hours)


@register.filter
def signed_kwh(energy_wh: int | None) -> str:
    """Write a change of energy with its sign, in whole kWh."""
    words = whole_kilowatt_hours(energy_wh)
    return f"+{words}" if energy_wh and energy_wh > 0 and words != "0" else words


@register.simple_tag(takes_context=True)
def loss_count(context: Any, count: int, kind: str, staff_id: int | str | None) -> SafeString:
    """Show how many areas a class has, as a link to them; a nought is grey and leads nowhere."""
    if not count:
        return format_html('<span class="nought">0</span>')
    query = {"day": context["board"].loss_day.isoformat(), "kind": kind}
    if staff_id:
        query["manager"] = str(staff_id)
    mark = "! " if kind == "high" else ""
    return format_html(
        '<a class="{}" href="{}?{}">{}{}</a>',
        "bad-figure" if mark else "",
        reverse("loss_list"),
        urlencode(query),
        mark,
        wording.count(count),
    )
