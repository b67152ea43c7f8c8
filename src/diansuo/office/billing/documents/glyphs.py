"""Which characters the embedded font can draw, and what stands in for those it cannot."""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

import noto_cjk_sans_otc

FONT_FOLDER: Final = Path(noto_cjk_sans_otc.__file__).parent
FONT: Final = "Noto Sans CJK SC"
_FACE: Final = 2
"""Where the simplified Chinese face stands in the collection."""
MISSING: Final = "〓"
"""The printer's sign for a character the type case does not have (geta mark)."""
_INVISIBLE: Final = {"Cc", "Cf", "Cn", "Co", "Cs", "Mn"}


@lru_cache(maxsize=1)
def ranges() -> tuple[tuple[int, int], ...]:
    """Return the code points the font draws, as inclusive ranges: the cmap of format 12 of the collection's face.

    Raises:
        ValueError: the font has no such table.
    """
    with next(FONT_FOLDER.glob("*.ttc")).open("rb") as stream:

        def read(offset: int, form: str) -> tuple[int, ...]:
            stream.seek(offset)
            return struct.unpack(form, stream.read(struct.calcsize(form)))

        (face,) = read(12 + 4 * _FACE, ">I")
        (tables,) = read(face + 4, ">H")
        records = (read(face + 12 + 16 * at, ">4sIII") for at in range(tables))
        cmap = next(int(offset) for tag, _sum, offset, _length in records if tag == b"cmap")
        (count,) = read(cmap + 2, ">H")
        for at in range(count):
            (offset,) = read(cmap + 4 + 8 * at + 4, ">I")
            if read(cmap + offset, ">H") == (12,):
                (groups,) = read(cmap + offset + 12, ">I")
                flat = read(cmap + offset + 16, f">{3 * groups}I")
                return tuple(zip(flat[0::3], flat[1::3], strict=True))
    raise ValueError(f"{FONT_FOLDER}: no cmap of format 12")


@lru_cache(maxsize=65_536)
def _drawn(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in ranges())


@lru_cache(maxsize=16_384)
def printable(text: str) -> str:
    """Return the text as the font can set it: what it cannot draw becomes 〓, what nobody sees is left out.

    Accents written apart are joined to their letters first.
    """
    if text.isascii() and text.isprintable():
        return text
    joined = unicodedata.normalize("NFC", text)
    seen = (one for one in joined if one == "\n" or unicodedata.category(one) not in _INVISIBLE or _has(one))
    return "".join(one if one in "\n " or _drawn(one) else MISSING for one in seen)


def _has(character: str) -> bool:
    """Tell whether an unassigned or private character is one the font draws all the same (a newer character)."""
    return unicodedata.category(character) in {"Cn", "Co"} and _drawn(character)
