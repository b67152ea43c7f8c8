"""The standard safety measures an order ticks: codes in the database, words from ``safety.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from django.utils.translation import get_language

SAFETY_FILE = Path(__file__).with_name("safety.yaml")


@cache
def _measures() -> dict[str, dict[str, str]]:
    measures: dict[str, dict[str, str]] = yaml.safe_load(SAFETY_FILE.read_text(encoding="utf-8"))
    return measures


def measures() -> list[tuple[str, str]]:
    """Return every measure as code and words in the language of the page, in the order the sheet prints them."""
    words = "name_en" if get_language() == "en" else "name"
    return [(code, measure[words]) for code, measure in _measures().items()]
