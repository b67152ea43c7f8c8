"""What stands on an imported archive batch and so forbids taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from diansuo.office.archive.models import (
    AreaTerm,
    Contract,
    ContractTerm,
    Customer,
    Feeder,
    HouseholdTerm,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    PointTerm,
    Premise,
    Responsibility,
    Route,
    RouteTerm,
    Substation,
    SupplyTerm,
    Transformer,
    TransformerArea,
    UseTerm,
    YearOpening,
)
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.base.periods import PeriodModel

# What an archive batch makes, in the order in which it can be deleted.
MADE: tuple[type[models.Model], ...] = (
    Responsibility, PointArea, PointTerm, MeterInstallation, MeteringPoint, Meter, YearOpening, SupplyTerm, Transformer,
    HouseholdTerm, UseTerm,
    ContractTerm, Contract, Customer, Premise, AreaTerm, TransformerArea, RouteTerm, Route, Feeder, Substation,
)  # fmt: skip
COUNTED = (ImportBatch.State.APPLIED, ImportBatch.State.APPLYING)


def blockers(batch: ImportBatch) -> list[str]:
    """Return, in words, everything that depends on the batch: rows of any app, later imports, later changes."""
    return [*_dependents(batch), *_later_changes(batch), *_later_imports(batch)]


def _dependents(batch: ImportBatch) -> Iterator[str]:
    """Rows of any app that point at a row of the batch, did not come with it, and will not be pointed back.

    Higher apps are found through Django's reverse relations, so that the archive need not know them.
    """
    for model in MADE:
        for relation in model._meta.related_objects:
            pointing = relation.field
            other: type[models.Model] = relation.related_model
            rows = other._base_manager.filter(**{f"{pointing.name}__batch": batch})
            if any(field.name == "batch" for field in other._meta.concrete_fields):
                rows = rows.exclude(batch=batch)
            pointed_here = ImportChange.objects.filter(
                batch=batch,
                model=other._meta.label,
                row=OuterRef("pk"),
                field__in=(pointing.name, pointing.attname),
            )
            for key in (
                rows.exclude(Exists(pointed_here)).order_by().values_list(pointing.name, flat=True)[:1]
            ):
                yield _("已有%(what)s用到本批次的%(made)s %(which)s") % {
                    "what": other._meta.verbose_name,
                    "made": model._meta.verbose_name,
                    "which": model._base_manager.get(pk=key),
                }


def _later_changes(batch: ImportBatch) -> Iterator[str]:
    """Period rows the batch made are open; one that is closed was changed by something later."""
    for model in MADE:
        if (
            issubclass(model, PeriodModel)
            and model.objects.filter(batch=batch).exclude(valid_to=None).exists()
        ):
            yield _("本批次的%(made)s其后又有变更") % {"made": model._meta.verbose_name}


def _later_imports(batch: ImportBatch) -> Iterator[str]:
    """Batches that wrote over a row this one made, or over a value this one wrote."""
    mine = ImportChange.objects.filter(
        batch=batch, model=OuterRef("model"), row=OuterRef("row"), field=OuterRef("field")
    )
    later = ImportChange.objects.filter(batch__state__in=COUNTED, batch__gt=batch.pk).exclude(field="batch")
    found: set[int] = set(later.filter(Exists(mine)).values_list("batch", flat=True).distinct())
    for model in MADE:
        made: Any = model._base_manager.filter(batch=batch, pk=OuterRef("row"))
        found |= set(
            later.filter(Exists(made), model=model._meta.label).values_list("batch", flat=True).distinct()
        )
    for number in sorted(found):
        yield _("批次 #%(number)d 改过本批次的数据，先撤回它") % {"number": number}
