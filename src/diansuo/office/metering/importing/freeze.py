"""The import kind ``freeze``: daily freezes into the lake, compared row by row with what the lake holds."""

from __future__ import annotations

from typing import Final

import polars as pl
from django.utils.translation import gettext_lazy

from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.metering import lake
from diansuo.office.metering.days import running
from diansuo.office.metering.importing.freeze_sheet import COLUMNS
from diansuo.office.metering.importing.freeze_values import REGISTERS, valued
from diansuo.office.metering.importing.intervals import IntervalTable, plan_of
from diansuo.office.metering.models import LakeFile

TABLE: Final = IntervalTable(
    columns=COLUMNS,
    keys=(),
    values=REGISTERS,
    valued=valued,
    kind=lake.FREEZE,
    read=lake.read_freeze_frame,
    change=pl.format(
        "PAP_R {} → {} Wh", pl.col("active_total_wh_held").fill_null(0), pl.col("active_total_wh_value")
    ),
)


def plan(source: Source) -> Plan:
    """Say what a freeze table would put into the lake, row by row.

    Raises:
        SheetRefused: not a freeze table.
    """
    return plan_of(TABLE, source)


FREEZE = Kind(
    name="freeze",
    title=gettext_lazy("日冻结电量"),
    columns=COLUMNS,
    plan=plan,
    made=(LakeFile,),
    blockers=lambda _batch: [],
    suffixes=(".csv", ".parquet", ".xlsx"),
    after_withdrawal=lake.remove_unlisted,
    follow_up=running.follow_up,
)
