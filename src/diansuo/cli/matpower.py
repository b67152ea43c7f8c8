"""MATPOWER case files (.m) as columns: data only, and the two known conversions at their end; nothing is executed.

A file's last statements turn ohm into per unit and kW into MW; they are recognised word for word, and any other
statement is refused. Format: MATPOWER manual, appendix B, version 2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from diansuo.cli.say import Failure, t

Row = tuple[float, ...]
TABLES = {"bus": 13, "gen": 10, "branch": 11, "gencost": 0}
NAMED = re.compile(r"mpc\.(\w+)\s*=\s*(.+)", re.DOTALL)
# As they stand at the end of the files, without spaces.
TO_PER_UNIT = (
    "[PQ,PV,REF,NONE,BUS_I,BUS_TYPE,PD,QD,GS,BS,BUS_AREA,VM,VA,BASE_KV,ZONE,VMAX,VMIN,LAM_P,LAM_Q,MU_VMAX,MU_VMIN]=idx_bus",
    "[F_BUS,T_BUS,BR_R,BR_X,BR_B,RATE_A,RATE_B,RATE_C,TAP,SHIFT,BR_STATUS,PF,QF,PT,QT,MU_SF,MU_ST,ANGMIN,ANGMAX,"
    "MU_ANGMIN,MU_ANGMAX]=idx_brch",
    "Vbase=mpc.bus(1,BASE_KV)*1e3",
    "Sbase=mpc.baseMVA*1e6",
    "mpc.branch(:,[BR_RBR_X])=mpc.branch(:,[BR_RBR_X])/(Vbase^2/Sbase)",
)
TO_MEGAWATT = ("mpc.bus(:,[PD,QD])=mpc.bus(:,[PD,QD])/1e3",)


@dataclass(frozen=True, slots=True)
class Case:
    """What stands in a file.

    Attributes:
        name: of the case.
        base_mva: MVA.
        bus: rows of the table, 13 numbers or more each; so are gen and branch.
        gen: 10 or more.
        branch: 11 or more.
        in_ohm: r and x stand in Ω, not per unit.
        in_kilowatt: loads stand in kW, not MW.
    """

    name: str
    base_mva: float
    bus: tuple[Row, ...]
    gen: tuple[Row, ...]
    branch: tuple[Row, ...]
    in_ohm: bool
    in_kilowatt: bool


def parse(text: str) -> Case:
    """Read a case.

    Raises:
        Failure: names the line and what stands there.
    """
    name, tables, base, rest = "", {}, 0.0, []
    for line, statement in _statements(text):
        close = "".join(statement.split())
        if started := re.fullmatch(r"function\s+mpc\s*=\s*(\w+)", statement):
            name = started[1]
        elif close == "mpc.version='2'":
            continue
        elif (match := NAMED.fullmatch(statement)) and not rest and match[1] == "baseMVA":
            base = _number(match[2], line)
        elif match and not rest and match[1] in TABLES and match[1] not in tables:
            tables[match[1]] = _table(match[1], match[2], line)
        else:
            rest.append((line, statement, close))
    known = TO_PER_UNIT + TO_MEGAWATT
    if tuple(close for _, _, close in rest) not in ((), TO_PER_UNIT, known):
        at_end = zip_longest(rest, known[: max(len(rest), len(TO_PER_UNIT))])
        line, statement, _close = next(
            (said for said, expected in at_end if said and said[2] != expected), rest[-1]
        )
        raise _wrong(
            line, f"不认识的语句 {statement[:60]!r}", f"a statement that is not known, {statement[:60]!r}"
        )
    missing = [each for each in ("bus", "gen", "branch") if each not in tables]
    if missing or not base > 0:
        what = ", ".join(f"mpc.{each}" for each in (missing or ["baseMVA"]))
        raise Failure(t(f"文件缺少 {what}，不是 MATPOWER 算例", f"no {what}: this is no MATPOWER case"))
    in_ohm, in_kilowatt = bool(rest), len(rest) > len(TO_PER_UNIT)
    return Case(name, base, tables["bus"], tables["gen"], tables["branch"], in_ohm, in_kilowatt)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line it begins on, statement): comments gone, continued lines joined, brackets kept whole."""
    gathered, depth, began = "", 0, 0
    for line, raw in enumerate(text.splitlines(), start=1):
        code = raw.split("%", 1)[0].rstrip()
        continued = code.endswith("...")
        for sign in code.removesuffix("...") + ("" if continued else "\n"):
            depth += (sign in "[(") - (sign in "])")
            if sign in ";\n" and depth <= 0:
                if gathered.strip():
                    yield began, gathered.strip()
                gathered = ""
                continue
            if not gathered.strip():
                began = line
            gathered += sign
    if gathered.strip():
        raise _wrong(began, "方括号没有闭合", "a bracket is not closed")


def _table(name: str, text: str, line: int) -> tuple[Row, ...]:
    inside = re.fullmatch(r"\[(.*)\]", text, re.DOTALL)
    if not inside:
        raise _wrong(line, f"mpc.{name} 不是表", f"mpc.{name} is no table")
    rows = []
    for offset, piece in enumerate(inside[1].split("\n")):
        for part in piece.split(";"):
            if part.strip():
                rows.append(tuple(_number(each, line + offset) for each in part.replace(",", " ").split()))
                if len(rows[-1]) < TABLES[name]:
                    short = f"{len(rows[-1])} / {TABLES[name]}"
                    raise _wrong(
                        line + offset, f"mpc.{name} 列数不足 {short}", f"mpc.{name}: columns {short}"
                    )
    return tuple(rows)


def _number(text: str, line: int) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _wrong(line, f"{text.strip()[:40]!r} 不是数", f"{text.strip()[:40]!r} is no number")
    return number


def _wrong(line: int, chinese: str, english: str) -> Failure:
    return Failure(t(f"第 {line} 行：{chinese}", f"line {line}: {english}"))
