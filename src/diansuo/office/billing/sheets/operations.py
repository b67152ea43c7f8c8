"""What happens to a price sheet: proposed, approved by a second person, withdrawn. Told the time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.rules import RuleBook, RuleBookRefused
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import NoValueInForce
from diansuo.core.rules.sheet import accept_sheet
from diansuo.office.base.models import User
from diansuo.office.base.proposals.limits import limits
from diansuo.office.base.scope import Scope
from diansuo.office.billing.sheets import comparing, components, queries, totals
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.documents import Publication, content_hash, documents
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.office.billing.sheets.reading import Prices
from diansuo.office.billing.sheets.totals import OWNERS
from diansuo.office.config.rulebook import book

State = PriceSheet.State


class UnableToDo(ValueError):
    """The sheet cannot be proposed, approved or withdrawn; the message says why and what to do."""


def prepared(prices: Prices, publication: Publication, now: datetime) -> dict[str, Any]:
    """Return the documents a sheet would have, checked against the rulebook; nothing is stored.

    Raises:
        UnableToDo: a component the rulebook owns, a span that is none, totals that are not the sum of their
            components, or documents the rulebook refuses.
    """
    if publication.to_date <= publication.from_date:
        raise UnableToDo(_("执行止不晚于执行起，请更正日期"))
    prices, published_totals = totals.parted(prices, publication, book())
    _require_sheet_owned(prices, publication, book())
    wrong = totals.mismatches(prices, published_totals, publication, priced_book())
    if wrong:
        raise UnableToDo(_("与公布的合计不符，多半有一项填错：%(where)s") % {"where": "；".join(wrong)})
    content = documents(prices, publication, timezone.localdate(now))
    _require_laid(content, publication.place, book())
    _require_no_slip(content, timezone.localdate(now))
    return content


def propose(
    prices: Prices, publication: Publication, *, user: User | None, now: datetime, ran_by: str = ""
) -> PriceSheet:
    """Keep a sheet for a second person to approve; it prices nothing yet.

    Args:
        prices: by component, scheme and voltage class.
        publication: where and for when they were published.
        user: who proposes; None for the system's own account.
        now: the moment.
        ran_by: ``login@computer`` of who ran the command; empty from a page.

    Raises:
        UnableToDo: as :func:`prepared`, or the very same prices wait or hold already.
    """
    content = prepared(prices, publication, now)
    digest = content_hash(content)
    same = PriceSheet.objects.filter(content_hash=digest).exclude(state=State.WITHDRAWN).first()
    if same is not None:
        raise UnableToDo(
            _("同样的价格表已有（第 %(number)d 号，%(state)s），不必再提交")
            % {"number": same.pk, "state": same.get_state_display()}
        )
    return PriceSheet.objects.create(
        place=publication.place,
        from_date=publication.from_date,
        to_date=publication.to_date,
        document=publication.document,
        content=content,
        content_hash=digest,
        proposed_by=user,
        proposed_at=now,
        proposed_from=ran_by[:160],
    )


def approve(sheet: PriceSheet, *, user: User, now: datetime) -> PriceSheet:
    """Let a sheet price bills from now on.

    Raises:
        UnableToDo: the proposer approves it, or whoever ran the command that proposed it; it does not wait; or it
            overlaps with one that holds.
    """
    if proposed_it(sheet, user):
        raise UnableToDo(_("提交人不能审批自己的价格表，请另一人审批"))
    with transaction.atomic():
        held = _locked(sheet, State.PROPOSED)
        _require_laid(held.content, held.place, priced_book())
        held.state, held.approved_by, held.approved_at = State.APPROVED, user, now
        held.save(update_fields=["state", "approved_by", "approved_at"])
    return held


def proposed_it(sheet: PriceSheet, user: User) -> bool:
    """Return whether a user proposed a sheet, by account or by the login the command was run with."""
    login = sheet.proposed_from.partition("@")[0]
    return sheet.proposed_by_id == user.pk or (bool(login) and login.lower() == user.username.lower())


def withdraw(sheet: PriceSheet, *, user: User | None, now: datetime) -> PriceSheet:
    """Take a sheet back; drafts that used it are computed afresh with the next run of their month.

    Raises:
        UnableToDo: it is withdrawn already, or a final bill used it.
    """
    with transaction.atomic():
        held = _locked(sheet, State.PROPOSED, State.APPROVED)
        used = (
            queries.final_bills(Scope.everything(), held, priced_book())
            if held.state == State.APPROVED
            else 0
        )
        if used:
            raise UnableToDo(
                _("已有 %(count)d 份发行的账单用了这张价格表，不能撤回；价格有误的走退补") % {"count": used}
            )
        held.state, held.withdrawn_by, held.withdrawn_at = State.WITHDRAWN, user, now
        held.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    return held


def _locked(sheet: PriceSheet, *states: str) -> PriceSheet:
    held = PriceSheet.objects.select_for_update().get(pk=sheet.pk)
    if held.state not in states:
        raise UnableToDo(
            _("这张价格表现在是“%(state)s”，刷新页面看一看") % {"state": held.get_state_display()}
        )
    return held


def _require_sheet_owned(prices: Prices, publication: Publication, rulebook: RuleBook) -> None:
    """Each component has one owner (design.md §6): what the rulebook owns no sheet may bring."""
    try:
        entry = rulebook.in_force(f"{publication.place}/{OWNERS}", publication.from_date)
    except (NoSuchRule, NoValueInForce) as problem:
        raise UnableToDo(
            _("规则库没有 %(place)s 在 %(day)s 的电价构成，价格表无处可放；先补 %(rule)s.yaml")
            % {
                "place": publication.place,
                "day": publication.from_date,
                "rule": f"{publication.place}/{OWNERS}",
            }
        ) from problem
    owned = entry.values["components"]
    for name in prices:
        words = {"component": components.COMPONENT_RULES[name]}
        if name not in owned:
            raise UnableToDo(_("当地电价构成中没有“%(component)s”，去掉这一项") % words)
        if owned[name]["owner"] != "sheet":
            raise UnableToDo(
                _(
                    "“%(component)s”由规则库管（按文件发布、长期执行），价格表不能带；"
                    "去掉这一项，数值有变的改规则库"
                )
                % words
            )


def _require_no_slip(content: dict[str, Any], today: date) -> None:
    """Stop what can only be a slip of the decimal point: 5.6 for 0.56; smaller jumps are marked and looked at."""
    entry = limits(today)
    most, times = entry.number("price_most"), entry.number("price_times_most")
    judged = entry.number("price_judged_from")
    for row in comparing.rows(content, priced_book()):
        price, before = abs(row.price), None if row.before is None else abs(row.before)
        words = {"component": row.component, "price": row.price, "before": row.before}
        if price > most:
            raise UnableToDo(_("“%(component)s”%(price)s 元/千瓦时过高，核对小数点和单位") % words)
        if before and max(price, before) >= judged and (price >= before * times or price * times <= before):
            raise UnableToDo(
                _("“%(component)s”%(price)s 元/千瓦时，上月 %(before)s，差得太多，核对小数点") % words
            )


def _require_laid(content: dict[str, Any], place: str, onto: RuleBook) -> None:
    try:
        accept_sheet(onto, content, place)
    except RuleBookRefused as refusal:
        raise UnableToDo(_("规则库不接受：%(why)s") % {"why": _in_words(refusal)}) from refusal


def _in_words(refusal: RuleBookRefused) -> str:
    said = []
    for problem in refusal.problems:
        name = components.component_of(problem.file.removesuffix(".yaml"))
        title = components.COMPONENT_RULES.get(name, problem.file)
        wrong = problem.wrong
        if "overlaps" in wrong or "has a value from" in wrong:
            wrong = _("与已审批的价格表日期重叠")
        elif "more than a line can hold" in wrong:
            wrong = _("%(price)s 元/千瓦时太大，是不是按元/兆瓦时填的") % {"price": wrong.split()[0]}
        said.append(f"{title}：{wrong}")
    return "；".join(dict.fromkeys(said))
