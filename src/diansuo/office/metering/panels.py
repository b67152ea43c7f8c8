"""What metering publishes: menu entries, and the readings and findings panels of the customer page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base import registry, wording
from diansuo.office.base.registry import NavigationItem, Panel, add_navigation, add_panel
from diansuo.office.base.scope import Scope
from diansuo.office.metering import page_queries as queries
from diansuo.office.metering.models import Consumption, Finding

SEVERITY_TONES = {
    Finding.Severity.INFO: "info",
    Finding.Severity.WARNING: "warn",
    Finding.Severity.BLOCKING: "bad",
}
KWH = 1000


def publish() -> None:
    """Publish the menu entry and the panels (from the app's ``ready``)."""
    group = gettext_lazy("抄表与电费")
    add_navigation(
        NavigationItem(9, gettext_lazy("我的抄表"), "rounds", group),
        NavigationItem(10, gettext_lazy("录入示数"), "reading_routes", group),
        NavigationItem(12, gettext_lazy("抄表异常"), "exceptions", group),
        NavigationItem(13, gettext_lazy("采集失败"), "failures", group),
        NavigationItem(14, gettext_lazy("抄表考核"), "assessments", group),
        NavigationItem(15, gettext_lazy("现场核查"), "site_check_latest", group),
    )
    add_panel(
        Panel(
            20,
            gettext_lazy("用电与示数"),
            "metering/readings_panel.html",
            _readings,
            "readings",
            "base.see_readings",
        )
    )
    add_panel(
        Panel(
            50,
            gettext_lazy("核查发现"),
            "metering/findings_panel.html",
            _findings,
            "findings",
            "base.see_readings",
        )
    )


def stuck_words(stuck: queries.Stuck | None) -> str:
    """Say where a point got stuck first, and by what."""
    if stuck is None:
        return ""
    if stuck.finding is None:
        return _("卡在 %(month)s：没有执行或没有发行") % {"month": wording.month(stuck.period)}
    why = registry.words_of(stuck.finding).title
    return _("卡在 %(month)s：%(why)s") % {"month": wording.month(stuck.period), "why": why}


def _readings(scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    months = queries.months(scope, customer_id)
    registers, days = queries.reading_days(scope, customer_id)
    return {
        "months": months[::-1],
        "chart": _chart(months) if months else None,
        "registers": registers,
        "days": days,
        "missed": queries.missed(scope, customer_id),
    }


def _chart(months: list[Consumption]) -> dict[str, Any]:
    """Return the chart's data: kWh a month, by time of use where the meter tells it apart."""
    parts = [
        (_("峰"), 1, [row.peak_wh if row.has_parts else 0 for row in months]),
        (_("谷"), 2, [row.valley_wh if row.has_parts else 0 for row in months]),
        (_("尖"), 3, [row.sharp_wh if row.has_parts else 0 for row in months]),
        (_("平"), 4, [row.flat_wh if row.has_parts else 0 for row in months]),
        (_("不分时"), 3, [0 if row.has_parts else row.total_wh for row in months]),
    ]
    return {
        "unit": "kWh",
        "labels": [wording.month(row.period) for row in months],
        "series": [
            {"name": name, "colour": colour, "values": [value / KWH for value in values]}
            for name, colour, values in parts
            if any(values)
        ],
    }


def _findings(scope: Scope, customer_id: int, _day: date) -> dict[str, Any]:
    found = queries.findings(scope, customer_id)
    stuck = queries.stuck(scope, found)
    rows = [
        {
            "period": finding.period,
            "stuck": stuck.get(finding.pk),
            "stuck_at": stuck_words(stuck.get(finding.pk)),
            "tone": SEVERITY_TONES[Finding.Severity(finding.severity)],
            "severity": finding.get_severity_display(),
            "words": registry.words_of(finding),
        }
        for finding in found
    ]
    return {"rows": rows}
