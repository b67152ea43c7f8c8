"""Registers the app with Django, and its kinds of files with the imports."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeteringConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.metering"
    label = "metering"
    verbose_name = _("抄表与计量")

    def ready(self) -> None:
        """Publish the files this app can import, how its findings read, and its part of the pages."""
        from diansuo.office.archive import beginnings
        from diansuo.office.base import registry
        from diansuo.office.base.imports import kinds
        from diansuo.office.metering import panels, queries, wording
        from diansuo.office.metering.days import running
        from diansuo.office.metering.importing.clocks import CLOCKS
        from diansuo.office.metering.importing.curve import CURVE
        from diansuo.office.metering.importing.failures import FAILURES
        from diansuo.office.metering.importing.freeze import FREEZE
        from diansuo.office.metering.importing.readings import READINGS
        from diansuo.office.metering.points import wording as point_wording
        from diansuo.office.metering.routes import proposing

        kinds.register(READINGS)
        kinds.register(FREEZE)
        kinds.register(CURVE)
        kinds.register(FAILURES)
        kinds.register(CLOCKS)
        running.register()
        proposing.register()
        beginnings.add_first_day(queries.first_reading_date)
        registry.add_wording("R", wording.words_of)
        registry.add_wording("P", point_wording.words_of)
        panels.publish()
