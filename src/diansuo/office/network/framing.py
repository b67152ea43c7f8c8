"""What every loss page shows: the month and its neighbours, the tabs, where in a long list it stands."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.office.network.asked import Asked


def frame(of: Asked, page: str) -> dict[str, Any]:
    """Return the month, its neighbours and the tabs, ``page`` being the one shown."""
    tabs = (
        ("loss", _("日历")),
        ("loss_list", _("异常台区")),
        ("loss_missing", _("不可算缺什么")),
        ("loss_months", _("月度同期")),
        ("loss_trend", _("趋势")),
        ("loss_feeders", _("线路与全所")),
        ("loss_findings", _("原因")),
    )
    return {
        "of": of,
        "tabs": [(reverse(name), title, name == page) for name, title in tabs],
        "section": "loss",
    }


def pages(start: int, size: int, total: int) -> dict[str, Any]:
    """Return what the pager below a list needs."""
    return {
        "first": start + 1,
        "last": min(start + size, total),
        "total": total,
        "before": max(0, start - size) if start else None,
        "after": start + size if start + size < total else None,
    }
