"""The pages of the auditor's desk: the three columns, one finding, deciding, taking back, the list as a workbook."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.archive.models import PRICE_CLASS_NAMES
from diansuo.office.base import wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.export import workbook
from diansuo.office.base.models import Station
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.billing.audit import details, frequency, operations, reopening, usefulness
from diansuo.office.desk import page_queries
from diansuo.office.desk import queries as desk
from diansuo.office.desk.audit import chart, queries, registers
from diansuo.office.desk.audit.queries import Asked
from diansuo.office.desk.audit.wording import (
    ISSUED,
    STATE_NAMES,
    STATES,
    TONES,
    decided,
    default_reason,
    per_thousand,
    reason_words,
    stands,
    taken_back,
)

PERMISSION = "base.run_cycle"
LAST = "audit_last"


@allowed("base.see_cycle")
def audit_page(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Show the month against the last one, the findings by rule, and the one that is asked for or the first."""
    scope, station = _station(request, station_id)
    asked = _asked(request.GET)
    listed = queries.listed(scope, station_id, period, asked)
    wanted = _number(request.GET.get("finding"))
    if wanted is None and listed.first is not None:
        wanted = listed.first.id
    context = _context(request, station, period) | {
        "job": desk.cycle_job(scope, station_id=station_id, period=period),
        "lines": queries.against_last_month(scope, station_id, period),
        "bills": queries.bills_without_energy(scope, station_id, period),
        "listed": listed,
        "asked": asked,
        "states": [
            (code, title, listed.states.get(code, 0))
            for code, title in STATE_NAMES.items()
            if code != ISSUED or listed.states.get(code)
        ],
        "went_out": listed.states.get(ISSUED, 0),
        "rules": usefulness.usefulness(scope, period, period, station_id=station_id),
        "last": _last(request, station, period),
        **_frequency(scope, station, period),
    }
    return render(request, "desk/audit/page.html", context | _detail(scope, station, period, wanted))


@allowed("base.see_cycle")
def audit_finding(request: HttpRequest, station_id: int, period: int, finding_id: int) -> HttpResponse:
    """Answer with one finding and all it stands on."""
    scope, station = _station(request, station_id)
    if not request.htmx:
        return redirect(f"{reverse('audit_desk', args=[station_id, period])}?state=&finding={finding_id}")
    context = _context(request, station, period) | _detail(scope, station, period, finding_id)
    if context["detail"] is None:
        raise Http404
    return render(request, "desk/audit/finding.html", context)


