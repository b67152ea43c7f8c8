"""What is wrong with the lines of one area: rings, islands, customers nobody knows, numbers written twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _

from diansuo.core.network.lines import BUSBAR, Segments, circle
from diansuo.office.base.imports.rows import RowRefused
from diansuo.office.network.lines.columns import CUSTOMERS, NUMBER, UPPER
from diansuo.office.network.lines.knowing import Holder

if TYPE_CHECKING:
    from diansuo.office.network.lines.importing import Row


def problems(lines: Sequence[Row], known: Mapping[str, Holder]) -> dict[int, RowRefused]:
    """Return what is wrong by the row's place: the first problem of each."""
    wrong: dict[int, RowRefused] = {}
    times = Counter(row.number for row in lines)
    hung = Counter(number for row in lines for number in row.customers)
    numbers = {row.number: at for at, row in enumerate(lines)}
    for at, row in enumerate(lines):
        why = _own_problem(row, times, hung, known, numbers)
        if why is not None:
            wrong[at] = why
    if not wrong:
        upper = [numbers[row.upper] if row.upper else BUSBAR for row in lines]
        one = circle(_bare(upper))
        if one is not None:
            wrong[one] = RowRefused(
                UPPER, lines[one].upper, _("线段首尾相接成环，接不到配变"), _("核对这些线段的上级线段")
            )
    return wrong


def _own_problem(
    row: Row,
    times: Counter[str],
    hung: Counter[str],
    known: Mapping[str, Holder],
    numbers: Mapping[str, int],
) -> RowRefused | None:
    if times[row.number] > 1:
        return RowRefused(NUMBER, row.number, _("线段编号重复"), _("每段一个编号"))
    if row.upper and row.upper not in numbers:
        return RowRefused(
            UPPER, row.upper, _("清单里没有上级线段"), _("补上该线段，或改正编号；从配变引出的不填")
        )
    for number in row.customers:
        if number not in known:
            return RowRefused(CUSTOMERS, number, _("档案中没有该用户"), _("先导入用户档案，或核对用户编号"))
        if hung[number] > 1:
            return RowRefused(CUSTOMERS, number, _("同一用户接在几段线上"), _("只留实际所接的一段"))
    return None


def remark(row: Row, known: Mapping[str, Holder]) -> str:
    """Say which customers of a row the archive has on another area; nothing where all are here."""
    said = []
    for number in row.customers:
        elsewhere = sorted({area_number for _point, _area, area_number in known[number].points})
        if elsewhere and row.area not in elsewhere:
            said.append(
                _("档案里 %(customer)s 挂在 %(area)s") % {"customer": number, "area": "、".join(elsewhere)}
            )
    return "；".join(said)


def _bare(upper: Sequence[int]) -> Segments:
    nothing = np.zeros(len(upper), dtype=np.complex128)
    return Segments(np.array(upper, dtype=np.int64), np.zeros(len(upper)), nothing, nothing)
