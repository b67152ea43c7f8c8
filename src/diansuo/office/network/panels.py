"""What the line loss app publishes: its menu entry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.registry import NavigationItem, add_navigation


def publish() -> None:
    """Publish the menu entry (from the app's ``ready``)."""
    add_navigation(NavigationItem(25, _("统计线损"), "loss", _("线损")))
