"""The button by which any page makes a task (派工单) of what it shows."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diansuo.office.base.work_orders.links import Subject, dispatch_url

register = template.Library()


@register.simple_tag(takes_context=True)
def dispatch_button(context: Any, subject: Subject) -> SafeString | str:
    """Show the button that opens the order form for a subject; nothing for those who may not dispatch."""
    request = context.get("request")
    if not subject or request is None or not request.user.has_perm("base.dispatch_work"):
        return ""
    return format_html('<a class="button small no-print" href="{}">{}</a>', dispatch_url(subject), _("派工"))
