"""Registers the app with Django, and installs the period guards after every migration."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.base"
    label = "base"
    verbose_name = _("基础")

    def ready(self) -> None:
        """Hook the period guards and the posts onto migration; make background imports known."""
        from diansuo.office.base import access, floor, panels, period_guards
        from diansuo.office.base.imports import job

        # Django's AlterField rebuilds an SQLite table and drops its triggers silently, so they are put back each time.
        post_migrate.connect(period_guards.install, dispatch_uid="period-guards")
        pre_migrate.connect(access.remember_rights, sender=self, dispatch_uid="rights-before")
        post_migrate.connect(access.install_posts, sender=self, dispatch_uid="posts")
        floor.watch()
        job.register()
        panels.publish()
