"""A MATPOWER case as the grid of the core: volt, ampere, ohm, watt; what a radial sweep cannot carry is refused."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np

from diansuo.cli.matpower import Case, Row
from diansuo.cli.say import Failure, t
from diansuo.core.powerflow import Grid
from diansuo.core.powerflow.balanced import Complex

LOAD, SOURCE, APART = 1, 3, 4


@dataclass(frozen=True, slots=True)
class Named:
    """A grid with the numbers its file gives to the buses, and its loads.

    Attributes:
        grid: for the core.
        bus: the file's number of each bus.
        base_v: V between conductors, for per unit.
        load_va: complex128 (buses,).
    """

    grid: Grid
    bus: tuple[int, ...]
    base_v: float
    load_va: Complex


def grid_of(case: Case, per_unit_base_mva: float | None = None) -> Named:
    """Return the grid.

    Args:
        case: as read.
        per_unit_base_mva: read r and x as per unit on this base, whatever the file does with them.

    Raises:
        Failure: names what of the case is not radial distribution, or is contradictory.
    """
    rows = [row for row in case.bus if row[1] != APART]
    number = {int(row[0]): index for index, row in enumerate(rows)}
    if len(number) != len(rows):
        raise Failure(t("母线编号重复", "two buses have one number"))
    base_v = _one_voltage(rows)
    for row in rows:
        if row[1] not in (LOAD, SOURCE):
            raise _unfit(f"母线 {row[0]:g} 的类型 {row[1]:g}", f"type {row[1]:g} of bus {row[0]:g}")
    unit_va = 1e3 if case.in_kilowatt else 1e6
    shunt = np.array([complex(row[4], row[5]) * 1e6 / base_v**2 for row in rows], dtype=np.complex128)
    source, voltage = _sources(case, rows, number, base_v)
    lines = [row for row in case.branch if {int(row[0]), int(row[1])} <= set(number)]
    _only_lines(case, lines)
    ohm = _ohm(case, base_v, per_unit_base_mva)
    for row in lines:  # half of the charging (b) at each end
        if row[10]:
            for end in row[:2]:
                shunt[number[int(end)]] += 0.5j * row[4] * case.base_mva * 1e6 / base_v**2
    grid = Grid(
        from_bus=np.array([number[int(row[0])] for row in lines], dtype=np.int64),
        to_bus=np.array([number[int(row[1])] for row in lines], dtype=np.int64),
        closed=np.array([row[10] > 0 for row in lines], dtype=np.bool_),
        impedance_ohm=np.array([complex(row[2], row[3]) * ohm for row in lines], dtype=np.complex128),
        source=source,
        source_voltage_v=voltage,
        shunt_siemens=shunt,
    )
    load = np.array([complex(row[2], row[3]) * unit_va for row in rows], dtype=np.complex128)
    return Named(grid, tuple(number), base_v, load)


def _one_voltage(rows: list[Row]) -> float:
    levels = {row[9] for row in rows}
    if len(levels) != 1 or min(levels) <= 0:
        raise _unfit("一个以上电压等级", "more than one voltage level, or none")
    return levels.pop() * 1e3


def _ohm(case: Case, base_v: float, per_unit_base_mva: float | None) -> float:
    if per_unit_base_mva is not None:
        return base_v**2 / (per_unit_base_mva * 1e6)
    return 1.0 if case.in_ohm else base_v**2 / (case.base_mva * 1e6)


def _sources(
    case: Case, rows: list[Row], number: dict[int, int], base_v: float
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Complex]:
    """Return the buses whose voltage is given, and that voltage, which stands with their generator."""
    share = {int(row[0]): row[5] for row in case.gen if row[7] > 0}
    found, voltage = [], []
    for row in rows:
        bus = int(row[0])
        if row[1] != SOURCE:
            if bus in share:
                raise _unfit(f"负荷母线 {bus} 上的发电机", f"a generator at load bus {bus}")
            continue
        if not share.get(bus, 0) > 0:
            raise Failure(t(f"电源母线 {bus} 没有投运的发电机", f"no generator in service at source {bus}"))
        found.append(number[bus])
        voltage.append(cmath.rect(share[bus] * base_v, math.radians(row[8])))
    if not found:
        raise Failure(t("没有电源母线（类型 3）", "no source: no bus of type 3"))
    return np.array(found, dtype=np.int64), np.array(voltage, dtype=np.complex128)


def _only_lines(case: Case, lines: list[Row]) -> None:
    known = {int(row[0]) for row in case.bus}
    for row in case.branch:
        if not {int(row[0]), int(row[1])} <= known:
            raise Failure(
                t(
                    f"支路 {row[0]:g}-{row[1]:g} 的母线不存在",
                    f"branch {row[0]:g}-{row[1]:g} names a bus that is not there",
                )
            )
    for row in lines:
        if row[8] not in (0, 1) or row[9]:
            place = f"{row[0]:g}-{row[1]:g}"
            raise _unfit(f"支路 {place} 的变比", f"the ratio of branch {place}")


def _unfit(chinese: str, english: str) -> Failure:
    return Failure(t(f"辐射状潮流不支持：{chinese}", f"not for a radial sweep: {english}"))
