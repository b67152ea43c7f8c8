"""What the base app's pages write: the headings that this place's exports use."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diansuo.office.base.models import ColumnAlias


class UnableToAdd(ValueError):
    """The heading cannot be added; the message says why."""


def add_alias(kind: str, alias: str, field: str) -> ColumnAlias:
    """Let a heading of this place's exports stand for one of our columns.

    Raises:
        UnableToAdd: the heading is taken already.
    """
    try:
        with transaction.atomic():
            return ColumnAlias.objects.create(kind=kind, alias=alias.strip(), field=field)
    except IntegrityError as problem:
        raise UnableToAdd(
            _("列名“%(alias)s”已有对应的列，请先删除原来的别名") % {"alias": alias}
        ) from problem


def delete_alias(alias_id: int) -> bool:
    """Delete a heading; tell whether it was there."""
    deleted, _rows = ColumnAlias.objects.filter(pk=alias_id).delete()
    return bool(deleted)
