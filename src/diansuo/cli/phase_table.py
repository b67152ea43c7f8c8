"""A three-phase network as a csv or xlsx: a row for each segment of a low-voltage line and what is drawn at its end.

Refusals name the file, the row, the column and what to do. Format: docs/rules/power-flow.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diansuo.cli.phase_rows import rows_of
from diansuo.cli.say import Failure, t
from diansuo.core.network.lines import BUSBAR, Segments
from diansuo.core.powerflow.three_phase import Complex

NAME, UPPER, LENGTH = "线段编号", "上级线段", "长度(m)"
OHM, NEUTRAL = ("电阻(Ω/km)", "电抗(Ω/km)"), ("零线电阻(Ω/km)", "零线电抗(Ω/km)")
DRAWN = tuple((f"{letter}相有功(kW)", f"{letter}相无功(kvar)") for letter in "ABC")
NEEDED = (NAME, UPPER, LENGTH, *OHM)
KNOWN = (*NEEDED, *NEUTRAL, *(name for pair in DRAWN for name in pair))


@dataclass(frozen=True, slots=True)
class PhaseTable:
    """What stands in a file.

    Attributes:
        name: of each segment.
        segments: for the core.
        load_va: complex128 (S, 3), at the end of each segment by phase.
    """

    name: tuple[str, ...]
    segments: Segments
    load_va: Complex


def read(file: Path) -> PhaseTable:
    """Read a network.

    Raises:
        Failure: names the file, row, column and what stands there.
    """
    heads, *cells = rows_of(file) or [[]]
    missing = [head for head in NEEDED if head not in heads]
    foreign = [head for head in heads if head not in KNOWN]
    if missing or foreign or len(set(heads)) != len(heads):
        what = "、".join(missing or foreign) or t("列名重复", "a heading stands twice")
        raise Failure(
            t(
                f"{file.name} 第 1 行：{'缺少列' if missing else '不认识的列'} {what}；可用的列：{'、'.join(KNOWN)}",
                f"{file.name} row 1: {'missing' if missing else 'unknown'} column {what}; columns: {', '.join(KNOWN)}",
            )
        )
    rows = [dict(zip(heads, [*row, *[""] * len(heads)], strict=False)) for row in cells]
    if not rows:
        raise Failure(
            t(f"{file.name} 没有线段；第 2 行起每行一段", f"{file.name} has no segment; one a row from row 2")
        )
    return _table(_Cells(file.name, rows))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The rows, and how a cell of them is read."""

    file: str
    rows: list[dict[str, str]]

    def wrong(self, row: int, column: str, chinese: str, english: str) -> Failure:
        """Return the refusal of a cell; rows count from 2, below the headings."""
        return Failure(
            t(
                f"{self.file} 第 {row + 2} 行 {column}：{chinese}",
                f"{self.file} row {row + 2}, {column}: {english}",
            )
        )

    def number(self, row: int, column: str, default: float | None = None, *, least: float = 0) -> float:
        """Return a figure, the default where the cell is empty."""
        text = self.rows[row].get(column, "")
        if not text and default is not None:
            return default
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not (math.isfinite(found) and found >= least):
            bound = "" if least == -math.inf else t("，不小于 0", ", 0 or more")
            raise self.wrong(
                row, column, f"{text!r} 不能用；填一个数{bound}", f"{text!r} will not do; a number{bound}"
            )
        return found


def _table(cells: _Cells) -> PhaseTable:
    names: dict[str, int] = {}
    for row, each in enumerate(cells.rows):
        if not each[NAME] or each[NAME] in names:
            raise cells.wrong(
                row,
                NAME,
                f"{each[NAME]!r} 空着或重复；每段一个编号",
                f"{each[NAME]!r} is empty or stands twice; give each segment its own",
            )
        names[each[NAME]] = row
    upper = np.full(len(names), BUSBAR, dtype=np.int64)
    ohm, back = np.empty((2, len(names)), dtype=np.complex128)
    length, load = np.empty(len(names)), np.zeros((len(names), 3), dtype=np.complex128)
    for row, each in enumerate(cells.rows):
        if each[UPPER] and each[UPPER] not in names:
            raise cells.wrong(
                row,
                UPPER,
                f"没有线段 {each[UPPER]!r}；改编号，接在母线上的留空",
                f"there is no segment {each[UPPER]!r}; correct it, empty where it hangs on the busbar",
            )
        upper[row] = names[each[UPPER]] if each[UPPER] else BUSBAR
        length[row] = cells.number(row, LENGTH)
        ohm[row] = complex(*(cells.number(row, column) for column in OHM))
        back[row] = complex(
            cells.number(row, NEUTRAL[0], ohm[row].real), cells.number(row, NEUTRAL[1], ohm[row].imag)
        )
        for phase, pair in enumerate(DRAWN):
            kilo = (cells.number(row, column, 0.0, least=-math.inf) for column in pair)
            load[row, phase] = complex(*kilo) * 1000
    return PhaseTable(tuple(names), Segments(upper, length, ohm, back), load)
