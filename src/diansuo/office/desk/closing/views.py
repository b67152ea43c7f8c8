"""The page that closes a supply: the day and the last registers, then the last bill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from diansuo.core.metering import Register
from diansuo.office.archive import closing_queries as archive
from diansuo.office.archive.models import Contract, MeteringPoint
from diansuo.office.base import wording
from diansuo.office.base.forms import DayInput
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries as billing
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

    day = forms.DateField(label=gettext_lazy("日期"), widget=DayInput)

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
    scope, contract = _open(request, customer_id)
    found = _asked(request, request.POST, scope, contract, operations.close)
    if isinstance(found, Closed):
        return _after_closing(request, scope, found, customer_id)
    context = {**found, "owed": closing.owed(scope, customer_id)}
    return render(request, "desk/closing.html", context)


@allowed("base.run_cycle")
def one_off_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Ask for a special reading of a supply that goes on, and bill up to it at once."""
    scope, contract = _open(request, customer_id)
    found = _asked(request, request.POST, scope, contract, operations.bill_to_day)
    if isinstance(found, Closed):
        return _after_one_off(request, scope, found, contract.pk, customer_id)
    return render(request, "desk/one_off.html", found)


def _open(request: HttpRequest, customer_id: int) -> tuple[Scope, Contract]:
    scope = Scope.of(request.user)
    contract = archive.open_contract(scope, customer_id)
    if contract is None:
        raise Http404
    return scope, contract


def _asked(
    request: HttpRequest, given: QueryDict, scope: Scope, contract: Contract, act: Callable[..., Closed]
) -> Closed | dict[str, Any]:
    """Return what became of the registers entered, or what the page shows where none are stored yet."""
    today = timezone.localdate()
    points = archive.measuring_points(scope, contract.pk, today)
    period = operations.period_of(points[0], today) if points else 0
    stops = walk_queries.described(scope, points, period=period, day=today) if points else []
    form = ClosingForm(stops, given or None, initial={"day": today})
    outcome: Closed | None = None
    if request.method == "POST" and form.is_valid():
        try:
            outcome = act(
                scope,
                contract,
                day=form.cleaned_data["day"],
                registers=form.registers({point.pk: point for point in points}),
                user=request.user,
                today=today,
                now=timezone.now(),
                confirmed="confirmed" in given,
            )
        except UnableToClose as problem:
            form.add_error(None, str(problem))
        else:
            if outcome.job is not None:
                return outcome
    found = outcome.findings if outcome else ()
    return {
        "customer": contract.customer,
        "form": form,
        "points": points,
        "asked": [{"tone": SEVERITY_TONES[one.severity], "words": one.words} for one in found],
        "section": "customers",
    }


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
    return _after_closing(request, scope, Closed(job, found.period), customer_id)


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


def _after_closing(request: HttpRequest, scope: Scope, outcome: Closed, customer_id: int) -> HttpResponse:
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
    _say_why_held(request, scope, outcome, _("已销户；没有可计费的电量"))
    return redirect("customer", customer_id)


def _after_one_off(
    request: HttpRequest, scope: Scope, outcome: Closed, contract_id: int, customer_id: int
) -> HttpResponse:
    """Show the bill; where it is held, say why on the customer's page."""
    bills = billing.issued_of(scope, contract_id=contract_id, period=outcome.period)
    if bills:
        messages.success(request, _("已按特抄示数出账发行；下月从这次示数算起"))
        return redirect("bill", bills[0].pk)
    _say_why_held(request, scope, outcome, _("示数已存；没有可计费的电量"))
    return redirect("customer", customer_id)


def _say_why_held(request: HttpRequest, scope: Scope, outcome: Closed, otherwise: str) -> None:
    assert outcome.job is not None
    held = queries.held(scope, job_id=outcome.job.pk)
    for row in held:
        for words in row.findings:
            messages.warning(request, f"{words.title}：{words.reason}。{words.remedy}")
    if not held:
        messages.warning(request, otherwise)
