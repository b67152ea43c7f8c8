"""What is wrong with one list of lines: rings, islands, what hangs there and nobody knows, numbers written twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence

import numpy as np
from django.utils.translation import gettext as _

from diansuo.core.network.lines import BUSBAR, Segments, circle
from diansuo.office.base.imports.rows import RowRefused
from diansuo.office.network.lines.rows import NUMBER, UPPER, Row, Words


def problems(lines: Sequence[Row], known: Container[str], words: Words) -> dict[int, RowRefused]:
    """Return what is wrong by the row's place: the first problem of each."""
    wrong: dict[int, RowRefused] = {}
    times = Counter(row.number for row in lines)
    hung = Counter(name for row in lines for name in row.hung)
    numbers = {row.number: at for at, row in enumerate(lines)}
    for at, row in enumerate(lines):
        why = _own_problem(row, times, hung, numbers, words) or _unknown(row, known, words)
        if why is not None:
            wrong[at] = why
    if not wrong:
        upper = [numbers[row.upper] if row.upper else BUSBAR for row in lines]
        one = circle(_bare(upper))
        if one is not None:
            wrong[one] = RowRefused(UPPER, lines[one].upper, str(words.circle), _("核对这些线段的上级线段"))
    return wrong


def _own_problem(
    row: Row, times: Counter[str], hung: Counter[str], numbers: Mapping[str, int], words: Words
) -> RowRefused | None:
    if times[row.number] > 1:
        return RowRefused(NUMBER, row.number, _("线段编号重复"), _("每段一个编号"))
    if row.upper and row.upper not in numbers:
        return RowRefused(UPPER, row.upper, _("清单里没有上级线段"), str(words.no_upper))
    for name in row.hung:
        if hung[name] > 1:
            reason, remedy = words.hung_twice
            return RowRefused(words.hung, name, str(reason), str(remedy))
    return None


def _unknown(row: Row, known: Container[str], words: Words) -> RowRefused | None:
    for name in row.hung:
        if name not in known:
            reason, remedy = words.unknown_hung
            return RowRefused(words.hung, name, str(reason), str(remedy))
    return None


def _bare(upper: Sequence[int]) -> Segments:
    nothing = np.zeros(len(upper), dtype=np.complex128)
    return Segments(np.array(upper, dtype=np.int64), np.zeros(len(upper)), nothing, nothing)
