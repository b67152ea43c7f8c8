"""The board in words: which import a column waits for, and the bulletin (通报) that is sent on as text."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.desk.board.figures import Board, Figures, ManagerRow, Source, Stamp, whole_kwh
from diansuo.office.network.wording import percent as loss_percent

NAMED_IN_BULLETIN = 15


def source_name(source: Source) -> str:
    """Return what a kind of file is called."""
    return {
        Source.FAILURES: _("采集失败清单"),
        Source.FREEZE: _("日冻结电量"),
        Source.ARREARS: _("欠费明细"),
    }[source]


def stamp_text(stamp: Stamp) -> str:
    """Say how far a kind of data reaches and what of it is missing."""
    name = source_name(stamp.source)
    if stamp.until is None:
        return _("%(file)s：近 7 天没有导入") % {"file": name}
    words = _("%(file)s：到 %(day)s") % {"file": name, "day": wording.short_day(stamp.until)}
    if stamp.until < stamp.expected:
        words += _("，缺 %(day)s 之后的") % {"day": wording.short_day(stamp.until)}
    if stamp.missing_rows:
        words += _("，%(count)s 个台区总表没有示数") % {"count": stamp.missing_rows}
    return words


def percent(rate_bp: int | None) -> str:
    """Write hundredths of a per cent with two decimals and the sign."""
    return loss_percent(rate_bp) + ("" if rate_bp is None else "%")


def whole_kilowatt_hours(energy_wh: int | None) -> str:
    """Write Wh as whole kWh, as a meeting reads them; half goes away from zero."""
    if energy_wh is None:
        return wording.NOTHING
    return f"{whole_kwh(energy_wh):,}"


def bulletin(board: Board, station: str) -> str:
    """Return the morning's text, ready to be pasted into the station's chat group."""
    total = board.total
    lines = [_("【%(station)s早会通报】%(day)s") % {"station": station, "day": board.day.isoformat()}]
    lines.append(_("一、采集：") + _failures(board))
    lines.append(_("二、线损：") + _losses(board))
    lines.extend(_worst(board))
    lines.append(
        _("三、逾期欠费：%(customers)s 户，%(yuan)s 元%(people)s")
        % {
            "customers": wording.count(total.arrears_customers),
            "yuan": wording.yuan(total.arrears_fen),
            "people": _each(board, lambda each: each.arrears_customers),
        }
        if board.has_arrears
        else _("三、欠费：没有数据")
    )
    lines.append(
        _("四、任务：逾期 %(overdue)s 件%(people)s；昨日应完成 %(due)s 件，完成 %(done)s 件")
        % {
            "overdue": total.overdue,
            "people": _each(board, lambda each: each.overdue),
            "due": total.done + total.not_done,
            "done": total.done,
        }
    )
    missing = [stamp_text(stamp) for stamp in board.stamps if not stamp.complete]
    if missing:
        lines.append(_("五、缺数据：") + _("；").join(missing))
    return "\n".join(lines)


def _failures(board: Board) -> str:
    if board.failure_day is None:
        return _("没有导入采集失败清单")
    return _("%(day)s 失败 %(count)s 块表，其中连续 3 天及以上 %(three)s 块%(people)s") % {
        "day": wording.short_day(board.failure_day),
        "count": board.total.failures,
        "three": board.total.failures_three_days,
        "people": _each(board, lambda each: each.failures_three_days),
    }


def _losses(board: Board) -> str:
    if board.loss_day is None:
        return _("没有可用的日冻结")
    total = board.total
    words = _(
        "%(day)s 高损 %(high)s 个、负损 %(negative)s 个、不可算 %(uncomputable)s 个、突变 %(sudden)s 个台区；"
        "异常台区日损失 %(kwh)s kWh（前 7 日均 %(mean)s kWh）"
    ) % {
        "day": wording.short_day(board.loss_day),
        "high": total.high,
        "negative": total.negative,
        "uncomputable": total.uncomputable,
        "sudden": total.sudden,
        "kwh": whole_kilowatt_hours(total.loss_wh),
        "mean": whole_kilowatt_hours(total.mean_loss_wh),
    }
    if board.has_prices:
        words += _("，约 %(yuan)s 元") % {"yuan": wording.yuan(total.loss_fen)}
    return words


def _worst(board: Board) -> list[str]:
    lines = []
    for place, area in enumerate(board.worst[:NAMED_IN_BULLETIN], start=1):
        fields = {
            "place": place,
            "area": area.name,
            "manager": area.manager or _("无台区经理"),
            "reason": area.reason,
        }
        if area.loss_wh is None:
            lines.append(_("　%(place)s. %(area)s（%(manager)s）%(reason)s") % fields)
            continue
        fields |= {"rate": percent(area.rate_bp), "kwh": whole_kilowatt_hours(area.loss_wh)}
        lines.append(_("　%(place)s. %(area)s（%(manager)s）%(reason)s，%(rate)s，%(kwh)s kWh") % fields)
    if board.worst_more:
        lines.append(_("　另有 %(count)s 个异常台区") % {"count": board.worst_more})
    return lines


def _each(board: Board, count: Callable[[Figures], int]) -> str:
    """Name who has how many, the most first; nothing where nobody has any."""
    rows: list[ManagerRow] = sorted(board.rows, key=lambda row: -count(row.figures))
    named = [f"{row.name or _('无台区经理')} {count(row.figures)}" for row in rows if count(row.figures)]
    return _("（%(people)s）") % {"people": "、".join(named)} if named else ""
