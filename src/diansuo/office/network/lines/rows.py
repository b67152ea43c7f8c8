"""A readable row of a list of lines, whichever lines they are: whose segment it is, and what it must be like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from diansuo.core.network.conductor_names import canonical
from diansuo.office.base.imports.rows import RowRefused

CONDUCTOR, LENGTH, NUMBER, UPPER = "导线型号", "长度", "线段编号", "上级线段"
"""Headings that refusals name."""
LONGEST_NUMBER: Final = 40
_BETWEEN: Final = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose lines they are: an area or a feeder of the archive, and a station it belongs to."""

    pk: int
    station_id: int | None


@dataclass(frozen=True, slots=True)
class Words:
    """What refusals say of one sort of lines.

    Attributes:
        owner: heading of the column that names whose lines they are.
        hung: heading of the column that names what hangs at an end.
        unknown_owner: the archive has none of this number; with the remedy.
        several_owners: several companies have one; with the remedy.
        unknown_hung: the archive does not have what hangs there; with the remedy.
        hung_twice: it hangs on several segments; with the remedy.
        no_upper: what to do where the segment above is not on the list.
        circle: segments that lead nowhere.
        whole: another row keeps this one from being imported.
        longest_m: the longest segment that is believed.
    """

    owner: str
    hung: str
    unknown_owner: tuple[Promise, Promise]
    several_owners: tuple[Promise, Promise]
    unknown_hung: tuple[Promise, Promise]
    hung_twice: tuple[Promise, Promise]
    no_upper: Promise
    circle: Promise
    whole: Promise
    longest_m: int


@dataclass(frozen=True, slots=True)
class Row:
    """A readable row of a list; ``hung`` names what hangs at its end, as the list has it."""

    sheet: str
    line: int
    owner: str
    owner_id: int
    number: str
    upper: str
    phase: str
    conductor: str
    length_cm: int
    hung: tuple[str, ...]


def row_of(
    sheet: str,
    line: int,
    cells: dict[str, Any],
    *,
    owners: Mapping[str, Sequence[Owner]],
    known: Mapping[str, complex],
    words: Words,
) -> Row:
    """Return what a row's cells say.

    Raises:
        RowRefused: whose lines, of which conductor, or how long is not clear.
    """
    if not cells["owner"]:
        raise RowRefused(words.owner, "", _("没有填是哪条线路"), _("填线路名称，或填线路编号"))
    found = owners.get(cells["owner"], [])
    if len(found) != 1:
        reason, remedy = words.several_owners if found else words.unknown_owner
        raise RowRefused(words.owner, cells["owner"], str(reason), str(remedy))
    conductor = canonical(cells["conductor"], known)
    if conductor is None:
        raise RowRefused(
            CONDUCTOR, cells["conductor"], _("导线参数表里没有这种导线"),
            _("写成 JKLYJ-70、YJLV-4×70 这样的型号；新型号在规则库 national/network/conductors 中补充"),
        )  # fmt: skip
    if len(cells["number"]) > LONGEST_NUMBER:
        raise RowRefused(NUMBER, cells["number"], _("线段编号太长"), _("写短一些"))
    return Row(
        sheet, line, cells["owner"], found[0].pk, cells["number"], cells["upper"] or "",
        cells.get("phase") or "ABC", conductor, _centimetres(cells["length"], words.longest_m),
        tuple(dict.fromkeys(one for one in _BETWEEN.split(cells["hung"] or "") if one)),
    )  # fmt: skip


def _centimetres(metres: Decimal, longest_m: int) -> int:
    moved = metres.scaleb(2)
    if not 0 <= metres <= longest_m:
        raise RowRefused(
            LENGTH, metres, _("线段长度应在 0 到 %(most)d 米之间") % {"most": longest_m}, _("以米填写")
        )
    if moved != moved.to_integral_value():
        raise RowRefused(LENGTH, metres, _("应为至多%(places)d位小数的数") % {"places": 2}, _("以米填写"))
    return int(moved)
