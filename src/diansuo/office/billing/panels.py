"""What billing publishes: its menu entry, and the bills panel of the customer page."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.registry import NavigationItem, Panel, add_navigation, add_panel
from diansuo.office.base.scope import Scope
from diansuo.office.billing import external_queries, queries
from diansuo.office.billing.rebilling import queries as rebilling
from diansuo.office.billing.rebilling.wording import TONES
from diansuo.office.billing.temporary import queries as temporary
from diansuo.office.billing.temporary.wording import TONES as TEMPORARY_TONES

SHOWN = 24


def publish() -> None:
    """Publish the menu entry and the panel (from the app's ``ready``)."""
    add_navigation(
        NavigationItem(12, _("电费账单"), "bills", _("抄表与电费")),
        NavigationItem(14, _("月度价格表"), "sheets", _("抄表与电费")),
        NavigationItem(15, _("平均单价"), "average", _("抄表与电费")),
        NavigationItem(16, _("上网电费"), "feed_in_list", _("抄表与电费")),
        NavigationItem(17, _("退补"), "corrections", _("抄表与电费")),
        NavigationItem(18, _("临时用电"), "temporary", _("抄表与电费")),
        NavigationItem(13, _("已发行电费"), "issued", _("抄表与电费")),
    )
    add_panel(Panel(30, _("账单"), "billing/bills_panel.html", _bills, "bills", "base.see_bills"))
    add_panel(
        Panel(35, _("退补"), "billing/rebilling/panel.html", _corrections, "corrections", "base.see_bills")
    )


def _corrections(scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    return {
        "corrections": rebilling.of_customer(scope, customer_id)[:SHOWN],
        "tones": TONES,
        "months": rebilling.billed_months(scope, customer_id),
        "number": rebilling.number_of(scope, customer_id),
    }


def _bills(scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    bills = list(queries.customer_bills(scope, customer_id=customer_id)[:SHOWN])
    months = Counter(bill.period for bill in bills)
    return {
        "customer_id": customer_id,
        "bills": bills,
        "together": [period for period, count in months.items() if count > 1],
        "feed_in": queries.feed_in(scope, customer_id=customer_id)[:SHOWN],
        "charges": temporary.of_customer(scope, customer_id)[:SHOWN],
        "tones": TEMPORARY_TONES,
        "external": external_queries.of_customer(scope, customer_id=customer_id)[:SHOWN],
    }
