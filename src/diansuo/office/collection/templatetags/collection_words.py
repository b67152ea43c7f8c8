"""What a line of a bill is called on a notice."""

from __future__ import annotations

from django import template

from diansuo.office.billing.models import BillLine
from diansuo.office.billing.wording import line_title

register = template.Library()


@register.simple_tag
def bill_line(line: BillLine) -> str:
    """Return the title of a bill's line."""
    return line_title(line.component, line.step)
