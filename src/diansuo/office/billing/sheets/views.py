"""Pages of price sheets: the list, a new one, one beside the month before it with the buttons that decide on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.core.quantity.month import month_of
from diansuo.office.base import lists
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects import pricesheets
from diansuo.office.billing.sheets import comparing, components, doubts, operations, queries, reading
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.forms import SheetForm
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.office.billing.sheets.place import commercial_place, place_name
from diansuo.office.billing.sheets.totals import OWNERS
from diansuo.office.billing.wording import reason
from diansuo.office.config.rulebook import book

TONES = {
    PriceSheet.State.PROPOSED: "warn",
    PriceSheet.State.APPROVED: "ok",
    PriceSheet.State.WITHDRAWN: "info",
}


@allowed("base.see_prices")
def sheet_list(request: HttpRequest) -> HttpResponse:
    """Show every price sheet, the latest month first."""
    listing = lists.Listing(
        title=_("月度价格表"),
        columns=(
            Column("month", _("执行月份"), Kind.PERIOD, url_name="sheet", url_args=("id",)),
            Column("component_names", _("价格项目")),
            Column("document", _("依据文件")),
            Column("state", _("状态"), Kind.CODE, labels=dict(PriceSheet.State.choices), tones=TONES),
            Column("proposed_by.first_name", _("提交人"), Kind.CODE),
            Column("approved_by.first_name", _("审批人"), Kind.CODE),
        ),
        key=("-from_date", "-id"),
        empty=_(
            "还没有价格表。每月公布的代理购电价、上网环节线损费用、系统运行费用在这里提交，"
            "另一人审批后用于工商业计费。"
        ),
        file_name=_("月度价格表"),
        search=lists.any_of("document__contains"),
        search_hint=_("依据文件"),
        filters=(lists.Filter("state", _("状态"), PriceSheet.State.choices, lists.equal("state")),),
        enrich=_with_components,
        template="billing/sheets/list.html",
    )
    return lists.respond(request, listing, queries.sheets(Scope.of(request.user)), {"section": "sheets"})


def _with_components(rows: list[PriceSheet]) -> list[PriceSheet]:
    for row in rows:
        names = {components.component_of(document["id"]) for document in row.content.values()}
        row.month = month_of(row.from_date)
        row.component_names = str(_("、")).join(
            str(title) for name, title in components.COMPONENT_RULES.items() if name in names
        )
    return rows


@allowed("base.propose_prices")
def sheet_new(request: HttpRequest) -> HttpResponse:
    """Take a table, show it beside the month before, and keep it once that was confirmed."""
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "form": form,
        "place": place_name(book(), commercial_place()),
        "names": _sheet_owned(),
        "section": "sheets",
    }
    if request.method == "POST" and form.is_valid() and "edit" not in request.POST:
        prices, publication = form.cleaned_data["prices"], form.publication(commercial_place())
        try:
            if "confirm" in request.POST:
                _sheet, made = pricesheets.propose(prices, publication, user=request.user, now=timezone.now())
                messages.success(request, _("已提交，等另一人看过影响后复核"))
                return redirect("proposal", made.pk)
            content = operations.prepared(prices, publication, timezone.now())
        except (operations.UnableToDo, UnableToDo) as problem:
            form.add_error(None, str(problem))
        else:
            context |= _compared(content) | {"held": _held(request, form), "publication": publication}
            context["month_doubts"] = doubts.doubts(
                Scope.of(request.user), content, publication.document, publication.from_date
            )
            return render(request, "billing/sheets/preview.html", context)
    return render(request, "billing/sheets/new.html", context, status=422 if form.errors else 200)


def _compared(content: dict[str, Any]) -> dict[str, Any]:
    """Return the prices of a sheet beside the ones before it, as its table shows them."""
    rows = comparing.rows(content, priced_book())
    return {
        "rows": rows,
        "jumps": sum(row.jump for row in rows),
        "compared": any(row.before is not None for row in rows),
    }


def _held(request: HttpRequest, form: SheetForm) -> list[tuple[str, str]]:
    """Return what the confirmation sends again; a file comes back as the table that was read from it."""
    given = {name: request.POST.get(name, "") for name in form.fields if name not in ("file", "table")}
    return [*given.items(), ("table", reading.as_pasted(form.cleaned_data["prices"]))]


def _sheet_owned() -> list[str]:
    """Return the components a sheet may bring here today, in words."""
    rule = book().rules.get(f"{commercial_place()}/{OWNERS}")
    owned = rule.entries[-1].values["components"] if rule and rule.entries else {}
    return [
        str(title)
        for name, title in components.COMPONENT_RULES.items()
        if owned.get(name, {}).get("owner") == "sheet"
    ]


@allowed("base.see_prices")
def sheet_page(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Show a sheet beside what held before it."""
    sheet = _found(request, sheet_id)
    laid = priced_book()
    entry = next(iter(next(iter(sheet.content.values()))["values"].values()))
    waiting = sheet.state == PriceSheet.State.PROPOSED
    own = operations.proposed_it(sheet, request.user)
    context = {
        "sheet": sheet,
        **_compared(sheet.content),
        "source": entry["source"],
        "doubts": list(map(reason, entry["unverified"].values())),
        "month_doubts": doubts.doubts(Scope.of(request.user), sheet.content, sheet.document, sheet.from_date),
        "place": place_name(laid, sheet.place),
        "tone": TONES[PriceSheet.State(sheet.state)],
        "waiting": waiting
        and (request.user.has_perm("base.propose_prices") or request.user.has_perm("base.approve_prices")),
        "own": waiting and own,
        "proposal": pricesheets.proposal_of(Scope.of(request.user), sheet),
        "final_bills": queries.final_bills(Scope.of(request.user), sheet, laid)
        if sheet.state == PriceSheet.State.APPROVED
        else 0,
        "section": "sheets",
    }
    return render(request, "billing/sheets/sheet.html", context)


@require_POST
@allowed("base.propose_prices", "base.approve_prices")
def sheet_approve(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Lead to the proposal of a sheet, where its effect is shown and a second person agrees."""
    try:
        made = pricesheets.of_sheet(_found(request, sheet_id), now=timezone.now())
    except UnableToDo as problem:
        messages.error(request, str(problem))
        return redirect("sheet", sheet_id)
    return redirect("proposal", made.pk)


def _found(request: HttpRequest, sheet_id: int) -> PriceSheet:
    sheet = queries.sheets(Scope.of(request.user)).filter(pk=sheet_id).first()
    if sheet is None:
        raise Http404
    return sheet
