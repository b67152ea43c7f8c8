"""Whose commercial prices apply: the place of the rulebook, or the one this home names."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language

from diansuo.core.rules import RuleBook
from diansuo.office.config.rulebook import book


def commercial_place() -> str:
    """Return the place whose commercial prices and price sheets are used."""
    return settings.HOME.commercial_place or book().default_place


def place_name(rulebook: RuleBook, place: str) -> str:
    """Return what a place is called; its id where the rulebook has no name for it."""
    known = rulebook.places.get(place)
    return known.name["en" if get_language() == "en" else "zh"] if known else place
