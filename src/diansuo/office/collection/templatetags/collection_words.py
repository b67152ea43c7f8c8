"""What slips call a line of a bill, and how they show a phone number."""

from __future__ import annotations

from django import template

from diansuo.office.billing.models import BillLine
from diansuo.office.billing.wording import line_title
from diansuo.office.collection.letters.text_messages import masked

register = template.Library()

register.filter("masked", masked)


@register.simple_tag
def bill_line(line: BillLine) -> str:
    """Return the title of a bill's line."""
    return line_title(line.component, line.step)
