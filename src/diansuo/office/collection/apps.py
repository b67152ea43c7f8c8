"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.collection"
    label = "collection"
    verbose_name = _("收费")
