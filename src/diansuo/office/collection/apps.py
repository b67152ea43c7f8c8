"""Registers the app with Django, and what it adds to imports and pages."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    """The app's name and label."""

    name = "diansuo.office.collection"
    label = "collection"
    verbose_name = _("收费")

    def ready(self) -> None:
        """Publish the files this app can import, and what it adds to the menu and the customer page."""
        from diansuo.office.base.imports import kinds
        from diansuo.office.billing.documents import dues
        from diansuo.office.billing.rebilling import operations as rebilling
        from diansuo.office.billing.temporary import operations as temporary
        from diansuo.office.collection import panels, queries
        from diansuo.office.collection.arrears_importing import ARREARS
        from diansuo.office.collection.importing import PAYMENTS
        from diansuo.office.collection.operations import settle_correction, settle_temporary

        kinds.register(PAYMENTS)
        kinds.register(ARREARS)
        dues.set_due_source(queries.dues_of_bills)
        rebilling.publish(settle_correction)
        temporary.publish(settle_temporary)
        panels.publish()
