"""How an order is written as plain text, to be pasted into a chat, and how it stands as seen on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.models import WorkOrder
from diansuo.office.base.work_orders.safety import measures

OVERDUE, RETURNED = "overdue", "returned"
STANDINGS = {
    **dict(WorkOrder.State.choices),
    OVERDUE: gettext_lazy("已逾期"),
    RETURNED: gettext_lazy("已退回，要补"),
}
STANDING_TONES = {"open": "info", "answered": "warn", "closed": "ok", OVERDUE: "bad", RETURNED: "bad"}


def standing(order: WorkOrder, day: date) -> str:
    """Return where an order stands on a day: its state, or that it is overdue."""
    return OVERDUE if order.state == WorkOrder.State.OPEN and order.due_date < day else str(order.state)


def as_text(order: WorkOrder, facts: Iterable[tuple[str, str]] = ()) -> str:
    """Write an order line by line, with what must be known of the customer, leaving out what it does not say."""
    safety = [words for code, words in measures() if code in order.safety]
    lines = [
        (_("派工单"), order.number),
        (_("事由"), order.title),
        (_("用户编号"), order.customer_number),
        *facts,
        (_("台区编号"), order.area_number),
        (_("工作内容"), order.instruction),
        (_("安全措施"), "、".join(safety)),
        (_("接单人"), order.assignee.name),
        (_("完成期限"), order.due_date.isoformat()),
        (_("处理结果"), order.reply),
    ]
    return "\n".join(f"{title}：{words}" for title, words in lines if words)
