"""``diansuo calc powerflow``: the flow and the loss of a radial network in a MATPOWER file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diansuo.cli.imports import AsJson
from diansuo.cli.phase_rows import WORKBOOK
from diansuo.cli.say import Failure, say, say_json, t

if TYPE_CHECKING:
    from diansuo.cli.matpower_grid import Named
    from diansuo.core.powerflow import Flow, NoFlow

HELP = t(
    "辐射状电网潮流与理论线损（MATPOWER 算例，或三相线段 csv、xlsx）。例：diansuo calc powerflow case33bw.m --json",
    "Power flow and loss of a radial network: a MATPOWER case, or a csv or xlsx of three-phase segments. "
    "Example: diansuo calc powerflow case33bw.m --json",
)


class Reading(StrEnum):
    """How r and x are meant."""

    FILE = "file"
    PU = "pu"


Impedance = Annotated[
    Reading,
    typer.Option(
        help=t(
            "r、x 的含义：file 按文件自己的换算，pu 按标幺值",
            "what r and x are: file as the file converts them, pu per unit",
        )
    ),
]
BaseMva = Annotated[
    float | None, typer.Option(help=t("标幺值的基准容量（MVA）", "base of the per unit values, MVA"))
]


PhaseV = Annotated[
    float,
    typer.Option(min=1, help=t("三相线段：电源相电压（V）", "segments: phase voltage of the source, V")),
]
RatedKva = Annotated[
    float | None,
    typer.Option(
        min=0.1, help=t("三相线段：配变容量（kVA），Dyn", "segments: a Dyn transformer's rating, kVA")
    ),
]
LoadLoss = Annotated[
    float, typer.Option(min=0, help=t("三相线段：配变负载损耗（W）", "segments: its load loss at rating, W"))
]
ShortCircuit = Annotated[
    float, typer.Option(min=0, help=t("三相线段：短路阻抗（%）", "segments: its impedance voltage, %"))
]


def powerflow(
    file: Annotated[
        Path,
        typer.Argument(
            help=t("MATPOWER 算例（.m）或三相线段（.csv、.xlsx）", "a MATPOWER case, a csv or an xlsx")
        ),
    ],
    impedance: Impedance = Reading.FILE,
    impedance_base_mva: BaseMva = None,
    phase_v: PhaseV = 230.0,
    transformer_kva: RatedKva = None,
    load_loss_w: LoadLoss = 0.0,
    short_circuit_percent: ShortCircuit = 4.0,
    as_json: AsJson = False,
) -> None:
    """Solve one case."""
    if file.suffix.lower() in (".csv", WORKBOOK):
        from diansuo.cli import calc_three_phase

        head = calc_three_phase.Head(phase_v, transformer_kva, load_loss_w, short_circuit_percent)
        found = calc_three_phase.record(file, head)
        say_json(found) if as_json else calc_three_phase.show(found)
        return
    _balanced(file, impedance, impedance_base_mva, as_json)


def _balanced(file: Path, impedance: Reading, impedance_base_mva: float | None, as_json: bool) -> None:
    from diansuo.cli import matpower, matpower_grid
    from diansuo.core.powerflow import NoFlow, solve_balanced

    if (impedance is Reading.PU) != (impedance_base_mva is not None) or (impedance_base_mva or 1) <= 0:
        raise Failure(
            t(
                "--impedance pu 与 --impedance-base-mva（大于 0）要一起给",
                "--impedance pu and --impedance-base-mva (above 0) go together",
            )
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Failure(t(f"读不了文件 {file}", f"cannot read {file}")) from problem
    case = matpower.parse(text)
    named = matpower_grid.grid_of(case, impedance_base_mva)
    try:
        flow = solve_balanced(named.grid, named.load_va[None, :])
    except NoFlow as problem:
        raise Failure(_why(problem, named)) from problem
    record = _record(case.name, named, flow)
    if as_json:
        say_json(record)
    else:
        _show(record)


def _why(problem: NoFlow, named: Named) -> str:
    """Name the place by the file's numbers."""
    from diansuo.core import powerflow as core

    match problem:
        case core.LoopFound(branch=branch):
            ends = "-".join(
                str(named.bus[column[branch]]) for column in (named.grid.from_bus, named.grid.to_bus)
            )
            return t(
                f"支路 {ends} 使电网成环或连通两个电源；断开环上一条支路再算",
                f"branch {ends} closes a ring or joins two sources; open a branch of it",
            )
        case core.IslandFound(buses=buses):
            apart = "、".join(str(named.bus[each]) for each in buses)
            return t(
                f"母线 {apart} 没有电源；合上通向它们的支路再算",
                f"no source feeds bus {apart}; close a branch that leads there",
            )
        case core.Collapse(bus=bus):
            return t(
                f"母线 {named.bus[bus]} 电压崩溃：负荷超过线路能送的电力；核对阻抗与负荷的单位",
                f"the voltage collapses at bus {named.bus[bus]}: more load than the lines can carry; "
                "check the units of impedances and loads",
            )
        case core.NotConverged(bus=bus):
            return t(
                f"潮流不收敛，母线 {named.bus[bus]} 处最差；核对阻抗与负荷的单位",
                f"the flow does not converge, worst at bus {named.bus[bus]}; "
                "check the units of impedances and loads",
            )
    return str(problem)


