"""From a month's columns to the figures of a group, and back to which points a figure is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from diansuo.office.metering.assessment.gathering import Month


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a group's month. Rates are in hundredths of a percent, None where there is nothing to divide by."""

    due: int
    read: int
    estimated: int
    timed: int
    on_time: int
    misread: int
    remote: int
    collected: int

    @property
    def missed(self) -> int:
        """漏抄: due and not read."""
        return self.due - self.read

    @property
    def late(self) -> int:
        """In after the limit of the upload."""
        return self.timed - self.on_time

    @property
    def failed(self) -> int:
        """Read from afar, and no register of the fixed day."""
        return self.remote - self.collected

    @property
    def read_bp(self) -> int | None:
        """实抄率: read and not estimated, of those due."""
        return _rate(self.read - self.estimated, self.due)

    @property
    def on_time_bp(self) -> int | None:
        """及时率: in by the limit of the upload, of those whose instant of entry is known."""
        return _rate(self.on_time, self.timed)

    @property
    def misread_bp(self) -> int | None:
        """差错率: misread, of those read."""
        return _rate(self.misread, self.read)

    @property
    def estimated_bp(self) -> int | None:
        """估抄率: estimated, of those read."""
        return _rate(self.estimated, self.read)

    @property
    def collected_bp(self) -> int | None:
        """远程采集成功率: the register of the fixed day came, of the meters read from afar."""
        return _rate(self.collected, self.remote)


def _rate(part: int, whole: int) -> int | None:
    return None if not whole else (part * 20_000 + whole) // (2 * whole)


def figures_of(month: Month) -> Figures:
    """Count a month's columns."""
    return Figures(
        due=len(month),
        **{
            name: int(getattr(month, name).sum())
            for name in ("read", "estimated", "timed", "on_time", "misread", "remote", "collected")
        },
    )


def behind(month: Month, what: str) -> Any:
    """Return which due points a figure is about (a mask)."""
    everyone = np.ones(len(month), np.bool_)
    return {
        "due": everyone,
        "read": month.read & ~month.estimated,
        "missed": ~month.read,
        "late": month.timed & ~month.on_time,
        "misread": month.misread,
        "estimated": month.estimated,
        "failed": month.remote & ~month.collected,
    }[what]
