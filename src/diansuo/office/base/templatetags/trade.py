"""Filters and tags that write quantities, days and states the one way all pages do."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from diansuo.office.base import wording
from diansuo.office.base.personal import shown

register = template.Library()

register.filter("yuan", wording.yuan)
register.filter("kwh", wording.kilowatt_hours)
register.filter("kva", wording.kilovolt_amperes)
register.filter("price", wording.yuan_per_kilowatt_hour)
register.filter("per_cent", wording.per_cent)
register.filter("hundredths", wording.hundredths)
register.filter("share", wording.share)
register.filter("period", wording.month)
register.filter("day", wording.short_day)
register.filter("moment", wording.moment)
register.filter("duration", wording.duration)
register.filter("count", wording.count)


@register.filter
def isoday(value: Any) -> str:
    """Write a day in full, year and all."""
    return value.isoformat() if value else wording.NOTHING


@register.simple_tag
def state(tone: str, words: object) -> SafeString:
    """Show a state: a colour, the sign that goes with it, and the word."""
    return format_html('<span class="state {}">{}</span>', tone, words)


@register.simple_tag(takes_context=True)
def personal(context: template.Context, part: str, text: object) -> str:
    """Write personal data as this viewer may see it: masked, unless their post needs it or they opened the page."""
    return shown(context.get("request"), part, text) or wording.NOTHING


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return what a mapping holds under a key that is itself a variable, or None."""
    return mapping.get(key)
