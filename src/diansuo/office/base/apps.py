"""Registers the app with Django, and installs the period guards after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.base"
    label = "base"
    verbose_name = _("基础")

    def ready(self) -> None:
        """Hook guards and posts onto migration, the trail onto every connection; make background imports known."""
        from diansuo.office.base import access, appointing, floor, panels, period_guards, reach, sessions
        from diansuo.office.base.imports import job
        from diansuo.office.base.models import Staff, WorkOrder
        from diansuo.office.base.modes import proposing as modes
        from diansuo.office.base.proposals import background
        from diansuo.office.base.second_factor import proposing as second_factor
        from diansuo.office.base.trail import guards, watch

        # Django's AlterField rebuilds an SQLite table and drops its triggers silently, so they are put back each time.
        post_migrate.connect(period_guards.install, dispatch_uid="period-guards")
        pre_migrate.connect(access.remember_rights, sender=self, dispatch_uid="rights-before")
        post_migrate.connect(guards.install, sender=self, dispatch_uid="trail-guards")
        connection_created.connect(watch.connected, dispatch_uid="trail")
        post_migrate.connect(access.install_posts, sender=self, dispatch_uid="posts")
        request_started.connect(_look_for_other_rules, dispatch_uid="rules-of-the-place")
        floor.watch()
        sessions.watch()
        job.register()
        modes.register()
        appointing.register()
        second_factor.register()
        background.register()
        panels.publish()
        reach.register(Staff, None)  # names of colleagues
        reach.register(
            WorkOrder, lambda part: WorkOrder.objects.filter(assignee__in=part.staff_ids).values("pk")
        )


def _look_for_other_rules(**_: Any) -> None:
    """Forget the rules that were read if others were agreed to meanwhile, in this process or another."""
    from diansuo.office.config import rulebook

    rulebook.refresh()
