"""The registers of a freeze table made exact Wh; what cannot be a register gets a refusal."""

from __future__ import annotations

from typing import Final

import polars as pl
from django.utils.translation import gettext as _

from diansuo.office.metering.importing.exact import thousandths
from diansuo.office.metering.importing.freeze_sheet import COLUMNS, REGISTER_COLUMNS
from diansuo.office.metering.importing.placing import refuse

REGISTERS: Final = tuple(column.field for column in REGISTER_COLUMNS)


def valued(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the registers in Wh as ``<field>_value`` to placed rows, and refuse what is none.

    Decimals beyond 0.001 kWh are rounded half away from zero: a register finer than a Wh does not exist in this system.
    """
    total = REGISTERS[0]
    exact = {field: thousandths(frame[field], signed=False) for field in REGISTERS}
    frame = frame.with_columns(found.values.alias(f"{field}_value") for field, found in exact.items())
    nothing = exact[total].values.is_null() & ~exact[total].bad
    frame = refuse(frame, COLUMNS, nothing, total, _("必填列为空"), _("补填正向有功总示数"))
    for field, found in exact.items():
        frame = refuse(frame, COLUMNS, found.bad, field, _("不是示数"), _("只填非负数字，如 1234.56"))
        if field != "demand_w":
            over = pl.col(f"{field}_value") >= pl.col("limit_wh")
            frame = refuse(frame, COLUMNS, over, field, _("超过表计位数"), _("核对示数与抄表位数"))
    return frame
