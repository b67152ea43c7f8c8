"""The page that closes a supply: the day and the last registers, then the last bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from diansuo.core.metering import Register
from diansuo.office.archive import closing_queries as archive
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import wording
from diansuo.office.base.forms import DayInput
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.desk import queries
from diansuo.office.desk.closing import operations
from diansuo.office.desk.closing import queries as closing
from diansuo.office.desk.closing.operations import Closed, UnableToClose
from diansuo.office.metering import walk_queries
from diansuo.office.metering.forms import RegisterField
from diansuo.office.metering.panels import SEVERITY_TONES
from diansuo.office.metering.walk_queries import Stop

WH_PER_KWH = 1000


class ClosingForm(forms.Form):
    """The last day of a supply and what each of its meters showed."""

    day = forms.DateField(label=gettext_lazy("销户日期"), widget=DayInput)

    def __init__(self, stops: list[Stop], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stop in stops:
            for register in stop.registers:
                label = f"{stop.meter} {register.label}" if len(stops) > 1 else register.label
                field = RegisterField(label=label, required=register.code == Register.ACTIVE_TOTAL)
                if register.last_wh is not None:
                    field.help_text = _("上次示数 %(kwh)s（%(day)s）") % {
                        "kwh": wording.kilowatt_hours(register.last_wh),
                        "day": register.last_date,
                    }
                self.fields[f"p{stop.point_id}-{register.code}"] = field

    def registers(self, points: Mapping[int, MeteringPoint]) -> dict[MeteringPoint, dict[Register, int]]:
        """Return what was entered, in Wh by point and register."""
        found: dict[MeteringPoint, dict[Register, int]] = {}
        for name, value in self.cleaned_data.items():
            if name.startswith("p") and value is not None:
                point, _dash, code = name[1:].partition("-")
                found.setdefault(points[int(point)], {})[Register(int(code))] = int(value * WH_PER_KWH)
        return found


@allowed("base.run_cycle")
def closing_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Ask for the last day and the last registers; store them, bill, and show the bill or why it is held."""
    scope, today = Scope.of(request.user), timezone.localdate()
    contract = archive.open_contract(scope, customer_id)
    if contract is None:
        raise Http404
    points = archive.measuring_points(scope, contract.pk, today)
    period = operations.period_of(points[0], today) if points else 0
    stops = walk_queries.described(scope, points, period=period, day=today) if points else []
    form = ClosingForm(stops, request.POST or None, initial={"day": today})
    outcome: Closed | None = None
    if request.method == "POST" and form.is_valid():
        try:
            outcome = operations.close(
                scope,
                contract,
                day=form.cleaned_data["day"],
                registers=form.registers({point.pk: point for point in points}),
                user=request.user,
                today=today,
                now=timezone.now(),
                confirmed="confirmed" in request.POST,
            )
        except UnableToClose as problem:
            form.add_error(None, str(problem))
        else:
            if outcome.job is not None:
                return _after(request, scope, outcome, customer_id)
    context = {
        "customer": contract.customer,
        "form": form,
        "points": points,
        "asked": [{"tone": SEVERITY_TONES[one.severity], "words": one.words} for one in outcome.findings]
        if outcome
        else [],
        "owed": closing.owed(scope, customer_id),
        "section": "customers",
    }
    return render(request, "desk/closing.html", context)


@allowed("base.run_cycle")
@require_POST
def closing_bill(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Bill a closed supply again, once what held its last bill is mended."""
    scope, found = _closed(request, customer_id)
    try:
        job = operations.bill_again(
            scope,
            found.contract,
            found.period,
            user=request.user,
            today=timezone.localdate(),
            now=timezone.now(),
        )
    except UnableToClose as problem:
        messages.error(request, str(problem))
        return redirect("customer", customer_id)
    return _after(request, scope, Closed(job, found.period), customer_id)


@allowed("base.run_cycle")
@require_POST
def closing_withdraw(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Take a closing back whose last bill is not issued."""
    scope, found = _closed(request, customer_id)
    try:
        operations.reopen(scope, found.contract)
    except UnableToClose as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("已撤销销户：用户继续用电，止度和未发行的末次账单一并撤回"))
    return redirect("customer", customer_id)


def _closed(request: HttpRequest, customer_id: int) -> tuple[Scope, closing.Closing]:
    scope = Scope.of(request.user)
    found = closing.closed(scope, customer_id)
    if found is None or found.bill_id is not None:
        raise Http404
    return scope, found


def _after(request: HttpRequest, scope: Scope, outcome: Closed, customer_id: int) -> HttpResponse:
    """Show the last bill; where it is held, say why on the customer's page."""
    last = closing.closed(scope, customer_id)
    if last is not None and last.bill_id is not None:
        messages.success(request, _("已销户，末次电费账单已发行"))
        if (owed := closing.owed(scope, customer_id)).count:
            messages.warning(
                request,
                _("该用户还欠费 %(yuan)s 元（%(count)s 笔），含末次账单")
                % {"yuan": wording.yuan(owed.fen), "count": owed.count},
            )
        return redirect("bill", last.bill_id)
    assert outcome.job is not None
    held = queries.held(scope, job_id=outcome.job.pk)
    for row in held:
        for words in row.findings:
            messages.warning(request, f"{words.title}：{words.reason}。{words.remedy}")
    if not held:
        messages.warning(request, _("已销户；没有可计费的电量"))
    return redirect("customer", customer_id)
