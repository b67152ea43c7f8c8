"""A reading that stands replaced by another value (示数改动): kept as a proposal, written once a second person agreed.

Whoever corrects what they entered themselves corrects it at once. What came with a list, or was entered by somebody
else, is evidence: another value in its place moves a bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.scope import Scope
from diansuo.office.metering import entry
from diansuo.office.metering.models import RegisterReading

NAME: Final = "reading"
FIELDS: Final = (
    "register_wh", "period", "estimated", "source", "list_previous_wh", "entered_by_id", "batch_id", "meter_id",
)  # fmt: skip
Values = Mapping[Register, int]


def overridden(scope: Scope, point: MeteringPoint, values: Values, day: date, user: User) -> dict[str, int]:
    """Return the registers of a day that would get another value than the one somebody else gave, with that value."""
    rows = RegisterReading.objects.filter(
        scope.limit("point__station"), point=point, read_date=day, purpose=int(Purpose.PERIODIC),
        register__in=[int(each) for each in values],
    )  # fmt: skip
    return {
        str(row.register): row.register_wh
        for row in rows
        if row.register_wh != values[Register(row.register)]
        and (row.batch_id is not None or row.entered_by_id != user.pk)
    }


def propose(
    point: MeteringPoint, values: Values, day: date, period: int, *, estimated: bool, before: Mapping[str, int],
    reason: str, user: User, now: datetime,
) -> Proposal:  # fmt: skip
    """Propose other values in place of those that stand, and work out what they do to the month's bill.

    Raises:
        UnableToDo: no reason, or the reading cannot be: a bill stands on it, the meter cannot show it.
    """
    customer = point.contract.customer
    return proposals.proposed_and_seen(
        NAME,
        {
            "point": point.pk, "day": day.isoformat(), "period": period, "estimated": estimated,
            "before": dict(before), "after": {str(int(one)): wh for one, wh in values.items()},
        },
        station=point.station,
        subject=str(customer),
        customer_number=customer.number,
        effective=day,
        reason=reason,
        user=user,
        now=now,
    )  # fmt: skip


def unchanged(said: Mapping[str, Any]) -> bool:
    """Tell whether the values that were to be replaced still stand."""
    return all(row.register_wh == said["before"][str(row.register)] for row in _rows(said)) and len(
        _rows(said)
    ) == len(said["before"])


def _rows(said: Mapping[str, Any]) -> list[RegisterReading]:
    """Return the readings that are to be replaced, as they stand."""
    registers = [int(each) for each in said["before"]]
    rows = RegisterReading.objects.filter(
        point=said["point"], read_date=said["day"], purpose=int(Purpose.PERIODIC), register__in=registers
    )
    return list(rows.order_by("register"))


def point_of(said: Mapping[str, Any]) -> MeteringPoint:
    """Return whose reading it is."""
    return MeteringPoint.objects.select_related("contract__customer", "station", "route").get(
        pk=said["point"]
    )


@transaction.atomic
def write(proposal: Proposal, now: datetime) -> list[Any]:
    """Store the values; return how those they replace are put back.

    Raises:
        UnableToDo: a bill was issued on it meanwhile, or the meter cannot show it.
    """
    said = proposal.terms
    undo = [
        {"pk": row.pk, "after": said["after"][str(row.register)]}
        | {name: getattr(row, name) for name in FIELDS}
        | {"entered_at": row.entered_at and row.entered_at.isoformat()}
        for row in _rows(said)
    ]
    try:
        entry.enter_reading(
            Scope.everything(),
            point=point_of(said),
            values={Register(int(one)): wh for one, wh in said["after"].items()},
            read_date=date.fromisoformat(said["day"]),
            period=said["period"],
            purpose=Purpose.PERIODIC,
            user=proposal.proposed_by,
            today=timezone.localdate(now),
            now=now,
            estimated=said["estimated"],
            confirmed=True,
            reason=proposal.reason,
        )
    except entry.UnableToEnter as problem:
        raise proposals.UnableToDo(str(problem)) from problem
    return undo


@transaction.atomic
def take_back(proposal: Proposal) -> None:
    """Put back what was replaced, exactly.

    Raises:
        UnableToDo: something else stands there by now.
    """
    for row in proposal.undo:
        values = {name: row[name] for name in (*FIELDS, "entered_at") if name in row}
        held = RegisterReading.objects.filter(pk=row["pk"], register_wh=row["after"])
        if not held.update(**values):
            raise proposals.UnableToDo(_("之后又有变更建立在它上面，先撤回后来的变更"))
