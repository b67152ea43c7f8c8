"""Why a loss cannot be computed, in detail: which meter, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from diansuo.core.network import Reason
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.network.months import Level, StationMonth
from diansuo.office.network.wording import reason_name


class Blame:
    """Names the meter behind each uncomputable loss of one day (or month) of a level."""

    def __init__(self, month: StationMonth, level: Level, column: int, *, feeder: bool = False) -> None:
        """Look up the meters of the groups that cannot be computed; others cost nothing."""
        self.month, self.level, self.column, self.feeder = month, level, column, feeder
        self.first = month.at(month.month_start) if len(level.of.days) == 1 else column
        self.last = self.first + int(level.of.days[column])
        silent = [at for at, ok in enumerate(self._there()) if not ok]
        self.meters = _asset_numbers([int(month.inlets[at]) for at in silent], self.day)

    @property
    def day(self) -> date:
        """Return the first day of the period."""
        return self.month.start + timedelta(days=self.first)

    def _there(self) -> list[bool]:
        shown = self.month.shown
        return (shown[:, self.first] & shown[:, self.last]).tolist() if len(shown) else []

    def words(self, at: int, group: int | None) -> str:
        """Say why a row of the level cannot be computed; ``group`` is where its inlets belong, None: all gates."""
        reason = Reason(int(self.level.losses.reason[at, self.column]))
        if reason == Reason.NONE:
            return ""
        title = reason_name(reason, feeder=self.feeder)
        if reason == Reason.LOW_COLLECTION:
            known, all_of = (
                self.level.of.outlets_known[at, self.column],
                self.level.of.outlets[at, self.column],
            )
            words = _("%(title)s：%(all)s 个表计中 %(known)s 个有示数") % {
                "title": title, "all": int(all_of), "known": int(known),
            }  # fmt: skip
            masters = [place for place, feeder in self.month.below if self.feeder and feeder == at]
            return _("；").join([words, *self._silent(masters, _("台区总表"))])
        if reason != Reason.NO_MASTER_REGISTER:
            return title
        gates = self.month.inlet_group >= len(self.month.areas)
        mine = np.flatnonzero(gates if group is None else self.month.inlet_group == group)
        inlet = _("线路关口表") if self.feeder else _("台区总表")
        return _("；").join(self._silent(mine.tolist(), inlet)) or title

    def _silent(self, places: list[int], inlet: str) -> Iterable[str]:
        for at in places:
            shown = self.month.shown[at]
            if shown[self.first] and shown[self.last]:
                continue
            point = int(self.month.inlets[at])
            yield self._since(shown, inlet, self.meters.get(point, _("（未装表）")))

    def _since(self, shown: np.ndarray, inlet: str, meter: str) -> str:
        missing = self.last if shown[self.first] else self.first
        before = np.flatnonzero(shown[:missing])
        if not len(before):
            start = self.month.start
            return _("%(inlet)s %(meter)s 至少从 %(day)s 起无冻结") % {
                "inlet": inlet, "meter": meter, "day": start.isoformat(),
            }  # fmt: skip
        since = self.month.start + timedelta(days=int(before[-1]) + 1)
        return _("%(inlet)s %(meter)s 从 %(day)s 起无冻结") % {
            "inlet": inlet, "meter": meter, "day": since.isoformat(),
        }  # fmt: skip


def _asset_numbers(points: list[int], day: date) -> dict[int, str]:
    if not points:
        return {}
    found = MeterInstallation.objects.in_force(day).filter(point__in=points).select_related("meter")
    return {one.point_id: one.meter.asset_number for one in found}
