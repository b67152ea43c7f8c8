"""What somebody wants changed of one customer's terms, turned into changes of the rows that stand on the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from diansuo.office.archive.models import (
    ContractTerm,
    HouseholdTerm,
    MeteringPoint,
    MeterInstallation,
    PointArea,
)
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.base.periods import PeriodModel, UnableToChange

OF_KIND: dict[str, type[PeriodModel]] = {
    "multiplier": MeterInstallation,
    "class": ContractTerm,
    "capacity": ContractTerm,
    "steps": HouseholdTerm,
    "area": PointArea,
}


def draft(
    kind: str, point: MeteringPoint, wanted: Mapping[str, Any], day: date, ordered: date | None = None
) -> list[TermChange]:
    """Return the changes of a kind about a customer's point; what is wanted as it stands changes nothing.

    Args:
        kind: one of :data:`OF_KIND`.
        point: the point, whose contract is meant where the kind is about a contract.
        wanted: new values by attribute; None leaves one alone.
        day: from when on.
        ordered: the day of the order it rests on.

    Raises:
        UnableToChange: nothing holds on the day, or a later change has been entered already.
    """
    model = OF_KIND[kind]
    key = _key(model, point)
    row = model.objects.in_force(day).filter(**key).first()
    said = {name: value for name, value in wanted.items() if value is not None}
    if row is None:
        if model is not HouseholdTerm:
            raise UnableToChange(
                _("%(what)s：%(day)s 没有有效的记录，先补登") % {"what": model._meta.verbose_name, "day": day}
            )
        return [TermChange(model, None, said, key=key, ordered=ordered)] if any(said.values()) else []
    if row.valid_to is not None:
        raise UnableToChange(
            _("%(what)s：%(day)s 之后已有变更，生效日须不早于 %(from)s")
            % {"what": model._meta.verbose_name, "day": day, "from": row.valid_to}
        )
    changed = {name: value for name, value in said.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in changed}
    return [TermChange(model, row.pk, changed, before, ordered=ordered)] if changed else []


def _key(model: type[models.Model], point: MeteringPoint) -> dict[str, Any]:
    if any(field.name == "point" for field in model._meta.concrete_fields):
        return {"point_id": point.pk}
    return {"contract_id": point.contract_id}
