"""What the words of an archive list mean: price classes, voltages, phases, master points (``words.yaml``)."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from diansuo.core.tariff.classes import PriceClass, VoltageClass

WORDS_FILE = Path(__file__).with_name("words.yaml")


def even(text: str) -> str:
    """Return a text without blanks, in half width and upper case, so that spellings of one word compare equal."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def price_class(text: str) -> PriceClass | None:
    """Return the price class a text names, or None."""
    code = _table("price_class").get(even(text))
    return PriceClass[code] if code else None


def is_not_priced(text: str) -> bool:
    """Tell whether a text names a class that exists and that this version does not price."""
    return even(text) in _words("price_class_not_priced")


def voltage_class(text: str) -> VoltageClass | None:
    """Return the voltage class a text names, or None."""
    code = _table("voltage_class").get(even(text))
    return VoltageClass[code] if code else None


def phase(text: str) -> str | None:
    """Return the phase a text names (``A``, ``B``, ``C``, ``ABC``), or None."""
    return _table("phase").get(even(text))


def is_master(text: str) -> bool:
    """Tell whether a text says that a point is the master point of its area (台区总表)."""
    return any(word in even(text) for word in _words("master_point"))


def is_gate(text: str) -> bool:
    """Tell whether a text says that a point is the gate of its feeder (线路关口)."""
    return not is_master(text) and any(word in even(text) for word in _words("gate_point"))


def is_dedicated(text: str) -> bool | None:
    """Tell whether a text names a customer's own transformer (专变), None if it names neither."""
    code = _table("area_ownership").get(even(text))
    return code and code == "DEDICATED"


def code(list_name: str, text: str) -> str | None:
    """Return the code a text stands for in one list of ``words.yaml``, or None."""
    return _table(list_name).get(even(text))


def known(list_name: str) -> list[str]:
    """Return the first spelling of every meaning in one list, for a remedy to name."""
    return [spellings[0] for spellings in _file()[list_name].values()]


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return content


@cache
def _table(list_name: str) -> dict[str, str]:
    return {even(word): code for code, spellings in _file()[list_name].items() for word in spellings}


@cache
def _words(list_name: str) -> frozenset[str]:
    return frozenset(even(word) for word in _file()[list_name])
