"""What the meters show at 0:00 of each day: cumulative energy, before the multiplier, as far as their digits reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diansuo.sandbox.energy import Energy
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import GATE_MULTIPLIER, Layout

Int64 = npt.NDArray[np.int64]
REGISTER_END_WH = 10**9
STEP_WH = 10
# kvarh a kWh of the customers in two parts, in turn: power factors from 0.97 down to 0.83.
REACTIVE_SHARES = (0.33, 0.48, 0.25, 0.40, 0.67)


@dataclass(slots=True)
class Registers:
    """Wh, int64 (rows, days + 1): customers by column of the layout, masters by area, gates by feeder."""

    total: Int64
    peak: Int64
    valley: Int64
    back: Int64
    master: Int64
    master_back: Int64
    phases: Int64
    gate: Int64
    gate_back: Int64
    own_flat: Int64
    own_reactive: Int64
    finals: dict[int, dict[str, int]]
    """Of each exchanged meter by column: what it showed when it was taken down, by register (总, 峰, 谷, 反)."""


def run_up(random: np.random.Generator, layout: Layout, energy: Energy, faults: list[Fault]) -> Registers:
    """Return the registers; the first customer's and those of the fault 电能表翻转 pass their end."""
    count = len(layout.use)
    start = random.integers(100_000, 9_000_000, count) * STEP_WH
    own = energy.forward.sum(axis=1) / layout.multiplier
    for column in (0, *(fault.customer for fault in faults if fault.kind == "电能表翻转")):
        start[column] = REGISTER_END_WH - int(own[column] / 2) // STEP_WH * STEP_WH
    start_valley = start * 4 // 100 * STEP_WH
    total = _cumulate(energy.forward, layout.multiplier, start)
    valley = _cumulate(energy.valley, layout.multiplier, start_valley)
    for fault in faults:
        if fault.kind == "时钟偏差":
            total[fault.customer, 1:] -= (
                np.rint(energy.late[fault.customer] / STEP_WH).astype(np.int64) * STEP_WH
            )
            valley[fault.customer, 1:] -= _late_valley(energy, fault.customer)
    back = _cumulate(energy.backward, layout.multiplier, start * 0)
    finals = {
        fault.customer: _exchange(fault.customer, fault.from_day, total, valley, back)
        for fault in faults
        if fault.kind == "换表"
    }
    own_flat, own_reactive = _two_part(layout, energy, total, valley, start)
    masters, gates = layout.master_multiplier, np.full(layout.feeders, GATE_MULTIPLIER)
    begin = random.integers(10_000, 900_000, (layout.areas, 5)) * STEP_WH
    ahead = random.integers(10_000, 900_000, (layout.feeders, 2)) * STEP_WH
    phases = [_cumulate(energy.phases[:, at], masters, begin[:, 2 + at]) for at in range(3)]
    return Registers(
        total=total % REGISTER_END_WH,
        peak=_peak(layout, total, valley, own_flat) % REGISTER_END_WH,
        valley=valley % REGISTER_END_WH,
        back=back,
        master=_cumulate(energy.master, masters, begin[:, 0]) % REGISTER_END_WH,
        master_back=_cumulate(energy.master_back, masters, begin[:, 1] * 0),
        phases=np.stack(phases, axis=1) % REGISTER_END_WH,
        gate=_cumulate(energy.gate, gates, ahead[:, 0]) % REGISTER_END_WH,
        gate_back=_cumulate(energy.gate_back, gates, ahead[:, 1] * 0),
        own_flat=own_flat % REGISTER_END_WH,
        own_reactive=own_reactive % REGISTER_END_WH,
        finals=finals,
    )


def _two_part(
    layout: Layout, energy: Energy, total: Int64, valley: Int64, start: Int64
) -> tuple[Int64, Int64]:
    """Return flat and reactive registers of customers in two parts, (dedicated, days + 1).

    Their valley is rewritten to that of their price, so that peak, flat and valley add up to the total exactly.
    """
    own = slice(layout.padded, layout.padded + layout.dedicated)
    multiplier, began = layout.multiplier[own], start[own]
    valley[own] = _cumulate(energy.own_valley, multiplier, began * 3 // 10)
    peak = _cumulate(energy.own_peak, multiplier, began * 3 // 10)
    tangent = np.array(REACTIVE_SHARES)[np.arange(layout.dedicated) % len(REACTIVE_SHARES)]
    reactive = _cumulate(energy.forward[own] * tangent[:, None], multiplier, began // 3)
    return total[own] - peak - valley[own], reactive


def _peak(layout: Layout, total: Int64, valley: Int64, own_flat: Int64) -> Int64:
    peak = total - valley
    peak[layout.padded : layout.padded + layout.dedicated] -= own_flat
    return peak


def _exchange(column: int, day: int, total: Int64, valley: Int64, back: Int64) -> dict[str, int]:
    """Let a new meter count from nought from a day on; return the last registers of the old one."""
    final = {
        "总": int(total[column, day] % REGISTER_END_WH),
        "峰": int((total[column, day] - valley[column, day]) % REGISTER_END_WH),
        "谷": int(valley[column, day] % REGISTER_END_WH),
        "反": int(back[column, day] % REGISTER_END_WH),
    }
    for register in (total, valley, back):
        register[column, day:] -= register[column, day]
    return final


def _cumulate(energy_wh: npt.NDArray[np.float64], multiplier: Int64, start: Int64) -> Int64:
    running = np.zeros((len(energy_wh), energy_wh.shape[1] + 1))
    np.cumsum(energy_wh / multiplier[:, None], axis=1, out=running[:, 1:])
    np.floor(running / STEP_WH, out=running)
    return running.astype(np.int64) * STEP_WH + start[:, None]


def _late_valley(energy: Energy, column: int) -> Int64:
    """Return what of the late hours fell into the valley: the hours from 22:00, taken as two of three."""
    return np.rint(energy.late[column] * 2 / 3 / STEP_WH).astype(np.int64) * STEP_WH
