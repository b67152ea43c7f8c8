"""From which day on an import's new rows hold (design §6, time and periods)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from diansuo.office.archive import beginnings
from diansuo.office.base.imports.kinds import Options

# Readings yet to be imported may lie years back; an archive that starts before all of them is in force for each.
LONG_AGO = date(2000, 1, 1)


class Starts:
    """The first day of a new line, by what the user said, the books that stand, and the connection date."""

    def __init__(self, options: Options) -> None:
        first = beginnings.first_day()
        self.fixed = options.valid_from
        self.floor = date(first.year, 1, 1) if first else None
        self._year = options.period // 100 if options.period else self.fixed.year if self.fixed else None

    @property
    def grid(self) -> date:
        """The first day of what is not a customer's: areas and their transformers."""
        return self.fixed or self.floor or LONG_AGO

    def of(self, opened: date | None) -> date:
        """Return the first day of a customer's rows, given the day it was connected, if that is known."""
        if self.fixed:
            return self.fixed
        if opened is None:
            return self.floor or LONG_AGO
        return max(opened, self.floor) if self.floor else opened

    def year(self, said: int | None) -> int | None:
        """Return the billing year a line's 年初累计电量 is of: what the line says, else the user; None is unknown.

        Neither today nor the readings that stand tell it: an archive comes first, and often for a year gone by.
        """
        return said or self._year

    def note(self) -> str:
        """Say in words which day was taken and why."""
        if self.fixed:
            return _("新增档案自 %(day)s 起有效") % {"day": self.fixed}
        if self.floor:
            return _("新增档案自 %(day)s 起有效（最早示数所在年的第一天；其后送电的自送电日期起）") % {
                "day": self.floor
            }
        return _("库中尚无示数：新增档案自送电日期起有效，没有送电日期的自 %(day)s 起") % {"day": LONG_AGO}
