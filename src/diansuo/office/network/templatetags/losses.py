"""Cells of the loss calendar, and the class of a loss as a state."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.templatetags.trade import state
from diansuo.office.network.area.parts import DayParts
from diansuo.office.network.causes.wording import reckoned
from diansuo.office.network.page_queries import DayCell
from diansuo.office.network.queries import Loss
from diansuo.office.network.wording import KIND_CODES, KIND_SIGNS, KIND_TONES, kind_name, percent

register = template.Library()
ARROWS = {1: "↑", 0: "", -1: "↓"}


@register.filter
def hundredth_kwh(energy_wh: int | None) -> str:
    """Write Wh as kWh to two decimals: on one page 43.298 and 43.30 would seem two figures."""
    return wording.kilowatt_hours(None if energy_wh is None else reckoned(energy_wh))


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


@register.simple_tag
def day_in_words(parts: DayParts) -> str:
    """Say what became of a day's supply, as a drawing says it to whoever points at it or cannot see it."""
    loss, day = parts.loss, wording.short_day(parts.day)
    if loss is None:
        return _("%(day)s 未导入") % {"day": day}
    if loss.loss_wh is None:
        return _("%(day)s 不可算：%(why)s") % {"day": day, "why": loss.reason_detail}
    words = _("%(day)s 供电 %(supply)s，售电 %(sold)s，损失 %(loss)s kWh（%(rate)s%%）") % {
        "day": day, "supply": wording.kilowatt_hours(loss.supply_wh), "sold": wording.kilowatt_hours(loss.sold_wh),
        "loss": wording.kilowatt_hours(loss.loss_wh), "rate": wording.per_cent(loss.rate_bp),
    }  # fmt: skip
    if parts.technical is None:
        return words
    return words + _("；技术损失 %(technical)s（%(low)s～%(high)s），其余 %(rest)s kWh") % {
        "technical": wording.kilowatt_hours(parts.technical.technical_wh),
        "low": wording.kilowatt_hours(parts.technical.low_wh),
        "high": wording.kilowatt_hours(parts.technical.high_wh),
        "rest": wording.kilowatt_hours(parts.rest_wh),
    }
