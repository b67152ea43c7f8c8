"""What slips call a line of a bill, and how they show a phone number."""

from __future__ import annotations

from django import template

from diansuo.office.billing import wording
from diansuo.office.billing.models import BillLine
from diansuo.office.billing.wording import line_title
from diansuo.office.collection.letters.text_messages import masked

register = template.Library()

register.filter("masked", masked)


@register.simple_tag
def line_quantity(line: BillLine) -> str:
    """Return a line's quantity with its unit."""
    found = wording.factors(line)
    return f"{found.quantity} {found.unit}"


@register.simple_tag
def line_share(line: BillLine) -> str:
    """Return for which share of a month a line is, empty for a whole one."""
    share = wording.factors(line).share
    return f" × {share}" if share else ""


@register.simple_tag
def line_price(line: BillLine) -> str:
    """Return a line's price, or its rate."""
    percent = "%" if line.unit == BillLine.Unit.FEN else ""
    return wording.price(line.price_nano, line.unit) + percent


@register.simple_tag
def bill_line(line: BillLine) -> str:
    """Return the title of a bill's line."""
    return line_title(line.component, line.step, line.band)
