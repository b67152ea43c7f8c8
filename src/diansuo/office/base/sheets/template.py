"""The empty file to fill in: headings, one example row, drop-downs, and a sheet that explains each column."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.write import CREATED, sheet_title

ROWS = 5000
_LISTED_AT_MOST = 40


def template_xlsx(title: str, columns: Sequence[Column]) -> bytes:
    """Return the import template of a kind of file."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": CREATED, "title": title})
        needed = workbook.add_format(
            {"bold": True, "bg_color": "#0B6B4B", "font_color": "#FFFFFF", "border": 1}
        )
        optional = workbook.add_format({"bold": True, "bg_color": "#E6F2EC", "border": 1})
        text = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet(sheet_title(title))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(12, 2 * len(column.heading) + 2), text)
            sheet.write_string(0, place, column.heading, needed if column.required else optional)
            sheet.write_string(1, place, column.example, text)
        _explain(workbook, columns, optional)
        _offer(workbook, sheet, columns)
    return stream.getvalue()


def _offer(workbook: Workbook, sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Give the columns of choices a drop-down; the choices stand in a hidden sheet, for a list in the rule itself
    holds 255 characters at most.
    """
    offered = {place: list(column.listed or column.choices or ()) for place, column in enumerate(columns)}
    offered = {place: choices[:_LISTED_AT_MOST] for place, choices in offered.items() if choices}
    if not offered:
        return
    name = sheet_title(_("选项"))
    lists = workbook.add_worksheet(name)
    lists.hide()
    for at, (place, choices) in enumerate(offered.items()):
        for row, choice in enumerate(choices):
            lists.write_string(row, at, choice)
        first, last = (xl_rowcol_to_cell(row, at, True, True) for row in (0, len(choices) - 1))
        rule = {"validate": "list", "source": f"='{name}'!{first}:{last}", "error_type": "warning"}
        sheet.data_validation(1, place, ROWS, place, rule)


def _explain(workbook: Workbook, columns: Sequence[Column], heading: Format) -> None:
    sheet = workbook.add_worksheet(sheet_title(_("填写说明")))
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
        ColumnKind.MOMENT: _("日期和时刻，如 2024-08-01 02:10:05"),
        ColumnKind.MONTH: _("年月，如 202408"),
        ColumnKind.CHOICE: _("选项"),
    }
    for row, column in enumerate(columns, start=1):
        aliases = "、".join(name for name in column.names()[1:])
        for place, text in enumerate(
            (
                column.heading,
                _("是") if column.required else "",
                kinds[ColumnKind(column.kind)],
                aliases,
                str(column.help),
            )
        ):
            sheet.write_string(row, place, text)
