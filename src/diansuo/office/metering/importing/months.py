"""Which 电费年月 a reading list is for: what the user says, else its columns, else its file name (design §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import Table

_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.年]?(0[1-9]|1[0-2])(?:月|(?!\d))")


@dataclass(frozen=True, slots=True)
class ListMonth:
    """The month of a list: what the user said, what the file's name says (0 for neither), and the note about it."""

    given: int
    named: int
    note: str


def list_month(given: int | None, tables: list[Table], file_name: str) -> ListMonth:
    """Return the month a list is for; a row's own 电费年月 or 抄表日期 comes between the two.

    Raises:
        SheetRefused: nothing says it, or the file's name says two.
    """
    if given:
        return ListMonth(given, 0, _("电费年月 %(period)s（导入时指定）") % {"period": given})
    months = {int(year + month) for year, month in _IN_NAME.findall(file_name)}
    named = months.pop() if len(months) == 1 else 0
    for name, heading in (("period", _("电费年月")), ("read_date", _("抄表日期"))):
        if any(any(table.fields.get(name, ())) for table in tables):
            return ListMonth(0, named, _("电费年月取自“%(heading)s”列") % {"heading": heading})
    if named:
        return ListMonth(0, named, _("电费年月 %(period)s（取自文件名）") % {"period": named})
    raise SheetRefused(
        _("看不出是哪个电费年月的抄表数据"),
        _(
            "导入时指定电费年月（--period 2024-08），或加上“电费年月”列，或在文件名中写明，如 抄表数据_202408.xlsx"
        ),
        file_name,
    )
