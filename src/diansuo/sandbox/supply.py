"""An area over some days: its flows by the hour, or by the quarter where curves are kept, noted as energy."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from diansuo.sandbox.energy import Energy, Kept
from diansuo.sandbox.layout import Array
from diansuo.sandbox.network import Carried, Lines, carry, source_volt

QUARTERS = 4
# How evenly power fills an hour: a meter's, within 0.7 to 1.3 of its mean; a master's, a tenth of that.
UNSTEADY, MASTER_STEADINESS = 0.3, 0.1


@dataclass(frozen=True, slots=True)
class Supply:
    """An area over some days: what its network takes is worked out, noted and, where wanted, kept."""

    energy: Energy
    lines: Lines
    swing: Array
    days: slice
    seed: int

    def carry(self, used: Array, metered: Array, unmetered: Array) -> Carried:
        """Return what the area takes by the hour; arguments are kW, (places, days, 24) and (days, 24)."""
        area, length = self.lines.area, self.days.stop - self.days.start
        of = [power.reshape(*power.shape[:-2], length * 24) for power in (used, metered, unmetered)]
        wanted = area in self.energy.kept and self.days.stop > self.energy.kept_from
        first = max(self.energy.kept_from - self.days.start, 0) * 24 if wanted else length * 24
        if area in self.energy.whole and wanted:
            before = self._flow(of[0][:, :first], of[2][:first], 0, 1)
            carried = _joined(before, self._quarters(*(power[..., first:] for power in of), first))
        else:
            carried = self._flow(of[0], of[2], 0, 1)
            if wanted:
                self._keep_master(carried, first)
        self._note(carried, length)
        return carried

    def _flow(self, used: Array, unmetered: Array, first: int, parts: int) -> Carried:
        """Return what is carried from an hour on, the hours in so many parts; meters' voltages where there are some."""
        at = self._at(first, used.shape[1], parts)
        return carry(self.lines, used, unmetered, self.swing, at, meters=parts > 1)

    def _at(self, first: int, count: int, parts: int) -> Array:
        """Return the middle of each instant in days."""
        return self.days.start + first / 24 + (np.arange(count) + 0.5) / (24 * parts)

    def _quarters(self, used: Array, metered: Array, unmetered: Array, first: int) -> Carried:
        """Let the hours' power differ by quarters, keep what that brings, and return it by the hour."""
        random = np.random.default_rng([self.seed, 20, self.lines.area, self.days.start])
        meters = self.lines.meters
        spread = random.uniform(1 - UNSTEADY, 1 + UNSTEADY, (meters, used.shape[1], QUARTERS))
        spread /= spread.mean(axis=2, keepdims=True)
        used, metered = (_spread(power[:meters], spread) for power in (used, metered))
        carried = self._flow(used, np.repeat(unmetered, QUARTERS), first, QUARTERS)
        self._keep(metered, carried.volt, carried)
        return _hourly(carried)

    def _keep_master(self, carried: Carried, first: int) -> None:
        """Keep quarters of a master without its meters': its hours, spread a little, at the hours' voltages."""
        random = np.random.default_rng([self.seed, 20, self.lines.area, self.days.start])
        hours = carried.master_kw.shape[1] - first
        spread = random.uniform(1 - UNSTEADY, 1 + UNSTEADY, (1, hours, QUARTERS))
        spread = 1 + MASTER_STEADINESS * (spread / spread.mean(axis=2, keepdims=True) - 1)
        area = self.lines.area
        swung = source_volt(area, self.swing, self._at(first, hours * QUARTERS, QUARTERS))
        swung -= np.repeat(source_volt(area, self.swing, self._at(first, hours, 1)), QUARTERS)
        volt = np.repeat(carried.master_volt[:, first:], QUARTERS, axis=1)
        ampere = _spread(carried.master_ampere[:, first:], spread) * volt / (volt + swung)
        master = replace(
            carried,
            master_kw=_spread(carried.master_kw[:, first:], spread),
            master_volt=volt + swung,
            master_ampere=ampere,
        )
        self._keep(np.empty((0, hours * QUARTERS)), np.empty((0, 3, hours * QUARTERS)), master)

    def _keep(self, metered: Array, volt: Array, master: Carried) -> None:
        power = np.concatenate((metered, master.master_kw.sum(axis=0, keepdims=True)))
        volts = np.concatenate((volt, master.master_volt[None]))
        kept = Kept(*(part.astype(np.float32) for part in (power, volts, master.master_ampere)))
        self.energy.kept[self.lines.area].append(kept)

    def _note(self, carried: Carried, length: int) -> None:
        """Note what the master registers and what is lost, by day."""
        area, energy, total = self.lines.area, self.energy, carried.master_kw.sum(axis=0)

        def day(power: Array) -> Array:
            return power.reshape(*power.shape[:-1], length, 24).sum(axis=-1) * 1000

        energy.master[area, self.days] = day(np.maximum(total, 0))
        energy.master_back[area, self.days] = day(np.maximum(-total, 0))
        energy.phases[area, :, self.days] = day(np.maximum(carried.master_kw, 0))
        energy.technical[area, self.days] = day(carried.lost_kw)


def _spread(hours: Array, spread: Array) -> Array:
    return (hours[:, :, None] * spread).reshape(len(hours), QUARTERS * hours.shape[1])


def _hourly(carried: Carried) -> Carried:
    """Return the means of quarters; without the voltages at the meters, which have none."""
    parts = (getattr(carried, each.name) for each in fields(Carried) if each.name != "volt")
    means = (part.reshape(*part.shape[:-1], -1, QUARTERS).mean(axis=-1) for part in parts)
    return Carried(*means, volt=carried.volt[:0])


def _joined(earlier: Carried, later: Carried) -> Carried:
    parts = (
        np.concatenate((getattr(earlier, each.name), getattr(later, each.name)), axis=-1)
        for each in fields(Carried)
        if each.name != "volt"
    )
    return Carried(*parts, volt=later.volt)
