"""The parts of a zip, inflated piece by piece under a cap; what the zip says of its own sizes is checked, not believed.

Python's own reader stops at the size the directory states, a loader may read on: so the stream is inflated here to
its true end, and a part that is longer or shorter than stated is refused.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

CHUNK_BYTES = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")


@dataclass(slots=True)
class Allowance:
    """How many inflated bytes the whole workbook may still hold."""

    left_bytes: int


@dataclass(frozen=True, slots=True)
class PartCap:
    """How far one part may inflate: at most ``inflated_bytes``, and beyond ``free_bytes`` at most ``ratio`` fold."""

    inflated_bytes: int
    ratio: int
    free_bytes: int


def inflate(
    stream: IO[bytes], member: zipfile.ZipInfo, cap: PartCap, allowance: Allowance
) -> Iterator[bytes]:
    """Yield a part's bytes in pieces, to the true end of its packed data.

    Raises:
        SheetRefused: it inflates beyond its cap or the allowance, or is not what the directory says.
    """
    seen_bytes = checksum = 0
    for piece in _pieces(stream, member):
        seen_bytes += len(piece)
        allowance.left_bytes -= len(piece)
        checksum = zlib.crc32(piece, checksum)
        bomb = seen_bytes > cap.free_bytes and seen_bytes > cap.ratio * max(member.compress_size, 1)
        if bomb or seen_bytes > cap.inflated_bytes or allowance.left_bytes < 0:
            raise SheetRefused(
                _("文件解压后异常庞大（%(part)s）") % {"part": member.filename},
                _("把数据复制到新的工作簿，分成几个文件导入"),
            )
        yield piece
    if seen_bytes != member.file_size or checksum != member.CRC:
        raise _damaged(member)


def _pieces(stream: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    stream.seek(member.header_offset)
    header = stream.read(_LOCAL_HEADER.size)
    if len(header) != _LOCAL_HEADER.size:
        raise _damaged(member)
    signature, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
    if signature != b"PK\x03\x04":
        raise _damaged(member)
    stream.seek(name_bytes + extra_bytes, 1)
    packed_left = member.compress_size
    inflater = None if member.compress_type == zipfile.ZIP_STORED else zlib.decompressobj(-zlib.MAX_WBITS)
    while packed_left > 0:
        packed = stream.read(min(CHUNK_BYTES, packed_left))
        if not packed:
            raise _damaged(member)
        packed_left -= len(packed)
        if inflater is None:
            yield packed
        else:
            yield from _inflated(inflater, packed, member)
    if inflater is not None and not inflater.eof:
        raise _damaged(member)


def _inflated(inflater: zlib._Decompress, packed: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        while packed:
            if inflater.eof:
                raise _damaged(member)
            piece = inflater.decompress(packed, CHUNK_BYTES)
            packed = inflater.unconsumed_tail or inflater.unused_data
            if piece:
                yield piece
        # Output held back by the limit on its size when the input ended exactly there.
        while not inflater.eof and (piece := inflater.decompress(b"", CHUNK_BYTES)):
            yield piece
    except zlib.error as problem:
        raise _damaged(member) from problem


def _damaged(member: zipfile.ZipInfo) -> SheetRefused:
    return SheetRefused(
        _("文件内容损坏（%(part)s）") % {"part": member.filename},
        _("用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入"),
    )
