"""What the checks may be given besides readings; whatever is left out switches its rules off."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from diansuo.core.metering.history import History
from diansuo.core.metering.registers import same_length
from diansuo.core.metering.terms import Changes
from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require


class Source(IntEnum):
    """Where a reading came from; the checks are as strict as its way in is prone to error."""

    LIST = 0  # a file somebody made
    ENTRY = 1  # typed
    HEAD_END = 2  # collected; or shown to be what the meter froze


@dataclass(frozen=True, slots=True)
class Known:
    """A column that is known for some rows only.

    Attributes:
        value: int64, shape (n,); meaningless where it is not known.
        known: bool, shape (n,).
    """

    value: Int64
    known: Bool

    def __post_init__(self) -> None:
        require(np.int64, value=self.value)
        require(np.bool_, known=self.known)
        same_length(value=self.value, known=self.known)

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the meter of each reading row froze in the same register, before the multiplier.

    Attributes:
        on_day: at 0:00 of the day of the reading.
        next_day: at 0:00 of the day after it.
    """

    on_day: Known
    next_day: Known

    def __post_init__(self) -> None:
        same_length(on_day=self.on_day.value, next_day=self.next_day.value)

    def __len__(self) -> int:
        return len(self.on_day)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Further columns for `check_readings`. None switches off the rules that need it, for all rows.

    Per due row:
        history: R-HISTORY, R-SPIKE, R-TRANSPOSED, R-DECIMAL, R-ESTIMATE-LONG, the count of R-ZERO and R-ZERO-RUN.
        idle: R-INACTIVE; the contract is known to stand idle this month.
        previous_open: R-PREVIOUS-OPEN; the point's period before this one is neither settled nor given up.

    Per day of change:
        changes: R-CHANGE-INSIDE.

    Per reading row, as a reading list prints it beside the register:
        listed_previous_wh: R-LIST-PREVIOUS, 上次示数 × 1000.
        listed_energy_wh: R-LIST-ENERGY, 抄见电量 after the multiplier.
        listed_multiplier: R-LIST-MULTIPLIER, held against `Readings.multiplier`, which is the archive's.
        freeze: R-FREEZE, R-FREEZE-DAY, R-FREEZE-EXCHANGE.
        source: `Source`; where it is not given, every reading is one of a list.
        installed_meter: R-LIST-METER, the archive's meter that day, held against `Readings.meter`.
    """

    history: History | None = None
    previous_open: Bool | None = None
    idle: Bool | None = None
    changes: Changes | None = None
    listed_previous_wh: Known | None = None
    listed_energy_wh: Known | None = None
    listed_multiplier: Known | None = None
    installed_meter: Known | None = None
    freeze: Frozen | None = None
    source: Int64 | None = None

    def require_lengths(self, readings: int, due: int) -> None:
        """Check the lengths against the readings and the due points.

        Raises:
            WrongColumn: names the first column that differs.
        """
        columns = {
            "history": (None if self.history is None else len(self.history.zero_run), due),
            "previous_open": (None if self.previous_open is None else len(self.previous_open), due),
            "idle": (None if self.idle is None else len(self.idle), due),
        }
        for name in (
            "listed_previous_wh",
            "listed_energy_wh",
            "listed_multiplier",
            "installed_meter",
            "freeze",
            "source",
        ):
            column = getattr(self, name)
            columns[name] = (None if column is None else len(column), readings)
        for name, (length, expected) in columns.items():
            if length is not None and length != expected:
                raise WrongColumn(f"{name}: expected {expected} rows, got {length}")
