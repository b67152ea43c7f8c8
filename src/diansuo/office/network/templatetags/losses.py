"""Cells of the loss calendar, and the class of a loss as a state."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.templatetags.trade import state
from diansuo.office.network.page_queries import DayCell
from diansuo.office.network.queries import Loss
from diansuo.office.network.wording import KIND_CODES, KIND_SIGNS, KIND_TONES, kind_name, percent

register = template.Library()
ARROWS = {1: "↑", 0: "", -1: "↓"}


@register.simple_tag
def loss_cell(cell: DayCell, address: str, period: int | str = "") -> SafeString:
    """Show an area's day: a sign for the class, the rate, an arrow where it changed suddenly; a link to the day."""
    if cell.kind is None:
        return format_html('<td class="loss-none">{}</td>', "·")
    code, sign = KIND_CODES[cell.kind], KIND_SIGNS[cell.kind]
    rate = percent(cell.rate_bp, 1) if cell.rate_bp is not None else ""
    shown = format_html("<b>{}{}</b>{}", sign, ARROWS[cell.sudden], rate)
    day = wording.month(period) if period else wording.short_day(cell.day)
    title = " ".join(
        filter(None, (day, kind_name(cell.kind), rate and f"{rate}%", _("突变") if cell.sudden else ""))
    )
    if not address:
        return format_html('<td class="loss-{}" title="{}">{}</td>', code, title, shown)
    return format_html(
        '<td class="loss-{}"><a href="{}?day={}" title="{}">{}</a></td>',
        code, address, cell.day.isoformat(), title, shown,
    )  # fmt: skip


@register.simple_tag
def loss_state(loss: Loss) -> SafeString:
    """Show the class of a loss, and that it changed suddenly."""
    shown = state(KIND_TONES[loss.kind], kind_name(loss.kind))
    return format_html("{} {}", shown, state("warn", _("突变"))) if loss.sudden else shown
