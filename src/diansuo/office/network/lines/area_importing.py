"""The import kind ``lines``: the low-voltage lines of areas; a list replaces an area's lines whole, or not at all."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.line_models import LineList, LinePoint, LineSegment
from diansuo.office.base.imports.kinds import Kind
from diansuo.office.network.lines import area_knowing, replacing
from diansuo.office.network.lines.area_columns import COLUMNS, WORDS

AREA_LINES: Final = replacing.Sort(
    owner="area",
    columns=COLUMNS,
    words=WORDS,
    owners=area_knowing.areas,
    known=area_knowing.customers,
    ends=area_knowing.points,
    remark=area_knowing.remark,
    left_out=area_knowing.left_out,
)
LINES: Final = Kind(
    name="lines",
    title=_("台区线路"),
    columns=COLUMNS,
    plan=partial(replacing.plan, sort=AREA_LINES),
    made=(LinePoint, LineSegment, LineList),
    blockers=partial(replacing.blockers, said=_("之后又导入了这些台区的线路（批次 %(batch)s），请先撤回它")),
    option_names=("station",),
)
