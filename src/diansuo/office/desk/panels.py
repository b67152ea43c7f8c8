"""What the desk publishes: home and cycle in the menu, and the timeline of the customer page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.base.proposals import queries as proposals
from diansuo.office.base.registry import (
    AreaLink,
    NavigationItem,
    Panel,
    add_area_link,
    add_navigation,
    add_panel,
)
from diansuo.office.base.scope import Scope
from diansuo.office.desk import timeline
from diansuo.office.desk.proposals import listing

PROPOSALS_SHOWN = 20


def publish() -> None:
    """Publish the menu entries and the panel (from the app's ``ready``)."""
    add_navigation(
        NavigationItem(0, _("早会一屏"), "board", ""),
        NavigationItem(1, _("今天要办的事"), "today", ""),
        NavigationItem(11, _("电费流程"), "cycles", _("抄表与电费")),
        NavigationItem(16, _("试算"), "whatif", _("抄表与电费")),
        NavigationItem(8, _("变更提议"), "proposals", _("任务")),
        NavigationItem(7, _("交接单"), "handovers", _("任务")),
    )
    add_area_link(AreaLink(_("移交台区"), "handover_of_area"))
    add_panel(Panel(35, _("方案比选"), "desk/choices_panel.html", _choices, "choices", "base.see_bills"))
    add_panel(
        Panel(36, _("变更提议"), "desk/proposals/panel.html", _proposals, "proposals", "base.see_bills")
    )
    add_panel(Panel(60, _("经过"), "desk/timeline_panel.html", _timeline, "timeline"))


def _choices(_scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    return {"customer_id": customer_id}


def _timeline(scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    return {"events": timeline.events(scope, customer_id)}


def _proposals(scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    customer = archive.customer(scope, customer_id)
    if customer is None:
        return {}
    rows = list(proposals.of_customer(scope, customer.number, customer.station_id)[:PROPOSALS_SHOWN])
    titles = listing.titles()
    for row in rows:
        row.kind_title = titles[row.kind]
    return {"number": customer.number, "proposals": rows}
