"""The empty file to fill in: headings, one example row, drop-downs, and a sheet that explains each column."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from diansuo.office.base.sheets.columns import Column, ColumnKind

_CREATED = datetime.datetime(2024, 1, 1)  # noqa: DTZ001  (a workbook's own property has no zone)
ROWS = 5000
_LISTED_AT_MOST = 40


def template_xlsx(title: str, columns: Sequence[Column]) -> bytes:
    """Return the import template of a kind of file."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED, "title": title})
        needed = workbook.add_format({"bold": True, "bg_color": "#0B6B4B", "font_color": "#FFFFFF", "border": 1})
        optional = workbook.add_format({"bold": True, "bg_color": "#E6F2EC", "border": 1})
        text = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(12, 2 * len(column.heading) + 2), text)
            sheet.write_string(0, place, column.heading, needed if column.required else optional)
            sheet.write_string(1, place, column.example, text)
            choices = list(column.listed or list(column.choices or {}))
            if choices:
                rule = {"validate": "list", "source": choices[:_LISTED_AT_MOST], "error_type": "warning"}
                sheet.data_validation(1, place, ROWS, place, rule)
        _explain(workbook, columns, optional)
    return stream.getvalue()


def _explain(workbook: xlsxwriter.Workbook, columns: Sequence[Column], heading: object) -> None:
    sheet = workbook.add_worksheet(_("填写说明"))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 2, 12)
    sheet.set_column(3, 4, 48)
    for place, text in enumerate((_("列名"), _("必填"), _("格式"), _("也认得的列名"), _("说明"))):
        sheet.write_string(0, place, text, heading)
    kinds = {
        ColumnKind.TEXT: _("文本"),
        ColumnKind.ID: _("编号（文本）"),
        ColumnKind.INTEGER: _("整数"),
        ColumnKind.DECIMAL: _("数字"),
        ColumnKind.DATE: _("日期，如 2024-08-01"),
        ColumnKind.MONTH: _("年月，如 202408"),
        ColumnKind.CHOICE: _("选项"),
    }
    for row, column in enumerate(columns, start=1):
        aliases = "、".join(name for name in column.names()[1:])
        for place, text in enumerate(
            (column.heading, _("是") if column.required else "", kinds[column.kind], aliases, str(column.help))
        ):
            sheet.write_string(row, place, text)
