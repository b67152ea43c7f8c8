"""What is known of a station's areas day by day: the columns every method of finding causes works on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from diansuo.core.network.causes.kinds import Float
from diansuo.core.network.transformer_economy import TransformerUnit
from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require

THREE_PHASES = 3
UNKNOWN_PHASE = -1
UNTOLD = -1


@dataclass(frozen=True, slots=True)
class AreaDays:
    """One transformer area over some days, customers by row, float64 Wh where nothing else is said; nan: not known.

    Attributes:
        use_wh: (n, days) energy by the forward register, times the multiplier of the archive.
        feed_wh: (n, days) energy by the reverse register; nan where the register is not collected.
        counted: bool (n,), the reverse register counts as supply.
        roof: bool (n,), the archive knows a photovoltaic plant.
        multiplier: int64 (n,), of the archive.
        phase: int64 (n,), of the archive: 0 to 2, `THREE_PHASES`, `UNKNOWN_PHASE`.
        group: int64 (n,), who uses power alike (the class of the price).
        clock_minutes: (n,) how far the meter's clock was off when it was last asked, fast above 0.
        voltage_lost_days: int64 (n,), days of the month with an event of lost voltage (失压、断相).
        supply_wh: (days,) energy by the master's forward register.
        back_wh: (days,) by its reverse register.
        phases_wh: (3, days) by its forward registers of the phases; all nan where it has none.
        technical_wh: (days,) technical loss.
        multiplier_of_master: of the archive.
        register_step_wh: the least step of the master's register, times its multiplier.
        capacity_va: of the transformer, 0 where the archive does not say.
        power_factor: of the month at the master.
        sizes: transformers of the area's series by capacity, its own among them; empty where no series is known.
        technical_low_wh: (days,) what the technical loss is at least …
        technical_high_wh: … and at most; None: the band of the thresholds on either side.
        meter_wh: (days,) of the technical loss what the meters take themselves, in which there is no error; None: 0.
        divided: bool (n, days), energy of the day that is a share of what is known over several days
            (`registers.divided`); None: nobody says.
        hung: bool (n, days), days on which the customer hangs on the area; on the others its energy here is 0 and
            known. None: on all.
        voltage_area: int64 (n,), row of the area among the station's whose busbars the meter's voltage follows
            (`by_voltage.areas_by_voltage`), `UNTOLD` where there are no curves.
        voltage_phase: likewise the phase.

    Raises:
        WrongColumn: dtype, shape or length.
    """

    use_wh: Float
    feed_wh: Float
    counted: Bool
    roof: Bool
    multiplier: Int64
    phase: Int64
    group: Int64
    clock_minutes: Float
    voltage_lost_days: Int64
    supply_wh: Float
    back_wh: Float
    phases_wh: Float
    technical_wh: Float
    multiplier_of_master: int = 1
    register_step_wh: float = 10.0
    capacity_va: int = 0
    power_factor: float = float("nan")
    sizes: tuple[TransformerUnit, ...] = ()
    technical_low_wh: Float | None = None
    technical_high_wh: Float | None = None
    meter_wh: Float | None = None
    divided: Bool | None = None
    hung: Bool | None = None
    voltage_area: Int64 | None = None
    voltage_phase: Int64 | None = None
    days: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.use_wh.ndim != 2:
            raise WrongColumn(f"use_wh: expected (customers, days), got {self.use_wh.shape}")
        count, days = self.use_wh.shape
        require(
            np.int64,
            multiplier=self.multiplier,
            phase=self.phase,
            group=self.group,
            voltage_lost_days=self.voltage_lost_days,
        )
        require(np.bool_, counted=self.counted, roof=self.roof)
        require(np.float64, clock_minutes=self.clock_minutes)
        require(np.float64, supply_wh=self.supply_wh, back_wh=self.back_wh, technical_wh=self.technical_wh)
        shapes: dict[str, tuple[npt.NDArray[np.generic], tuple[int, ...]]] = {
            "feed_wh": (self.feed_wh, (count, days)),
            "counted": (self.counted, (count,)),
            "clock_minutes": (self.clock_minutes, (count,)),
            "multiplier": (self.multiplier, (count,)),
            "supply_wh": (self.supply_wh, (days,)),
            "phases_wh": (self.phases_wh, (3, days)),
        }
        for name, band in (
            ("technical_low_wh", self.technical_low_wh),
            ("technical_high_wh", self.technical_high_wh),
            ("meter_wh", self.meter_wh),
        ):
            if band is not None:
                shapes[name] = band, (days,)
        if self.divided is not None:
            shapes["divided"] = self.divided, (count, days)
        if self.hung is not None:
            shapes["hung"] = self.hung, (count, days)
        for name, told in (("voltage_area", self.voltage_area), ("voltage_phase", self.voltage_phase)):
            if told is not None:
                require(np.int64, **{name: told})
                shapes[name] = told, (count,)
        for name, (column, shape) in shapes.items():
            if column.shape != shape:
                raise WrongColumn(f"{name}: expected {shape}, got {column.shape}")
        object.__setattr__(self, "days", days)

    def __len__(self) -> int:
        return len(self.multiplier)

    @property
    def left(self) -> Bool:
        """Who hangs here no more on the last day, bool (n,): its energy counts on its days, and it is not accused."""
        return np.zeros(len(self), dtype=np.bool_) if self.hung is None else ~self.hung[:, -1]

    @property
    def here_wh(self) -> Float:
        """(n, days): energy of the days a customer hangs here; nan on the others, which say nothing of its own use."""
        return self.use_wh if self.hung is None else np.where(self.hung, self.use_wh, np.nan)

    @property
    def line_wh(self) -> Float:
        """(days,): of the technical loss what may be in error."""
        return self.technical_wh if self.meter_wh is None else self.technical_wh - self.meter_wh

    def band_wh(self, share: float) -> tuple[Float, Float]:
        """Return the middle of the technical loss's band and half its width, (days,); ``share``: if none is given.

        The band is one of shares; in the middle it is the lines that lose more or less, never the meters.
        """
        low = self.technical_wh * (1 - share) if self.technical_low_wh is None else self.technical_low_wh
        high = self.technical_wh * (1 + share) if self.technical_high_wh is None else self.technical_high_wh
        times = np.divide(
            (low + high) / 2, self.technical_wh, out=np.ones_like(low), where=self.technical_wh > 0
        )
        return self.technical_wh + (times - 1) * self.line_wh, (high - low) / 2

    def told(self, name: str) -> Int64:
        """Return ``voltage_area`` or ``voltage_phase``, `UNTOLD` where it was not given."""
        column: Int64 | None = getattr(self, name)
        return np.full(len(self), UNTOLD, dtype=np.int64) if column is None else column

    @property
    def sold_wh(self) -> Float:
        """(days,): what is known of the customers, what is not known counts as nothing."""
        return np.asarray(np.nansum(self.use_wh, axis=0), np.float64)

    @property
    def residual_wh(self) -> Float:
        """(days,): 管理线损 of each day: supply and feed-in, less sold, fed back and technical loss; nan: unknown."""
        feed = np.nansum(self.feed_wh[self.counted], axis=0)
        return np.asarray(self.supply_wh + feed - self.sold_wh - self.back_wh - self.technical_wh, np.float64)

    def residual_by_phase_wh(self) -> Float:
        """(3, days): the same by phase of the archive; technical loss is split by the squares of the phases' energy.

        Customers of unknown phase count in none; energy fed back is not split, so that it lies in no phase.
        """
        squares = self.phases_wh**2
        total = squares.sum(axis=0)
        share = np.divide(squares, total, out=np.full_like(squares, 1 / 3), where=total > 0)
        net = np.nan_to_num(self.use_wh) - np.where(self.counted[:, None], np.nan_to_num(self.feed_wh), 0)
        on = (self.phase[:, None] == np.arange(3)) + (self.phase == THREE_PHASES)[:, None] / 3
        return np.asarray(self.phases_wh - on.T @ net - share * self.technical_wh, np.float64)


@dataclass(frozen=True, slots=True)
class StationDays:
    """The areas of a station over the same days.

    Attributes:
        areas: one by one, with the same number of days.
        first_day: the first of the days, since 1970-01-01.
        month: how many of the last days are judged; those before are history.

    Raises:
        WrongColumn: the areas have different days, or the month is longer than all of them.
    """

    areas: tuple[AreaDays, ...]
    first_day: int
    month: int

    def __post_init__(self) -> None:
        if len({area.days for area in self.areas}) > 1:
            raise WrongColumn("areas: all of a station need the same days")
        if self.areas and not 0 < self.month <= self.areas[0].days:
            raise WrongColumn(f"month: 1 to {self.areas[0].days} days, got {self.month}")

    def judged(self, area: int) -> bool:
        """Return whether any of the judged days of an area has a loss to judge."""
        return bool((~np.isnan(self.areas[area].residual_wh[-self.month :])).any())

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return self.areas[0].days if self.areas else 0
