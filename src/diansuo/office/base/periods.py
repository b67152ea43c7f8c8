"""Half-open validity periods ``[valid_from, valid_to)`` on rows, and the one way to change what holds."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class UnableToChange(ValueError):
    """A change would start before, or exactly where, the row it changes starts; the message says what to do."""


class PeriodQuerySet(models.QuerySet[Any]):
    """Questions of validity, asked as library calls and never as hand-written comparisons."""

    def in_force(self, day: date) -> Self:
        """Return the rows that hold on this day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def touching(self, start: date, end: date) -> Self:
        """Return the rows that hold on at least one day of ``[start, end)``."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start), valid_from__lt=end)


class PeriodModel(models.Model):
    """A fact that holds from one day until (not including) another; open-ended while ``valid_to`` is empty.

    ``period_keys`` names the columns within which two periods may not overlap; the database itself refuses an
    overlap (see :mod:`period_guards`).
    """

    period_keys: ClassVar[tuple[tuple[str, ...], ...]] = ()

    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True, blank=True)
    batch = models.ForeignKey(
        "base.ImportBatch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("导入批次"),
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="%(app_label)s_%(class)s_period",
            )
        ]

    def change_from(self, day: date, **changes: Any) -> Self:
        """Let this row hold until ``day`` and a changed copy from then on; return the copy.

        Shortens first and inserts second, so that the database never sees the two overlap.

        Raises:
            UnableToChange: ``day`` lies outside this row's period, or on its first day.
        """
        if day <= self.valid_from or (self.valid_to is not None and day >= self.valid_to):
            raise UnableToChange(
                f"{self._meta.verbose_name}: {day} 不在 {self.valid_from} 之后、{self.valid_to or '至今'} 之前"
            )
        fields = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if not field.primary_key
        }
        successor = type(self)(**{**fields, "valid_from": day})
        for name, value in changes.items():
            setattr(successor, name, value)
        with transaction.atomic():
            type(self).objects.filter(pk=self.pk).update(valid_to=day)
            successor.save(force_insert=True)
        self.valid_to = day
        return successor
