"""Changed terms in the trade's words: which value, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Contract
from diansuo.office.archive.terms import queries, standing
from diansuo.office.archive.terms.changes import TermChange, changes_of
from diansuo.office.base import wording
from diansuo.office.base.proposals.kinds import Said
from diansuo.office.base.scope import Scope

MOST_SAID: Final = 200
THOUSANDTHS: Final = ("capacity_va", "contract_demand_w")


def describe(terms: Mapping[str, Any]) -> list[Said]:
    """Return the values that change, the first of many."""
    changes = changes_of(terms)[:MOST_SAID]
    rows = standing.standing_rows(changes)
    return [
        Said(_owner(rows.get((change.model, change.row)) if change.row else None), *one)
        for change in changes
        for one in _values(change)
    ]


def _owner(row: Any) -> str:
    if row is None:
        return ""
    contract = row if isinstance(row, Contract) else getattr(row, "contract", None)
    contract = contract or getattr(getattr(row, "point", None), "contract", None)
    return str(contract.customer) if contract is not None else str(getattr(row, "point", row))


def _values(change: TermChange) -> list[tuple[str, str, str]]:
    found = []
    for name, value in change.after.items():
        field = _field(change.model, name)
        before = _text(field, name, change.before.get(name))
        found.append((str(field.verbose_name), before, _text(field, name, value)))
    return found


def _field(model: type[models.Model], attribute: str) -> Any:
    return next(each for each in model._meta.concrete_fields if each.attname == attribute)


def _text(field: Any, name: str, value: Any) -> str:
    if value is None or value == "":
        return wording.NOTHING
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name in THOUSANDTHS:
        return wording.kilovolt_amperes(value)
    if field.remote_field is not None:
        return queries.names(Scope.everything(), field.related_model, [value]).get(value, f"#{value}")
    return str(value)
