"""What every loss page shows: the month and its neighbours, the tabs, where in a long list it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Responsibility
from diansuo.office.base.scope import Scope
from diansuo.office.network.asked import Asked


def frame(of: Asked, page: str) -> dict[str, Any]:
    """Return the month, its neighbours and the tabs, ``page`` being the one shown."""
    tabs = (
        ("loss", _("日历")),
        ("loss_map", _("热力图")),
        ("loss_tree", _("网络图")),
        ("loss_list", _("异常台区")),
        ("loss_missing", _("不可算缺什么")),
        ("loss_months", _("月度同期")),
        ("loss_trend", _("趋势")),
        ("loss_feeders", _("线路与全所")),
        ("loss_findings", pgettext("losses", "原因")),
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


def chosen_manager(request: HttpRequest, scope: Scope) -> int | None:
    """Return the manager the list is narrowed to, None for all."""
    given = request.GET.get("manager", "")
    known = {person for person, _name in archive.people(scope, Responsibility.Duty.MANAGER)}
    return int(given) if given.isdecimal() and len(given) < 10 and int(given) in known else None


def filters(request: HttpRequest, scope: Scope, words: str, kept: dict[str, Any]) -> dict[str, Any]:
    """Return what the form above the rows needs (base/filters.html)."""
    people = archive.people(scope, Responsibility.Duty.MANAGER)
    return {
        "searchable": True,
        "words": words,
        "listing": {"search_hint": _("台区编号或名称")},
        "kept": {name: value for name, value in kept.items() if value},
        "filters": [
            {
                "name": "manager",
                "title": _("台区经理"),
                "choices": people,
                "value": request.GET.get("manager", ""),
            }
        ],
        "narrowed": bool(words or request.GET.get("manager")),
    }
