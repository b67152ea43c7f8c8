"""What makes a second person look twice at a sheet: another month in its name, the very prices of another month."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.office.base.scope import Scope
from diansuo.office.billing.sheets import queries
from diansuo.office.billing.sheets.models import PriceSheet

# 2024年5月 names a month of prices; 2024年5月28日 is a day, the one of publication.
NAMED: Final = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月(?!\s*\d{1,2}\s*日)")


def doubts(scope: Scope, content: Mapping[str, Any], document: str, from_date: date) -> list[str]:
    """Return in words what speaks for a sheet of another month."""
    return [*_another_month(document, from_date), *_same_prices(scope, content, from_date)]


def _another_month(document: str, from_date: date) -> list[str]:
    named = {(int(year), int(month)) for year, month in NAMED.findall(document)}
    if not named or (from_date.year, from_date.month) in named:
        return []
    months = str(_("、")).join(f"{year}-{month:02d}" for year, month in sorted(named))
    return [
        _("依据文件写的是 %(months)s 的价格，执行月份却是 %(month)s，核对是不是拿错了月份")
        % {"months": months, "month": f"{from_date:%Y-%m}"}
    ]


def _same_prices(scope: Scope, content: Mapping[str, Any], from_date: date) -> list[str]:
    mine = prices_of(content)
    same = [
        sheet
        for sheet in queries.sheets(scope).exclude(state=PriceSheet.State.WITHDRAWN)
        if sheet.from_date != from_date and prices_of(sheet.content) == mine
    ]
    return [
        _("与 %(month)s 的价格表（第 %(number)d 号）逐项相同，核对是不是拿错了月份")
        % {"month": f"{sheet.from_date:%Y-%m}", "number": sheet.pk}
        for sheet in same[:1]
    ]


def prices_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prices of a sheet's documents by path, whatever days they hold."""
    return {
        path: [entry["prices"] for entry in document["values"].values()] for path, document in content.items()
    }
