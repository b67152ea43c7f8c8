"""What the tables promise: integers for money and energy, units and instants by name, one way to the station."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from diansuo.office.base.models import Station
from tests.health.source import report

UNITS = ("_fen", "_wh", "_nano", "_va")
# What belongs to a company, to everyone, or to the system itself.
OF_NO_STATION = {
    "base.Company",
    "base.User",
    "base.Post",
    "base.ColumnAlias",
    "base.TrailHead",
    "base.SecondFactor",  # an account's own, as the next two
    "base.RecoveryCode",
    "base.SignIn",
    "archive.Substation",
    "archive.Feeder",
    "archive.Meter",
    "billing.PriceSheet",
    "billing.RuleSlice",
}

# What came with a batch or was written by a job is not thereby a station's.
CARRIERS = {"base.ImportBatch", "base.Job", "base.User"}


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("diansuo.")]


def _our_fields() -> Iterator[tuple[str, models.Field[Any, Any]]]:
    for model in _our_models():
        inherited = {field.name for base in model.__bases__ for field in _fields_of_a_library(base)}
        for field in model._meta.local_fields:
            if field.name not in inherited:
                yield f"{model._meta.label}.{field.name}", field


def _fields_of_a_library(base: type) -> list[Any]:
    if not hasattr(base, "_meta") or base.__module__.startswith("diansuo."):
        return []
    return list(base._meta.fields)


def test_money_energy_and_power_are_big_integers() -> None:
    small = [
        name
        for name, field in _our_fields()
        if name.endswith(UNITS) and not isinstance(field, models.BigIntegerField)
    ]
    inexact = [
        name for name, field in _our_fields() if isinstance(field, models.FloatField | models.DecimalField)
    ]

    assert not small, report(small, "int64 overflows nowhere, int32 does; make it a BigIntegerField:")
    assert not inexact, report(inexact, "Store integers in a named unit (fen, Wh, VA, nano-yuan):")


def test_instants_and_days_are_told_apart_by_name() -> None:
    period = ("valid_from", "valid_to")
    misnamed = [
        name
        for name, field in _our_fields()
        if (isinstance(field, models.DateTimeField) and not name.endswith("_at"))
        or (type(field) is models.DateField and not name.endswith(("_date", *period)))
    ]

    assert not misnamed, report(misnamed, "Instants end in _at, civil days in _date:")


def test_primary_keys_are_internal_big_integers() -> None:
    odd = [
        f"{model._meta.label}: {type(model._meta.pk).__name__}"
        for model in _our_models()
        if not isinstance(model._meta.pk, models.BigAutoField)
    ]

    assert not odd, report(
        odd, "Leave the key to Django; numbers of the trade are text with a unique constraint:"
    )


def test_numbers_of_the_trade_are_text() -> None:
    numeric = [
        name
        for name, field in _our_fields()
        if name.endswith((".number", "_number", ".reference"))
        and not isinstance(field, models.CharField)
        and name != "base.JobChunk.number"
    ]

    assert not numeric, report(numeric, "Leading zeros are part of the number; make it a CharField:")


def test_no_model_sorts_by_default() -> None:
    sorting = [model._meta.label for model in _our_models() if model._meta.ordering]

    assert not sorting, report(sorting, "Every query pays for a default order; sort where it is read:")


def test_every_row_finds_its_station() -> None:
    """The scope of a viewer is a set of stations, so a row that leads to none could not be kept from anyone."""
    lost = []
    for model in _our_models():
        seen, ahead = set(), [model]
        while ahead:
            here = ahead.pop()
            seen.add(here)
            if here._meta.label in CARRIERS and model._meta.app_label != "base":
                continue
            ahead += [
                field.related_model
                for field in here._meta.fields
                if field.is_relation and field.related_model not in seen
            ]
        if Station not in seen and model._meta.label not in OF_NO_STATION:
            lost.append(model._meta.label)

    assert not lost, report(lost, "Give it a way to its station, or say in OF_NO_STATION whose it is:")


def test_our_own_pages_allow_no_inline_script_or_style() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    loose = [
        f"{name}: {source}"
        for name, sources in directives.items()
        for source in sources
        if "unsafe" in str(source)
    ]

    assert {"default-src", "script-src", "style-src", "object-src", "frame-ancestors"} <= set(directives)
    assert not loose, report(loose, "Exceptions belong to the library's pages only (docs/adr/0007):")
