"""The form of a price sheet: for which days, from which document, and its table as a file or pasted."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.base.forms import DayInput, PeriodField
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.billing.sheets import reading
from diansuo.office.billing.sheets.documents import Publication

LARGEST_FILE_BYTES = 5 * 2**20
SUFFIXES = (".xlsx", ".csv")


class TableForm(forms.Form):
    """A table of prices as a file or pasted; cleaning reads it, so that a wrong one is refused on the spot."""

    file = forms.FileField(label=_("价格表文件"), required=False, help_text=_("xlsx 或 csv"))
    table = forms.CharField(
        label=_("或粘贴表格"),
        required=False,
        max_length=reading.LARGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("从电子表格复制，带表头：价格项目、计价方式、电压等级、价格"),
    )

    def clean(self) -> dict[str, Any]:
        """Read the table that came with the form into ``prices``."""
        given = super().clean() or {}
        file, table = given.get("file"), given.get("table", "").strip()
        if bool(file) == bool(table):
            raise ValidationError(_("价格表文件和粘贴的表格，二者给一个"))
        try:
            stated = self._from_file(file) if file else reading.read_pasted(table)
        except SheetRefused as problem:
            raise ValidationError(str(problem)) from problem
        if stated.problems:
            raise ValidationError(
                [
                    _("%(file)s 第%(row)d行 %(column)s“%(value)s”：%(reason)s；%(remedy)s")
                    % {
                        "file": file.name if file else _("粘贴的表格"),
                        "row": one.row,
                        "column": one.column,
                        "value": one.value,
                        "reason": one.reason,
                        "remedy": one.remedy,
                    }
                    for one in stated.problems[:20]
                ]
            )
        given["prices"] = stated.prices
        return given

    def _from_file(self, upload: Any) -> reading.Stated:
        suffix = Path(upload.name).suffix.lower()
        if suffix not in SUFFIXES:
            raise ValidationError(_("只认 xlsx 和 csv 文件"))
        if upload.size > LARGEST_FILE_BYTES:
            raise ValidationError(_("文件太大：一张价格表用不着这么大"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sheet{suffix}"
            with path.open("wb") as stream:
                for chunk in upload.chunks():
                    stream.write(chunk)
            return reading.read_file(path, upload.name)


class SheetForm(TableForm):
    """What one person proposes."""

    field_order = ("month", "document", "clause", "published", "url", "doubt", "file", "table")
    month = PeriodField(label=_("执行月份"), help_text=_("公布的价格按自然月执行"))
    document = forms.CharField(
        label=_("依据文件"), max_length=200, help_text=_("公告的名称，如“关于2026年3月代理购电价格的公告”")
    )
    clause = forms.CharField(label=_("条款或附表"), max_length=80, required=False)
    published = forms.DateField(label=_("公布日期"), widget=DayInput, required=False)
    url = forms.URLField(label=_("网址"), max_length=300, required=False, assume_scheme="https")
    doubt = forms.CharField(
        label=_("没有核对的理由"),
        max_length=200,
        required=False,
        help_text=_("与公告原文核对过的留空；没有核对的写明，账单上会标“未核对”"),
    )

    def publication(self, place: str) -> Publication:
        """Return where and for when the prices were published."""
        given = self.cleaned_data
        return Publication(
            place=place,
            from_date=first_day(given["month"]),
            to_date=first_day(next_month(given["month"])),
            document=given["document"],
            clause=given["clause"],
            published=given["published"],
            url=given["url"],
            doubt=given["doubt"],
        )
