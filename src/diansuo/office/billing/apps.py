"""Registers the app with Django, and tells the apps below what an issued bill is and what a kWh costs."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.billing"
    label = "billing"
    verbose_name = _("电费")

    def ready(self) -> None:
        """Publish to the floors below: what is billed, what a kWh is sold for, and how billing's findings read."""
        from diansuo.office.archive import openings
        from diansuo.office.base import registry
        from diansuo.office.base.imports import kinds
        from diansuo.office.base.scope import Scope
        from diansuo.office.billing import openings as years
        from diansuo.office.billing import panels, queries, wording
        from diansuo.office.billing.audit import wording as audit_wording
        from diansuo.office.billing.documents import batch
        from diansuo.office.billing.effects import kinds as effects
        from diansuo.office.billing.importing.issued import ISSUED
        from diansuo.office.billing.importing.lines import ISSUED_LINES
        from diansuo.office.billing.rebilling import sets
        from diansuo.office.metering import issued
        from diansuo.office.network import prices

        issued.publish(
            "(EXISTS (SELECT 1 FROM billing_bill b WHERE b.consumption_id = c.id AND b.state IN (1, 2))"
            " OR EXISTS (SELECT 1 FROM billing_feedinsettlement e"
            " WHERE e.consumption_id = c.id AND e.full_feed_in AND e.state IN (1, 2)))"
        )
        registry.add_wording("A", audit_wording.words_of)
        registry.add_wording("B", wording.words_of)
        prices.set_price_source(
            lambda station_id, period: queries.average_price_nano(
                Scope.everything(), station_id=station_id, period=period
            )
        )
        openings.set_decided_source(years.years_added_up)
        kinds.register(ISSUED)
        kinds.register(ISSUED_LINES)
        batch.register()
        sets.register()
        effects.register()
        panels.publish()
