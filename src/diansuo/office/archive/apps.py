"""Registers the app with Django, and the archive list with the imports."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.archive"
    label = "archive"
    verbose_name = _("档案")

    def ready(self) -> None:
        """Make the archive list a kind of file that can be imported."""
        from diansuo.office.archive import panels
        from diansuo.office.archive.importing.kind import ARCHIVE
        from diansuo.office.base.imports import kinds

        kinds.register(ARCHIVE)
        panels.publish()
