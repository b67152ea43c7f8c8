"""Workbooks built part by part, plain or hostile, and a reader in a process of its own with little memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ADDRESS_SPACE = 1_536 * 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def text_row(number: int, *texts: str) -> str:
    """Return a row of texts, each within its cell."""
    cells = (
        f'<c r="{chr(64 + place)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for place, text in enumerate(texts, 1)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


HEADER = text_row(1, "用户编号", "用户名称")
FIRST = text_row(2, "0041", "张三")

# Reads a file as an import does and says how it ended; an abort of the process is the one thing it cannot say.
_READER = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from django.conf import settings
settings.configure(USE_I18N=False)
from pathlib import Path
from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import parse_columns, read_tables
columns = [Column("number", "用户编号", kind="id"), Column("name", "用户名称")]
try:
    tables = read_tables(Path(sys.argv[1]), sys.argv[2], columns, {{}})
except SheetRefused as refusal:
    assert refusal.reason and refusal.remedy
    print("refused:", refusal)
else:
    print("read:", sum(len(parse_columns(table, columns)) for table in tables))
"""


def sheet_xml(rows: str | Iterable[str], before: str = "", after: str = "") -> str:
    """Return a worksheet part with these rows."""
    body = rows if isinstance(rows, str) else "".join(rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}">{before}'
        f"<sheetData>{body}</sheetData>{after}</worksheet>"
    )


def parts(
    sheets: Mapping[str, str | bytes], targets: Mapping[str, str] | None = None
) -> dict[str, str | bytes]:
    """Return the parts of a workbook whose sheets are part -> XML; ``targets`` overrides how relations name them."""
    targets = targets or {}
    listed = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="r{number}"/>' for number, _ in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" '
        f'Target="{targets.get(part, part.removeprefix("xl/"))}"/>'
        for number, part in enumerate(sheets, 1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>',
        **sheets,
    }


def pack(path: Path, members: Mapping[str, str | bytes]) -> Path:
    """Write the parts into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def workbook(path: Path, rows: str | Iterable[str], before: str = "", after: str = "") -> Path:
    """Write a workbook of one sheet."""
    return pack(path, parts({"xl/worksheets/sheet1.xml": sheet_xml(rows, before, after)}))


def pour(path: Path, part: str, start: bytes, repeated: bytes, times: int, end: bytes = b"") -> Path:
    """Write a workbook one part of which is a bomb, never held whole in memory."""
    pack(path, parts({"xl/worksheets/sheet1.xml": sheet_xml(HEADER + FIRST)}))
    if part == "xl/worksheets/sheet1.xml":
        pack(path, {name: text for name, text in parts({part: ""}).items() if name != part})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(part, "w", force_zip64=True) as stream,
    ):
        stream.write(start)
        block = repeated * max(1, 1024 * 1024 // len(repeated))
        for _ in range(times * len(repeated) // len(block)):
            stream.write(block)
        stream.write(end)
    return path


def read_apart(path: Path, filename: str = "") -> str:
    """Read a file in a process with 1.5 GiB of address space; return how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", _READER.format(memory=ADDRESS_SPACE), str(path), filename or path.name],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"the reader died ({done.returncode}): {done.stderr[-800:]}"
    return done.stdout.strip()
