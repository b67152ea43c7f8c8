"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.archive"
    label = "archive"
    verbose_name = _("档案")