def _record(name: str, named: Named, flow: Flow) -> dict[str, Any]:
    grid, per_unit = named.grid, abs(flow.voltage_v[0]) / named.base_v
    loss, sent = flow.loss_va[0] / 1e3, flow.sent_va[0] / 1e3
    return {
        "case": name,
        "loss_kw": float(loss.real.sum()),
        "loss_kvar": float(loss.imag.sum()),
        "v_min_pu": float(per_unit.min()),
        "v_min_bus": named.bus[int(per_unit.argmin())],
        "sweeps": int(flow.sweeps[0]),
        "sources": [
            {"bus": named.bus[bus], "p_kw": float(va.real / 1e3), "q_kvar": float(va.imag / 1e3)}
            for bus, va in zip(grid.source, flow.source_va[0], strict=True)
        ],
        "buses": [{"bus": bus, "v_pu": float(v)} for bus, v in zip(named.bus, per_unit, strict=True)],
        "branches": [
            {
                "from": named.bus[grid.from_bus[each]],
                "to": named.bus[grid.to_bus[each]],
                "closed": bool(grid.closed[each]),
                "p_kw": float(sent[each].real),
                "q_kvar": float(sent[each].imag),
                "current_a": float(flow.current_a[0, each]),
                "loss_kw": float(loss[each].real),
            }
            for each in range(len(grid.from_bus))
        ],
    }


def _show(record: dict[str, Any]) -> None:
    say(f"{record['case']}  loss_kw {record['loss_kw']:.3f}  loss_kvar {record['loss_kvar']:.3f}")
    at = t("母线", "bus")
    say(f"v_min_pu {record['v_min_pu']:.5f} ({at} {record['v_min_bus']})")
    for source in record["sources"]:
        title = t("电源", "source")
        say(f"{title} {source['bus']}: {source['p_kw']:.3f} kW, {source['q_kvar']:.3f} kvar")
    say(
        t(
            "  支路            有功 kW     无功 kvar      电流 A     损耗 kW",
            "  branch               kW          kvar           A     loss kW",
        )
    )
    for each in record["branches"]:
        place = f"{each['from']}-{each['to']}"
        if not each["closed"]:
            say(f"  {place:<12} {t('断开', 'open')}")
            continue
        say(
            f"  {place:<12} {each['p_kw']:>11.3f} {each['q_kvar']:>13.3f} {each['current_a']:>11.3f} "
            f"{each['loss_kw']:>11.4f}"
        )
