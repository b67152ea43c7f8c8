"""The registers of a freeze table made exact Wh; what cannot be a register gets a refusal."""

from __future__ import annotations

from typing import Final

import polars as pl
from django.utils.translation import gettext as _

from diansuo.office.metering.importing.freeze_sheet import COLUMNS, REGISTER_COLUMNS
from diansuo.office.metering.importing.placing import refuse

REGISTERS: Final = tuple(column.field for column in REGISTER_COLUMNS)
_NUMBER: Final = r"^(\d{1,9})(?:\.(\d{1,6}))?$"


def valued(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the registers in Wh as ``<field>_value`` to placed rows, and refuse what is none.

    Decimals beyond 0.001 kWh are rounded half away from zero: a register finer than a Wh does not exist in this system.
    """
    return _refuse_registers(frame.with_columns(_wh(field).alias(f"{field}_value") for field in REGISTERS))


def _wh(field: str) -> pl.Expr:
    """Exact Wh of a text in kWh, null where it is empty or not a register."""
    text = pl.col(field).str.replace_all(",", "", literal=True)
    whole = text.str.extract(_NUMBER, 1).cast(pl.Int64)
    millionths = text.str.extract(_NUMBER, 2).fill_null("").str.pad_end(6, "0").cast(pl.Int64)
    return pl.when(text == "").then(None).otherwise(whole * 1000 + (millionths + 500) // 1000)


def _refuse_registers(frame: pl.DataFrame) -> pl.DataFrame:
    total = REGISTERS[0]
    frame = refuse(frame, COLUMNS, pl.col(total) == "", total, _("必填列为空"), _("补填正向有功总示数"))
    for field in REGISTERS:
        bad = (pl.col(field) != "") & pl.col(f"{field}_value").is_null()
        frame = refuse(frame, COLUMNS, bad, field, _("不是示数"), _("只填非负数字，如 1234.56"))
        if field != "demand_w":
            over = pl.col(f"{field}_value") >= pl.col("limit_wh")
            frame = refuse(frame, COLUMNS, over, field, _("超过表计位数"), _("核对示数与抄表位数"))
    return frame
