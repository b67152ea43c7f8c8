"""The import kind ``feeder_lines``: lines of 10 kV feeders; a list replaces a feeder's lines whole or not at all."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.line_models import LineArea, LineList, LineSegment
from diansuo.office.base.imports.kinds import Kind
from diansuo.office.network.lines import feeder_knowing, replacing
from diansuo.office.network.lines.feeder_columns import COLUMNS, WORDS

OF_FEEDERS: Final = replacing.Sort(
    owner="feeder",
    columns=COLUMNS,
    words=WORDS,
    owners=feeder_knowing.feeders,
    known=feeder_knowing.areas,
    ends=feeder_knowing.area_ids,
    remark=feeder_knowing.remark,
    left_out=feeder_knowing.left_out,
)
FEEDER_LINES: Final = Kind(
    name="feeder_lines",
    title=_("10千伏线路"),
    columns=COLUMNS,
    plan=partial(replacing.plan, sort=OF_FEEDERS),
    made=(LineArea, LineSegment, LineList),
    blockers=partial(replacing.blockers, said=_("之后又导入了这些线路的线段（批次 %(batch)s），请先撤回它")),
    option_names=("station",),
)
