"""The abnormal areas of a day as the morning board wants them: what is wrong in words, what to do, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.core.network import LossKind, Reason
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.queries import open_tasks
from diansuo.office.desk.board.figures import WorstArea
from diansuo.office.network import queries as network
from diansuo.office.network.queries import AreaLoss
from diansuo.office.network.wording import KIND_NAMES, KIND_TONES, percent

# What a meeting has time for: of each class the worst, so that many high losses do not hide the silent master.
_MOST_OF_A_CLASS = {LossKind.HIGH: 6, LossKind.UNCOMPUTABLE: 3, LossKind.NEGATIVE: 3}
_MOST_SUDDEN_ONLY = 3
_ORDER = {LossKind.HIGH: 0, LossKind.UNCOMPUTABLE: 1, LossKind.NEGATIVE: 2}


def loss_day_for(scope: Scope, day: date, stale_days: int) -> date | None:
    """Return the latest day before a morning of which losses are known, None if it lies too far back."""
    found = network.latest_loss_day(scope, day - timedelta(days=1))
    return None if found is None or found < day - timedelta(days=stale_days) else found


def abnormal_areas(scope: Scope, day: date, *, managed_on: date) -> list[WorstArea]:
    """Return the areas somebody must look at on a day: by class, in it the largest loss first.

    They stand under whoever manages them on the morning of the board, who would have to act.
    """
    rows = [row for row in network.loss_on(scope, day, managed_on=managed_on) if row.abnormal]
    tasks = open_tasks(scope, [row.area_number for row in rows])
    rows.sort(
        key=lambda row: (_ORDER.get(row.kind, 3), -abs(row.loss_wh or row.mean7_loss_wh or 0), row.number)
    )
    return [_worst(row, tasks.get((row.station_id, row.area_number), ())) for row in rows]


def shortlist(areas: Iterable[WorstArea]) -> list[WorstArea]:
    """Return the areas a meeting talks about: some of each class."""
    counts: dict[str, int] = {}
    kept = []
    for area in areas:
        first = area.kind.split()[0]
        counts[first] = counts.get(first, 0) + 1
        if counts[first] <= _MOST.get(first, _MOST_SUDDEN_ONLY):
            kept.append(area)
    return kept


_MOST = {kind.name.lower(): most for kind, most in _MOST_OF_A_CLASS.items()}


def missing_masters(scope: Scope, day: date) -> int:
    """Return how many areas have a master without register on a day."""
    return sum(row.reason == Reason.NO_MASTER_REGISTER for row in network.loss_on(scope, day))


def _worst(row: AreaLoss, tasks: Sequence[tuple[int, str]]) -> WorstArea:
    kinds = [row.kind.name.lower()] if row.kind in _ORDER else []
    return WorstArea(
        area_id=row.area_id,
        number=row.number,
        name=row.name,
        staff_id=row.manager_id,
        manager=row.manager,
        station_id=row.station_id,
        kind=" ".join([*kinds, *(["sudden"] if row.sudden else [])]),
        tone=KIND_TONES[row.kind] if kinds else "warn",
        reason=_reason(row),
        rate_bp=row.rate_bp,
        mean_rate_bp=row.mean7_rate_bp,
        loss_wh=row.loss_wh,
        mean_loss_wh=row.mean7_loss_wh,
        loss_fen=row.value_fen,
        url=reverse("loss_area", args=[row.area_id]),
        instruction=_instruction(row),
        tasks=tuple(tasks),
    )


def _reason(row: AreaLoss) -> str:
    words = [str(KIND_NAMES[row.kind])] if row.kind in _ORDER else []
    if row.reason_detail:
        said = _("%(what)s：%(detail)s") % {"what": words[0] if words else "", "detail": row.reason_detail}
        words = [said if words else row.reason_detail]
    if row.sudden:
        words.append(_("突变"))
    return _("，").join(words)


def _instruction(row: AreaLoss) -> str:
    """Return what to look at, in the order of domain.md §10.2."""
    if row.kind == LossKind.UNCOMPUTABLE:
        return _("%(detail)s。查总表电源、接线、通信，恢复采集并抄回示数。") % {"detail": row.reason_detail}
    figures = _("%(day)s 线损率 %(rate)s，前 7 日均 %(mean)s。") % {
        "day": row.day.isoformat(),
        "rate": _percent(row.rate_bp),
        "mean": _percent(row.mean7_rate_bp),
    }
    return figures + _("依次查：采集缺失、户变关系、倍率和互感器、时钟、光伏与总表反向、窃电。")


def _percent(rate_bp: int | None) -> str:
    return percent(rate_bp) + ("" if rate_bp is None else "%")
