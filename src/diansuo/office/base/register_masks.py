"""Personal data in the registers of the back office: which columns of a model hold it, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.contrib import admin
from django.db import models

from diansuo.office.base.masks import Part, masked, part_of
from diansuo.office.base.trail.rules import rules


@cache
def parts_of(model: type[models.Model]) -> dict[str, Part]:
    """Return which fields of a model hold personal data, and of what kind: what the trail calls so, too."""
    fields = (field for field in model._meta.concrete_fields if field.column)
    personal = (field for field in fields if rules().is_personal(model._meta.db_table, field.column))
    return {field.name: part_of(field.name) or Part.ACCOUNT for field in personal}


def masked_fields(model: type[models.Model], names: Iterable[Any]) -> tuple[Any, ...]:
    """Return fields of a register as columns to show, those of personal data as their masks."""
    return tuple(_mask(model, name) if name in parts_of(model) else name for name in names)


@cache
def _mask(model: type[models.Model], name: str) -> Callable[[Any], str]:
    field, part = model._meta.get_field(name), parts_of(model)[name]

    @admin.display(description=str(field.verbose_name))  # type: ignore[union-attr]
    def shown(row: models.Model) -> str:
        return masked(part, getattr(row, name))

    return shown


def whole_searches(model: type[models.Model], names: Iterable[str]) -> tuple[str, ...]:
    """Return the fields a register is searched in, those of personal data only by their whole text."""
    return tuple(f"={name}" if name in parts_of(model) else name for name in names)
