"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeteringConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.metering"
    label = "metering"
    verbose_name = _("抄表与计量")
