"""What collection publishes: menu entries, and the receivables panel of the customer page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.registry import (
    AreaLink,
    MonthLink,
    NavigationItem,
    Panel,
    add_area_link,
    add_month_link,
    add_navigation,
    add_panel,
)
from diansuo.office.base.scope import Scope
from diansuo.office.collection import page_queries, queries


def publish() -> None:
    """Publish the menu entry and the panel (from the app's ``ready``)."""
    add_navigation(
        NavigationItem(20, _("欠费与收费"), "arrears", _("收费")),
        NavigationItem(22, _("通知单与短信"), "letters", _("收费")),
    )
    add_area_link(AreaLink(_("通知单"), "letters_of_area"))
    add_month_link(MonthLink(_("打印电费通知单"), "letters_of_month"))
    add_panel(Panel(40, _("应收与收费"), "collection/money_panel.html", _money, "money", "base.see_arrears"))


def _money(scope: Scope, customer_id: int, day: date) -> dict[str, Any]:
    beside = page_queries.is_beside(scope, customer_id)
    return {
        "receivables": page_queries.receivables(scope, customer_id),
        "payments": page_queries.payments(scope, customer_id),
        "credit_fen": page_queries.credit_fen(scope, customer_id),
        "owed_fen": page_queries.owed_fen(scope, customer_id),
        "listed": queries.latest_list_date(scope) if beside else None,
        "beside": beside,
        "customer_id": customer_id,
        "day": day,
    }
