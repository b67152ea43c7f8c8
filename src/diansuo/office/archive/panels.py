"""What the archive publishes: entries of the menu, and the contract and task panels of the customer page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from diansuo.office.archive import page_queries as queries
from diansuo.office.base.masks import Part
from diansuo.office.base.registry import (
    Fact,
    NavigationItem,
    Panel,
    add_customer_facts,
    add_navigation,
    add_panel,
)
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.base.work_orders.links import Subject

ORDERS_SHOWN = 20


def publish() -> None:
    """Publish the menu entries and the panel (from the app's ``ready``)."""
    group = _("档案")
    add_navigation(
        NavigationItem(30, pgettext_lazy("list", "用户"), "customers", group),
        NavigationItem(31, pgettext_lazy("list", "台区"), "areas", group),
        NavigationItem(83, _("管辖范围"), "reaches", _("数据")),
    )
    add_customer_facts(_whereabouts)
    add_panel(Panel(55, _("派工单"), "base/work_orders_panel.html", _work_orders, "work-orders"))
    add_panel(Panel(10, _("合同与档案"), "archive/contract_panel.html", _contracts, "archive"))


def _whereabouts(scope: Scope, station_id: int, number: str) -> list[Fact]:
    return [
        Fact(str(_("用电地址")), one, Part.ADDRESS) for one in queries.addresses(scope, station_id, number)
    ]


def _work_orders(scope: Scope, customer_id: int, day: date) -> dict[str, Any]:
    customer = queries.customer(scope, customer_id)
    if customer is None:
        return {}
    subject = Subject(
        f"{customer.name} {customer.number}",
        customer_number=customer.number,
        url=reverse("customer", args=[customer_id]),
        staff_id=queries.manager_ids(scope, [customer_id], day).get(customer_id),
        station_id=customer.station_id,
    )
    orders = work_orders.of_customer(scope, customer.number, company_id=customer.company_id)
    return {"subject": subject, "orders": orders[:ORDERS_SHOWN]}


def _contracts(scope: Scope, customer_id: int, day: date) -> dict[str, Any]:
    return {"contracts": queries.contracts(scope, customer_id), "day": day}
