"""The pages of causes: all findings of a scope as a list, and the button that sends one to somebody."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from diansuo.office.base import lists
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.network import queries as losses
from diansuo.office.network.asked import asked
from diansuo.office.network.causes import job_queries, operations, queries, record, wording
from diansuo.office.network.causes.limits import limits
from diansuo.office.network.finding_models import KINDS
from diansuo.office.network.framing import frame
from diansuo.office.network.models import LossFinding

COLUMNS: Final = (
    Column("area.name", gettext_lazy("台区"), Kind.CODE, url_name="loss_area", url_args=("area_id",)),
    Column(
        "kind",
        pgettext_lazy("loss", "原因"),
        Kind.CODE,
        labels=dict(KINDS),
        url_name="loss_area",
        url_args=("area_id",),
        anchor="finding-",
    ),
    Column("whose", gettext_lazy("用户"), Kind.CODE, url_name="customer", url_args=("customer_id",)),
    Column("daily_wh", gettext_lazy("每天"), Kind.KWH, unit="kWh"),
    Column("monthly_fen", gettext_lazy("折合每月"), Kind.YUAN, unit=gettext_lazy("元")),
    Column("confidence", gettext_lazy("把握"), Kind.CODE),
    Column(
        "state",
        gettext_lazy("状态"),
        Kind.CODE,
        labels=dict(LossFinding.State.choices),
        tones=wording.STATE_TONES,
    ),
    Column("evidence_words", pgettext_lazy("loss", "依据"), Kind.WORDS),
    Column(
        "order.number",
        pgettext_lazy("one", "派工单"),
        Kind.CODE,
        url_name="work_order",
        url_args=("order_id",),
    ),
)
EXPORTED: Final = (
    Column("area.number", gettext_lazy("台区编号"), Kind.CODE),
    *COLUMNS,
    Column("found_date", gettext_lazy("发现日期"), Kind.DAY),
    Column("answered_at", gettext_lazy("答复时间"), Kind.MOMENT),
    Column("answer", gettext_lazy("核查说明")),
    Column("meter.asset_number", gettext_lazy("电能表编号"), Kind.CODE),
)
"""A workbook has room for what the page of the area says."""


@allowed("base.see_losses")
def finding_list(request: HttpRequest) -> HttpResponse:
    """Show the findings of the viewer's areas, open ones and those worth most first, each with its kind's record."""
    scope, today = Scope.of(request.user), timezone.localdate()
    held, searches = limits(today), job_queries.searches(scope, today)
    managers = losses.managers_on(scope, today)
    tallies = {one.station.pk: record.tallies(scope, one.station.pk, today) for one in searches}

    def enrich(rows: list[Any]) -> list[Any]:
        for row in rows:
            tally = tallies.get(row.station_id, {}).get(row.kind)
            row.record = f"{tally.proven}/{tally.answered}" if tally else ""
            row.whose = wording.whose(row)
            row.customer_id = row.point.contract.customer_id if row.point and row.point.contract else None
            sure = wording.confidence_words(row.confidence_bp, held)
            proven = _("%(sure)s，本所查实 %(record)s") % {"sure": sure, "record": row.record}
            row.confidence = proven if row.record else sure
            row.evidence_words = wording.evidence_words(row)
            row.daily_wh = wording.reckoned(row.daily_wh)
        return rows

    listing = lists.Listing(
        title=_("线损原因"),
        columns=EXPORTED if request.GET.get("export") == "xlsx" else COLUMNS,
        key=queries.MOST_WORTH_FIRST,
        empty=_empty(searches),
        file_name=_("线损原因"),
        search=lists.any_of(
            "area__number__startswith",
            "area__name__contains",
            "point__contract__customer__number__startswith",
        ),
        search_hint=_("台区编号或名称、用户编号"),
        filters=(
            lists.Filter("state", _("状态"), LossFinding.State.choices, lists.equal("state")),
            lists.Filter("kind", pgettext("loss", "原因"), KINDS, lists.equal("kind")),
        ),
        enrich=enrich,
        subject=lambda row: _about(row, managers.get(row.area_id, (None, ""))[0]),
        template="network/findings.html",
    )
    context = {**frame(asked(request, scope), "loss_findings"), "searches": searches}
    return lists.respond(request, listing, queries.findings_by_worth(scope), context)


def _about(finding: LossFinding, manager_id: int | None) -> Subject | None:
    """Say what a task made from a finding is about; one that was sent or answered makes none."""
    waits = finding.state == LossFinding.State.WAITING
    return operations.subject_of(finding, manager_id) if waits else None


def _empty(searches: list[job_queries.Search]) -> str:
    """Say why there is nothing yet, and what to do."""
    if all(one.could is None for one in searches):
        return _("还没有日冻结示数。在“导入”里导入日冻结电量，到齐后自动查找原因，找到的列在这里。")
    done = max((one.done_day for one in searches if one.done_day), default=None)
    if done is None:
        return _("还没有查找过原因。导入日冻结电量后自动查找；现在就要，按上面的“查找原因”。")
    return _("查到 %(day)s 为止，没有找到原因：损失在误差带以内。") % {"day": done}


@require_POST
@allowed("base.dispatch_work")
def send(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Send a finding to the person who was chosen beside the button."""
    scope = Scope.of(request.user)
    finding = queries.one(scope, finding_id)
    if finding is None:
        raise Http404
    back = redirect(reverse("loss_area", args=[finding.area_id]) + f"#finding-{finding.pk}")
    given = request.POST.get("staff", "")
    people = work_orders.people(scope, [finding.station_id])
    staff = people.filter(pk=given).first() if given.isdecimal() and len(given) < 10 else None
    if staff is None:
        messages.error(request, _("请选择派给谁，再按“派工”"))
        return back
    try:
        order = operations.send(finding, staff, user=request.user, now=timezone.now())
    except operations.UnableToSend as problem:
        messages.error(request, str(problem))
        return back
    messages.success(
        request, _("已派工 %(number)s 给%(name)s") % {"number": order.number, "name": staff.name}
    )
    return back
