"""What the archive publishes: entries of the menu, and the contract panel of the customer page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from diansuo.office.archive import page_queries as queries
from diansuo.office.base.registry import NavigationItem, Panel, add_navigation, add_panel
from diansuo.office.base.scope import Scope


def publish() -> None:
    """Publish the menu entries and the panel (from the app's ``ready``)."""
    group = _("档案")
    add_navigation(
        NavigationItem(30, pgettext_lazy("list", "用户"), "customers", group),
        NavigationItem(31, pgettext_lazy("list", "台区"), "areas", group),
    )
    add_panel(Panel(10, _("合同与档案"), "archive/contract_panel.html", _contracts, "archive"))


def _contracts(scope: Scope, customer_id: int, day: date) -> dict[str, Any]:
    return {"contracts": queries.contracts(scope, customer_id), "day": day}
