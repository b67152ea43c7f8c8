"""What a conductor is called in lists, and which row of the library that is: JKLYJ-1kV-4×70, YJLV22 4*70+1*35."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

# Armour, bundling, flame retardance and the steel in the core do not change what a conductor resists.
_ALIKE: Final = {
    "JKLGYJ": "JKLYJ", "JKLY": "JKLYJ", "JKLV": "JKLYJ", "JKLHYJ": "JKLYJ",
    "LGJF": "LGJ", "JL": "LJ",
    "BLVV": "BLV", "BLX": "BLV", "BLXF": "BLV",
    "BVR": "BV", "BVV": "BV", "BX": "BV", "BYJ": "BV",
    "YJLHV": "YJLV", "VV": "YJV",
}  # fmt: skip
_PREFIX: Final = re.compile(r"^(BS|ZR|ZA|ZB|ZC|NH|WDZ)-?(?=[A-Z])")
_VOLTAGE: Final = re.compile(r"(?<![\d.])(0?\.6/1|0?\.45/0?\.75|450/750|1|0?\.4)\s*KV")
_RATED: Final = re.compile(r"^[-\s]*(0\.6/1|1)[-\s]+(?=\d)")
_HEAD: Final = re.compile(r"([A-Z]+?)(22|23|32|33|42|62)?(?![A-Z])")
_CORES: Final = re.compile(r"\d+\s*X\s*(\d+(?:\.\d+)?)")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def canonical(text: str, known: Collection[str]) -> str | None:
    """Return the library's name of a conductor, ``FAMILY-SECTION``, or None where the library has no such one.

    Args:
        text: as a list has it, with blanks, ``×`` or ``*``, rated voltage, armour and number of cores.
        known: the library's names.
    """
    plain = re.sub(r"[×*]", "X", text.strip().upper().replace("_", "-")).replace("JL/G1A", "LGJ")
    if plain in known:
        return plain
    plain = _PREFIX.sub("", _VOLTAGE.sub("", plain))
    head = _HEAD.match(plain)
    if head is None:
        return None
    rest = _RATED.sub("", plain[head.end() :])
    section = _CORES.search(rest) or _NUMBER.search(rest)
    if section is None:
        return None
    number = section.group(section.lastindex or 0)
    name = f"{_ALIKE.get(head.group(1), head.group(1))}-{number}"
    return name if name in known else None
