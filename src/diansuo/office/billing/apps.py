"""Registers the app with Django, and tells metering what an issued bill is."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.billing"
    label = "billing"
    verbose_name = _("电费")

    def ready(self) -> None:
        """Publish to the floors below: what is billed, and how billing's findings read."""
        from diansuo.office.base import registry
        from diansuo.office.billing import panels, wording
        from diansuo.office.metering import issued

        issued.publish("EXISTS (SELECT 1 FROM billing_bill b WHERE b.consumption_id = c.id AND b.state = 1)")
        registry.add_wording("B", wording.words_of)
        panels.publish()
