"""Registers the app with Django, and its entry with the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NetworkConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.network"
    label = "network"
    verbose_name = _("线损")

    def ready(self) -> None:
        """Publish the menu entry."""
        from diansuo.office.network import panels

        panels.publish()
