"""What the two ways of running are called and what they mean, in the trade's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diansuo.office.base.models import Station

ALONE, BESIDE = Station.Mode.ALONE.value, Station.Mode.BESIDE.value


def name(mode: str) -> str:
    """Return what a mode is called on pages."""
    return {ALONE: _("独立运行"), BESIDE: _("营销2.0旁运行")}.get(mode, mode)


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark in the head of every page: in full, and brief for a phone."""

    full: str
    brief: str


def mark(modes: Sequence[str]) -> Mark | None:
    """Return the mark of stations that run in these modes; none where there is no station yet."""
    if len(modes) > 1:
        return Mark(_("独立、旁运行都有"), _("独立/旁"))
    return Mark(name(modes[0]), {ALONE: _("独立"), BESIDE: _("旁运行")}[modes[0]]) if modes else None


def meaning(mode: str) -> list[str]:
    """Return what a station does in this mode, a sentence a line."""
    if mode == BESIDE:
        return [
            _("电费由营销2.0核算、发行和收取；本系统不发行、不产生应收、不记收费。"),
            _("电费流程执行到审核为止，算出的电费只用来与已发行电费逐户核对。"),
            _("已发行电费、欠费明细、采集失败清单从营销2.0导出后导入；欠费以最近一次导入的明细为准。"),
        ]
    return [
        _("抄表、核算、发行、收费都在本系统办理。"),
        _("审核后发行，发行产生应收，收费在柜台记账或导入收费记录。"),
        _("不接收别的系统发行的电费和欠费。"),
    ]


def consequences(station: str, mode: str) -> list[str]:
    """Return what changing to this mode does, for the page that asks whether one is sure."""
    debts = (
        _("欠费改按导入的欠费明细列出；本系统原来发行的应收保留，不再列为欠费。")
        if mode == BESIDE
        else _("欠费改按本系统的应收列出；导入的欠费明细保留，不再列为欠费。营销2.0已发行的月份不会再发行。")
    )
    kept = _("已有的账单、应收和收费记录都保留，不改动。谁在什么时候改的会记录下来，以后可以改回。")
    title = _("%(station)s 改为“%(mode)s”：") % {"station": station, "mode": name(mode)}
    return [title, *meaning(mode), debts, kept]
