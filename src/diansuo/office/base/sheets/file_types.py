"""What a file is by its first bytes, so that a wrong one is refused by its right name."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

HEAD_BYTES = 64 * 1024
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
_WEB_PAGE = (b"<html", b"<!doctype html", b"<table", b"<meta")
TEXT_SUFFIXES = (".csv", ".txt")


def kind_of_file(path: Path, filename: str) -> str:
    """Return ``xlsx`` or ``csv``: what the name says, once the content agrees.

    Raises:
        SheetRefused: the file is empty, of another type, or its content is not what its name says.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    suffix = Path(filename).suffix.lower()
    if not head:
        raise SheetRefused(_("文件是空的"), _("重新导出该文件"), filename)
    if suffix != ".xlsx" and suffix not in TEXT_SUFFIXES:
        raise SheetRefused(
            _("不支持 %(suffix)s 文件") % {"suffix": suffix or _("无扩展名")},
            _("另存为 .xlsx 或 .csv 后再导入"),
            filename,
        )
    wrong = _wrong_content(head)
    if wrong:
        raise SheetRefused(*wrong, filename)
    if suffix == ".xlsx" and not head.startswith(_ZIP):
        raise SheetRefused(
            _("扩展名是 xlsx，内容却是文本"), _("把扩展名改为 .csv，或在 Excel 中另存为 .xlsx"), filename
        )
    if suffix != ".xlsx" and head.startswith(_ZIP):
        raise SheetRefused(
            _("扩展名是 csv，内容却是 Excel 工作簿"), _("把扩展名改为 .xlsx 后再导入"), filename
        )
    return "xlsx" if suffix == ".xlsx" else "csv"


def _wrong_content(head: bytes) -> tuple[str, str] | None:
    if head.startswith(_COMPOUND):
        # Excel wraps an encrypted workbook into the old compound file, in a stream of this name.
        if "EncryptedPackage".encode("utf-16-le") in head:
            return _("文件已加密"), _("去掉打开密码后再导入")
        return _("这是旧版 Office 文件（xls、doc）"), _(
            "用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再导入"
        )
    if head.startswith(_PICTURES):
        return _("这是图片，不是表格"), _("导出 .xlsx 或 .csv 后再导入")
    if head.startswith(b"%PDF"):
        return _("这是 PDF，不是表格"), _("导出 .xlsx 或 .csv 后再导入")
    if head[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_WEB_PAGE):
        return _("这是网页，不是表格"), _("用 Excel 打开后另存为“Excel 工作簿(*.xlsx)”再导入")
    return None
