"""Rows that may have come with an import batch."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.models import ImportBatch


class Imported(models.Model):
    """A row that may have come with an import batch, so that the batch can be taken back."""

    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("导入批次")
    )

    class Meta:
        abstract = True
