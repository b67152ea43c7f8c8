"""Registers the app with Django, and the monthly cycle with the jobs."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.desk"
    label = "desk"
    verbose_name = _("工作台")

    def ready(self) -> None:
        """Publish what this app adds to the menu and the customer page."""
        from diansuo.office.base.modes import operations as modes
        from diansuo.office.desk import cycle, panels
        from diansuo.office.desk.closing import operations as closing
        from diansuo.office.desk.proposals import rereading
        from diansuo.office.desk.whatif import trials

        cycle.register()
        closing.register()
        trials.register()
        rereading.register()
        modes.add_obstacles(cycle.obstacles)
        modes.add_follow_up(cycle.on_mode)
        panels.publish()
