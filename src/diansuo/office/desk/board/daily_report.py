"""The daily report (日报) as a workbook: the board's lines, the abnormal areas, failures, tasks, missing data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base.models import WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.write import Sheet, write_sheets
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.desk.board.figures import Board, Figures
from diansuo.office.desk.board.wording import percent, source_name, stamp_text


def daily_report(scope: Scope, board: Board) -> bytes:
    """Return the workbook of a board that was read with every worst area."""
    overdue = work_orders.overdue(scope, board.day)
    return write_sheets(
        [
            Sheet(_("汇总"), _summary_headings(board), _summary(board)),
            Sheet(_("异常台区"), _area_headings(), _areas(board)),
            Sheet(_("逾期任务"), _task_headings(), (_task(order) for order in overdue)),
            Sheet(_("数据情况"), [_("数据"), _("情况")], _data(board)),
        ]
    )


def _summary_headings(board: Board) -> list[str]:
    return [
        _("台区经理"), _("用户数"), _("采集失败表计"), _("连续3天及以上"), _("高损台区"), _("负损台区"),
        _("不可算台区"), _("突变台区"), _("异常台区日损失（kWh）"), _("前7日均（kWh）"), _("折合（元）"),
        _("逾期欠费户"), _("逾期欠费（元）"), _("逾期任务"), _("昨日完成"), _("昨日未完成"),
    ]  # fmt: skip


def _summary(board: Board) -> Iterator[list[Any]]:
    for row in board.rows:
        yield [row.name or _("无台区经理"), *_figures(board, row.figures)]
    yield [_("合计"), *_figures(board, board.total)]


def _figures(board: Board, figures: Figures) -> list[Any]:
    """Return a line's cells; what no import has brought stays empty, not nought."""
    failures = board.failure_day is not None
    loss = board.loss_day is not None
    return [
        figures.customers,
        figures.failures if failures else None,
        figures.failures_three_days if failures else None,
        *((figures.high, figures.negative, figures.uncomputable, figures.sudden) if loss else (None,) * 4),
        _kwh(figures.loss_wh) if loss else None,
        _kwh(figures.mean_loss_wh) if loss else None,
        _yuan(figures.loss_fen) if loss and board.has_prices else None,
        figures.arrears_customers if board.has_arrears else None,
        _yuan(figures.arrears_fen) if board.has_arrears else None,
        figures.overdue,
        figures.done,
        figures.not_done,
    ]


def _area_headings() -> list[str]:
    return [
        _("台区编号"), _("台区名称"), _("台区经理"), _("情况"), _("线损率"), _("前7日均线损率"),
        _("损失电量（kWh）"), _("前7日均损失（kWh）"), _("折合（元）"),
    ]  # fmt: skip


def _areas(board: Board) -> Iterator[list[Any]]:
    for area in board.worst:
        yield [
            area.number, area.name, area.manager, area.reason, percent(area.rate_bp), percent(area.mean_rate_bp),
            _kwh(area.loss_wh), _kwh(area.mean_loss_wh), _yuan(area.loss_fen),
        ]  # fmt: skip


def _task_headings() -> list[str]:
    return [_("派工单号"), _("事由"), _("接单人"), _("完成期限"), _("派工人")]


def _task(order: WorkOrder) -> list[Any]:
    creator = order.created_by
    return [
        order.number,
        order.title,
        order.assignee.name,
        order.due_date,
        creator.first_name or creator.get_username(),
    ]


def _data(board: Board) -> Iterator[list[Any]]:
    for stamp in board.stamps:
        yield [source_name(stamp.source), stamp_text(stamp)]


def _kwh(energy_wh: int | None) -> Decimal | None:
    return None if energy_wh is None else Decimal(energy_wh).scaleb(-3)


def _yuan(amount_fen: int | None) -> Decimal | None:
    return None if amount_fen is None else Decimal(amount_fen).scaleb(-2)
