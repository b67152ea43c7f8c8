"""What a reader finds at a meter with one tap (现场发现), and the task it makes for whoever manages the customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import MeteringPoint, PointArea, Responsibility
from diansuo.office.base.models import Staff, User, WorkOrder
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering.routes import visiting

FINDINGS: Final[dict[str, tuple[Promise, Promise]]] = {
    "empty": (gettext_lazy("空户"), gettext_lazy("核实是否长期无人居住；联系用户，确认是否办理销户或暂停抄催")),
    "sublet": (gettext_lazy("转租、换了用户"), gettext_lazy("核实现用电人；引导办理过户，更新联系方式")),
    "other_use": (gettext_lazy("用途改变"), gettext_lazy("现场核实用电性质与用电类别；不一致的办理变更，核对差价")),
    "demolished": (gettext_lazy("已拆除"), gettext_lazy("核实拆除情况；拆回电能表，办理销户和末次结算")),
    "photovoltaic": (gettext_lazy("新装光伏"), gettext_lazy("核实是否报装并网；没有手续的通知用户办理，并查反向示数")),
    "charging": (gettext_lazy("新装充电桩"), gettext_lazy("核实是否报装、容量是否够；引导单独装表或办理增容")),
}  # fmt: skip


class NobodyToSend(ValueError):
    """Nobody of the station can be given the task."""


def dispatch(
    point: MeteringPoint, code: str, *, note: str, user: User, now: datetime
) -> tuple[WorkOrder, bool]:
    """Make the task for a finding; one that is open for the same finding at the same customer stands for it.

    Returns the task, and whether it is a new one. It goes to who manages the customer, else to who reads there, else
    to the finder.

    Raises:
        NobodyToSend: none of them is on the station's staff.
    """
    title, instruction = FINDINGS[code]
    customer = point.contract.customer
    words = _("现场发现：%(what)s　%(number)s %(name)s") % {
        "what": title, "number": customer.number, "name": customer.name,
    }  # fmt: skip
    standing = (
        WorkOrder.objects.filter(
            station=point.station_id,
            customer_number=customer.number,
            source=WorkOrder.Source.FIELD,
            title=words[:200],
        )
        .exclude(state=WorkOrder.State.CLOSED)
        .first()
    )
    if standing is not None:
        return standing, False
    today = timezone.localdate(now)
    staff = _who(point, today, user)
    area = PointArea.objects.in_force(today).filter(point=point).select_related("area").first()
    order = work_orders.dispatch(
        Subject(
            words,
            WorkOrder.Source.FIELD,
            customer.number,
            area.area.number if area else "",
            reverse("customer", args=[customer.pk]),
            station_id=point.station_id,
        ),
        assignee=staff,
        due_date=today + timedelta(days=visiting.limits(today).finding_days),
        instruction=f"{instruction}\n{note}".strip(),
        safety=[],
        user=user,
        now=now,
    )
    return order, True


def _who(point: MeteringPoint, today: Any, user: User) -> Staff:
    duties = (
        Responsibility.objects.in_force(today)
        .filter(point=point, staff__station=point.station_id)
        .annotate(
            turn=Case(
                When(duty=Responsibility.Duty.MANAGER, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .select_related("staff")
        .order_by("turn", "pk")
    )
    duty = duties.first()
    staff = duty.staff if duty else Staff.objects.filter(user=user, station=point.station_id).first()
    if staff is None:
        raise NobodyToSend(_("本户没有台区经理和抄表员，没有人可派；先在档案里补上责任人"))
    return staff
