"""Registers the laboratory's pages with Django, and their entries with the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabConfig(AppConfig):
    """The app's name and label; it has no tables."""

    name = "diansuo.lab"
    label = "lab"
    verbose_name = _("差错实验室")

    def ready(self) -> None:
        """Publish the menu entries."""
        from diansuo.office.base.registry import NavigationItem, add_navigation

        add_navigation(
            NavigationItem(92, _("差错实验室"), "lab", _("培训")),
            NavigationItem(93, _("找差错练习"), "lab_practice", _("培训")),
        )
