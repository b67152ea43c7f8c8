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
        """Make the lists of the archive kinds of files that can be imported."""
        from diansuo.office.archive import panels
        from diansuo.office.archive.importing.kind import ARCHIVE
        from diansuo.office.archive.importing.supply_loss_table import LOSS_TABLE
        from diansuo.office.archive.importing.supply_market_prices import MARKET_PRICES
        from diansuo.office.archive.reaching import proposing, rows
        from diansuo.office.base.imports import kinds

        for kind in (ARCHIVE, LOSS_TABLE, MARKET_PRICES):
            kinds.register(kind)
        panels.publish()
        rows.register()
        proposing.register()