@allowed("base.see_cycle")
def audit_rules(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Answer with what became of each rule's findings, as it stands now."""
    scope, station = _station(request, station_id)
    rules = usefulness.usefulness(scope, period, period, station_id=station_id)
    return render(
        request, "desk/audit/rules.html", {"station_of_month": station, "period": period, "rules": rules}
    )


@require_POST
@allowed(PERMISSION)
def audit_decide(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Decide about the finding shown, or those marked, and answer with the next."""
    scope, station = _station(request, station_id)
    ids = [
        int(one) for one in request.POST.getlist("chosen") or request.POST.getlist("finding") if one.isdigit()
    ]
    decision = request.POST.get("decision", "")
    weights = queries.weights(Scope(frozenset({station_id})), ids)
    staff = work_orders.people(scope, [station_id]).filter(pk=_number(request.POST.get("staff")) or 0).first()
    reason = request.POST.get("reason", "").strip() or default_reason(decision)
    done = False
    try:
        if len(weights) < len(set(ids)):
            raise operations.UnableToDecide(_("有的审核发现已不存在（本月流程可能重新执行过），请刷新后再选"))
        counts = operations.decide(request.user, ids, decision, reason, timezone.now(), staff=staff)
    except operations.UnableToDecide as problem:
        said, tone = str(problem), "bad"
    else:
        done, said, tone = True, decided(decision, counts), "ok"
        request.session[LAST] = {
            "place": [station_id, period],
            "weights": weights,
            "may_undo": decision != "site",
        }
    if not request.htmx:
        (messages.success if done else messages.error)(request, said)
        return _back(request, station_id, period)
    following = _number(request.POST.get("next")) if done else _number(request.POST.get("finding"))
    context = _context(request, station, period) | _detail(scope, station, period, following)
    context |= {
        "said": said,
        "tone": tone,
        "last": _last(request, station, period) if done else None,
        "swap": True,
    }
    answer = render(request, "desk/audit/finding.html", context)
    answer.headers["HX-Trigger-After-Settle"] = json.dumps(
        {"audit-decided": {"ids": ids if done else [], "state": decision}}
    )
    return answer


@require_POST
@allowed(PERMISSION)
def audit_release_rule(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Release all that a rule found under the filters, if they are still as many as the button said."""
    scope, _station_row = _station(request, station_id)
    asked = _asked(QueryDict(request.POST.get("query", "")))
    asked = Asked("open", request.POST.get("rule", "-"), asked.price_class, asked.area, asked.manager)
    ids = [one.id for one in queries.rows(scope, station_id, period, asked)]
    reason = request.POST.get("reason", "").strip()
    if str(len(ids)) != request.POST.get("count"):
        messages.error(request, _("这条规则下的数目已经变了，请核对后再放行"))
        return _back(request, station_id, period)
    weights = queries.weights(scope, ids)
    try:
        counts = operations.decide(request.user, ids, "released", reason, timezone.now())
    except operations.UnableToDecide as problem:
        messages.error(request, str(problem))
    else:
        request.session[LAST] = {"place": [station_id, period], "weights": weights, "may_undo": True}
        messages.success(request, decided("released", counts))
    return _back(request, station_id, period)


@require_POST
@allowed(PERMISSION)
def audit_undo(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Take back this user's last decision here, and show its finding again."""
    _scope, station = _station(request, station_id)
    last = _last(request, station, period)
    if last is None:
        messages.error(request, _("没有可以撤回的决定"))
        return _back(request, station_id, period)
    weights = {int(one): weight for one, weight in request.session[LAST]["weights"].items()}
    try:
        counts = reopening.reopen(request.user, weights, timezone.now())
    except operations.UnableToDecide as problem:
        messages.error(request, str(problem))
        return _back(request, station_id, period)
    request.session.pop(LAST)
    messages.success(request, taken_back(counts))
    return _back(request, station_id, period, finding=min(weights))


@allowed("base.see_cycle")
def audit_export(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Send the findings asked for as a workbook."""
    scope, _station_row = _station(request, station_id)
    columns = (
        Column("title", _("规则")),
        Column("number", _("用户编号"), Kind.CODE),
        Column("name", _("用户名称")),
        Column("point_number", _("计量点"), Kind.CODE),
        Column("energy_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("amount_fen", _("电费"), Kind.YUAN, unit=_("元")),
        Column("expected", _("应为")),
        Column("stake_fen", _("涉及金额"), Kind.YUAN, unit=_("元")),
        Column("reason", _("原因")),
        Column("remedy", _("怎么办")),
        Column("standing", _("审核决定"), labels=dict(STATES)),
        Column("decision.reason", _("理由")),
        Column("decision.decided_by.first_name", _("审核人")),
        Column("decision.decided_at", _("审核时间"), Kind.MOMENT),
    )
    rows = queries.rows(scope, station_id, period, _asked(request.GET))
    return workbook(_("发行前审核_%(month)s") % {"month": wording.month(period)}, columns, rows)


def _context(request: HttpRequest, station: Station, period: int) -> dict[str, Any]:
    return {
        "station_of_month": station,
        "period": period,
        "may_decide": operations.may_decide(request.user),
        "query": _query(request),
        "section": "cycles",
    }


def _frequency(scope: Scope, station: Station, period: int) -> dict[str, Any]:
    found = frequency.frequency(scope, period, station_id=station.pk)
    return {
        "frequency": found,
        "frequency_rows": [
            (title, [per_thousand(one) for one in shares]) for _rule, title, shares in found.rows
        ],
        "frequency_total": [per_thousand(one) for one in found.total],
    }


def _query(request: HttpRequest) -> str:
    """Return the filters of the desk that is open in the browser, without the finding."""
    if request.method == "POST":
        text = request.POST.get("query", "")
    else:
        text = urlsplit(request.htmx.current_url or "").query if request.htmx else request.GET.urlencode()
    query = QueryDict(text, mutable=True)
    query.pop("finding", None)
    return query.urlencode()


def _detail(scope: Scope, station: Station, period: int, finding_id: int | None) -> dict[str, Any]:
    detail = None if finding_id is None else details.finding(scope, finding_id)
    if detail is None or (detail.row.station_id, detail.row.period) != (station.pk, period):
        return {"detail": None}
    return {
        "detail": detail,
        "row": detail.row,
        "tone_of_row": TONES[detail.row.standing],
        "state_of_row": STATE_NAMES[stands(detail.row)],
        "chart": chart.draw(detail.months, period, detail.expected_energy),
        "registers": registers.of_month(detail),
        "decisions": [(one, reason_words(one.reason)) for one in detail.decisions],
        "price_class": PRICE_CLASS_NAMES.get(
            detail.row.price_class or (detail.term.price_class if detail.term else None)
        ),
        "people": work_orders.people(scope, [station.pk]),
    }


def _asked(given: QueryDict) -> Asked:
    state = given.get("state", "open")
    return Asked(
        state=state if state in STATE_NAMES or not state else "open",
        rule=given.get("rule", ""),
        price_class=_number(given.get("class")),
        area=_number(given.get("area")),
        manager=_number(given.get("manager")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _last(request: HttpRequest, station: Station, period: int) -> dict[str, Any] | None:
    last = request.session.get(LAST)
    if not last or last["place"] != [station.pk, period] or not last["may_undo"]:
        return None
    return {"count": len(last["weights"])}


def _back(request: HttpRequest, station_id: int, period: int, finding: int | None = None) -> HttpResponse:
    query = QueryDict(_query(request), mutable=True)
    if finding is not None:
        query["finding"] = str(finding)
    return redirect(f"{reverse('audit_desk', args=[station_id, period])}?{query.urlencode()}")


def _station(request: HttpRequest, station_id: int) -> tuple[Scope, Station]:
    scope = Scope.of(request.user)
    station = page_queries.station(scope, station_id)
    if station is None:
        raise Http404
    return scope, station
