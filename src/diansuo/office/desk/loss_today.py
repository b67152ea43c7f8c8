"""Loss as it waits for one user today: abnormal areas, causes nobody was sent to, answers nobody has judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from diansuo.office.base.models import Staff, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.network import queries as losses
from diansuo.office.network.causes import queries as causes


@dataclass(frozen=True, slots=True)
class LossToday:
    """What of loss waits; ``manager_id`` says whose areas are counted, None where they are all of the scope's.

    ``abnormal`` areas of ``day`` lose ``loss_wh`` together; ``found`` are open causes, ``to_accept`` answered tasks.
    """

    day: date
    manager_id: int | None
    abnormal: int
    loss_wh: int
    found: int
    to_accept: int


def loss_today(scope: Scope, user: User, today: date) -> LossToday | None:
    """Return what of loss waits for a user; None where they may not see it, or no registers have come.

    Whoever manages areas sees to their own, everybody else to all of the scope.
    """
    day = losses.latest_loss_day(scope, today) if user.has_perm("base.see_losses") else None
    if day is None:
        return None
    rows = losses.loss_on(scope, day, managed_on=today)
    staff = set(Staff.objects.filter(scope.limit("station"), user=user).values_list("id", flat=True))
    mine = next((one.manager_id for one in rows if one.manager_id in staff), None)
    rows = [one for one in rows if mine in (None, one.manager_id)]
    bad = [one for one in rows if one.abnormal]
    counts, areas = causes.open_counts(scope), {one.area_id for one in rows}
    answered = work_orders.orders(scope).filter(source=WorkOrder.Source.LOSS, state=WorkOrder.State.ANSWERED)
    return LossToday(
        day=day,
        manager_id=mine,
        abnormal=len(bad),
        loss_wh=sum(one.loss_wh or 0 for one in bad),
        found=sum(number for area, number in counts.items() if area in areas),
        to_accept=answered.count() if user.has_perm("base.close_work") else 0,
    )
