"""What is issued is what was confirmed: a month whose figures moved meanwhile stops before its first bill goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.models import Job
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.sums import queries as sums
from diansuo.office.metering.models import Finding

OPTION = "confirmed"


class NotAsConfirmed(ValueError):
    """The month is no longer what somebody confirmed; nothing was issued, and the message says what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Bills of a month that are out or would go out now, and what they come to in fen.

    Both together: what goes out while somebody else issues moves from one to the other and changes neither sum.
    """

    bills: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Drafted:
    """Bills that are computed and audited and wait to be issued."""

    bills: int
    amount_fen: int


def drafted(scope: Scope, *, station_id: int, period: int) -> Drafted:
    """Return what issuing a month now would send out: the drafts that nothing holds."""
    blocking = Finding.objects.filter(
        point=OuterRef("consumption__point"), period=period, severity=Finding.Severity.BLOCKING
    )
    rows = Bill.objects.filter(
        ~Exists(blocking),
        sums.within(scope, station_id, period),
        scope.limit("consumption__point__station"),
        consumption__point__station=station_id,
        period=period,
        state=Bill.State.DRAFT,
    )
    return Drafted(**rows.aggregate(bills=Count("id"), amount_fen=Sum("amount_fen", default=0)))


def standing(scope: Scope, *, station_id: int, period: int) -> Standing:
    """Return where a month stands: what is issued together with what would be."""
    out = sums.of_station(scope, station_id=station_id, period=period)
    waiting = drafted(scope, station_id=station_id, period=period)
    return Standing(out.issued + waiting.bills, out.amount_fen + waiting.amount_fen)


def confirmed(asked: Standing) -> dict[str, Any]:
    """Return the option of a job that says what was confirmed."""
    return {OPTION: asdict(asked)}


def require_as_confirmed(job: Job) -> None:
    """Look, before a month's first bill goes out, whether it still is what was confirmed.

    Raises:
        NotAsConfirmed: with both figures.
    """
    said: Mapping[str, int] | None = job.options.get(OPTION)
    if said is None:
        return
    period = int(job.options["period"])
    assert job.station_id is not None
    now = standing(Scope(frozenset([job.station_id])), station_id=job.station_id, period=period)
    if (now.bills, now.amount_fen) != (said["bills"], said["amount_fen"]):
        raise NotAsConfirmed(
            _(
                "确认以后数据变了：确认时全月 %(bills)s 笔 %(yuan)s 元，现在是 %(now)s 笔 %(now_yuan)s 元；"
                "一笔也没有发行，请重新审核再发行"
            )
            % {
                "bills": said["bills"],
                "yuan": wording.yuan(said["amount_fen"]),
                "now": now.bills,
                "now_yuan": wording.yuan(now.amount_fen),
            }
        )
