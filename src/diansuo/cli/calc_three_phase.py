"""``diansuo calc powerflow NETWORK.csv``: the flow of a low-voltage network whose phases differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from diansuo.cli import phase_table
from diansuo.cli.say import Failure, say, t
from diansuo.core.network.lines import phase_grid
from diansuo.core.powerflow import Collapse, IslandFound, NoFlow, PhaseFlow, PhaseGrid, solve_three_phase
from diansuo.core.powerflow.conductors import dyn_transformer


@dataclass(frozen=True, slots=True)
class Head:
    """What feeds the busbar: a phase's voltage, and behind it, where there is one, a Dyn transformer."""

    phase_v: float
    rated_kva: float | None = None
    load_loss_w: float = 0.0
    short_circuit_percent: float = 4.0


def record(file: Path, head: Head) -> dict[str, Any]:
    """Return the solved network as figures.

    Raises:
        Failure: the file or the network will not do; says where and what to do.
    """
    table = phase_table.read(file)
    grid = _with_head(phase_grid(table.segments, head.phase_v), head)
    segments = len(table.name)
    bus = np.repeat(np.arange(1, segments + 1), 3)
    drawn = table.load_va.reshape(1, -1)
    wanted = np.flatnonzero(drawn[0])
    phase = np.tile(np.arange(3), segments)
    try:
        flow = solve_three_phase(grid, bus[wanted], phase[wanted], np.ascontiguousarray(drawn[:, wanted]))
    except NoFlow as problem:
        raise _refusal(problem, file, table) from problem
    return _figures(file, head, table, flow)


def _with_head(grid: PhaseGrid, head: Head) -> PhaseGrid:
    if head.rated_kva is None:
        return grid
    buses = len(grid.shunt_siemens)
    try:
        ohm = dyn_transformer(
            head.rated_kva * 1e3, head.phase_v * 3**0.5, head.short_circuit_percent / 100, head.load_loss_w
        )
    except ValueError as problem:
        raise Failure(
            t(
                "负载损耗与短路阻抗对不上；核对 --load-loss-w、--short-circuit-percent、--transformer-kva",
                "the load loss does not fit the impedance voltage; check --load-loss-w, --short-circuit-percent "
                "and --transformer-kva",
            )
        ) from problem
    return replace(
        grid,
        from_bus=np.append(grid.from_bus, buses),
        to_bus=np.append(grid.to_bus, 0),
        impedance_ohm=np.concatenate((grid.impedance_ohm, ohm[None])),
        source=buses,
        shunt_siemens=np.append(grid.shunt_siemens, 0),
    )


def _refusal(problem: NoFlow, file: Path, table: phase_table.PhaseTable) -> Failure:
    """Name the place by the file's own numbers."""
    if isinstance(problem, IslandFound):
        first = problem.buses[0] - 1
        return Failure(
            t(
                f"{file.name} 第 {first + 2} 行 上级线段：线段 {table.name[first]} 绕成一圈，没有通到母线；改上级线段",
                f"{file.name} row {first + 2}, 上级线段: segment {table.name[first]} leads in a circle, not to the "
                "busbar; correct what it hangs on",
            )
        )
    at = getattr(problem, "bus", 0) - 1
    place = table.name[at] if 0 <= at < len(table.name) else t("母线", "the busbar")
    what = t("电压崩溃", "the voltage collapses") if isinstance(problem, Collapse) else t("不收敛", "no rest")
    return Failure(
        t(
            f"{file.name} 第 {at + 2} 行：线段 {place} 末端{what}：负荷超过线路能送的电力；核对阻抗、长度、负荷的单位",
            f"{file.name} row {at + 2}: {what} at the end of segment {place}: more load than the lines can carry; "
            "check the units of impedances, lengths and loads",
        )
    )


def _figures(file: Path, head: Head, table: phase_table.PhaseTable, flow: PhaseFlow) -> dict[str, Any]:
    count = len(table.name)
    per_unit = np.abs(flow.voltage_v[0, : count + 1]) / head.phase_v
    loss = flow.loss_va[0].real / 1e3
    sent = flow.voltage_v[0, table.segments.upper + 1] * flow.current_a[0, :count].conj() / 1e3
    lowest = per_unit.argmin(axis=0)
    names = ("", *table.name)
    given = flow.total.source_phase_va[0] / 1e3
    return {
        "case": file.stem,
        "loss_kw": float(loss.sum()),
        "loss_lines_kw": float(loss[:count].sum()),
        "loss_transformer_kw": float(loss[count:].sum()),
        "v_min_pu": {letter: float(per_unit[lowest[at], at]) for at, letter in enumerate("ABC")},
        "v_min_segment": {letter: names[lowest[at]] for at, letter in enumerate("ABC")},
        "source_kw": {letter: float(given[at].real) for at, letter in enumerate("ABC")},
        "source_kvar": {letter: float(given[at].imag) for at, letter in enumerate("ABC")},
        "neutral_a_max": float(flow.neutral_a[0, :count].max()),
        "sweeps": int(flow.total.sweeps[0]),
        "segments": [
            {
                "name": table.name[each],
                "p_kw": [float(va.real) for va in sent[each]],
                "q_kvar": [float(va.imag) for va in sent[each]],
                "current_a": [float(a) for a in np.abs(flow.current_a[0, each])],
                "neutral_a": float(flow.neutral_a[0, each]),
                "v_pu": [float(v) for v in per_unit[each + 1]],
                "loss_kw": float(loss[each]),
            }
            for each in range(count)
        ],
    }


def show(record: dict[str, Any]) -> None:
    """Print the figures as a table."""
    parts = t("其中线路、配变", "lines, transformer")
    say(
        f"{record['case']}  loss_kw {record['loss_kw']:.4f}  "
        f"({parts} {record['loss_lines_kw']:.4f}, {record['loss_transformer_kw']:.4f})"
    )
    for letter in "ABC":
        at = record["v_min_segment"][letter] or t("母线", "busbar")
        say(
            f"  {letter}  v_min_pu {record['v_min_pu'][letter]:.5f} ({at})  "
            f"{record['source_kw'][letter]:.4f} kW  {record['source_kvar'][letter]:.4f} kvar"
        )
    say(
        t(
            "  线段              A 相电流 A   B 相电流 A   C 相电流 A   零线电流 A    损耗 kW",
            "  segment                  A, A         B, A         C, A   neutral, A    loss kW",
        )
    )
    for each in record["segments"]:
        amperes = " ".join(f"{a:>12.3f}" for a in (*each["current_a"], each["neutral_a"]))
        say(f"  {each['name']:<12} {amperes} {each['loss_kw']:>10.4f}")
