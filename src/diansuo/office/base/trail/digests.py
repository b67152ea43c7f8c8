"""Digests of the columns of a batch, and the same again from the rows as the database holds them.

A column of whole numbers is digested as int64 (little endian), any other as JSON; the digest says which. Truth values
are 0 and 1, days and instants ISO text: both databases, and what was given to them, come to the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from diansuo.office.base.trail.rules import plain, rules

NUMBERS: Final = "i:"
TEXT: Final = "j:"
DIGEST_BYTES: Final = 16
PLAIN: Final = frozenset({str, int, type(None)})
"""Types that ``plain`` gives back as they are: asking it value by value was half of what the trail cost."""


def column_digest(values: Any) -> str:
    """Return the digest of one column."""
    numbers = _numbers(values)
    if numbers is not None:
        return NUMBERS + _hash(memoryview(np.ascontiguousarray(numbers)).cast("B"))
    text = json.dumps(_plain(values), ensure_ascii=False, separators=(",", ":"))
    return TEXT + _hash(text.encode())


def digests(table: str, columns: dict[str, Any]) -> dict[str, str]:
    """Return the digest of each column that may be digested."""
    return {
        name: column_digest(values) for name, values in columns.items() if not rules().is_secret(table, name)
    }


def digest_of(thing: Any) -> str:
    """Return the digest of anything JSON can hold once made plain: parameters of a statement."""
    return _hash(json.dumps(thing, ensure_ascii=False, separators=(",", ":"), default=plain).encode())


def _plain(values: Any) -> list[Any]:
    """Return a column as JSON can hold it. Text and nothing, most of what is written, is that already."""
    given = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return given if PLAIN.issuperset(map(type, given)) else [plain(value) for value in given]


def _numbers(values: Any) -> np.ndarray[Any, Any] | None:
    if isinstance(values, np.ndarray):
        if values.dtype.kind in "iub":
            return values.astype("<i8", copy=False)
        values = values.tolist()
    if not len(values) or not isinstance(values[0], int):
        return None
    try:
        found = np.array(values)
    except (ValueError, OverflowError):
        return None
    return found.astype("<i8", copy=False) if found.dtype.kind in "ib" else None


def _hash(content: Any) -> str:
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def same(kept: str, values: Sequence[Any]) -> bool:
    """Tell whether values read back come to the digest kept."""
    return column_digest(list(values)) == kept
