"""The one book that prices bills: the rulebook with every approved price sheet laid onto it."""

from __future__ import annotations

import logging
from functools import lru_cache

from diansuo.core.rules import RuleBook, RuleBookRefused
from diansuo.core.rules.sheet import accept_sheet
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.office.config.rulebook import book

LOG = logging.getLogger(__name__)
Key = tuple[int, str]


def priced_book() -> RuleBook:
    """Return the rulebook with all approved sheets; read again only when the set of approved sheets changes."""
    approved = PriceSheet.objects.filter(state=PriceSheet.State.APPROVED).order_by("from_date", "id")
    return _laid(book().hash, tuple(approved.values_list("id", "content_hash")))


def laid_onto(rules: RuleBook) -> RuleBook:
    """Return another rulebook with all approved sheets laid onto it, for a preview."""
    approved = PriceSheet.objects.filter(state=PriceSheet.State.APPROVED).order_by("from_date", "id")
    return _on(rules, tuple(approved.values_list("id", "content_hash")))


@lru_cache(maxsize=4)
def _laid(_rulebook_hash: str, sheets: tuple[Key, ...]) -> RuleBook:
    return _on(book(), sheets)


def _on(laid: RuleBook, sheets: tuple[Key, ...]) -> RuleBook:
    """Lay sheets on in the order of their days.

    One that a later change of the place's own files contradicts is left out and logged: bills that need it are then
    refused with the rule that is missing, and everybody else is billed.
    """
    held = PriceSheet.objects.in_bulk([key for key, _hash in sheets])
    for key, _hash in sheets:
        try:
            laid = accept_sheet(laid, held[key].content, held[key].place)
        except RuleBookRefused:
            LOG.exception("price sheet %s contradicts the rulebook and is left out", key)
    return laid
