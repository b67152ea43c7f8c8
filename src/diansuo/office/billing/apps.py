"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.billing"
    label = "billing"
    verbose_name = _("电费")
