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
        """Publish the menu entry, and what the tasks of this app are answered by."""
        from diansuo.office.base.work_orders import verdicts
        from diansuo.office.network import panels
        from diansuo.office.network.causes import operations, running

        running.register()
        verdicts.publish(operations.VERDICTS)
        panels.publish()
