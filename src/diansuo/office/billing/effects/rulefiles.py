"""A rule of the place as a proposal: other values, from a day on, and what they would have brought before they hold.

Prices, terms and the thresholds of the checks all stand in the rulebook, so that one kind of proposal changes them all.
What is agreed to is the text of one of the place's own files; every process reads it at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.quantity.month import billing_year, month_of, next_month
from diansuo.core.rules import Entry, RuleBook, RuleBookRefused
from diansuo.core.rules.supposing import PRICED, supposed
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.proposals import kinds, limits
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit.rules import CHECKS
from diansuo.office.billing.effects import booking, pricesheets, queries
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.sheets.book import laid_onto, priced_book
from diansuo.office.billing.wording import rule_title
from diansuo.office.config import rulebook, rulebook_files

NAME: Final = "rules"
EVERYTHING: Final = Scope.everything()
EARLIEST: Final = "2012-07-01"
NO_MONEY: Final = "/checks/"
"""Rules of checks: their thresholds move findings, never a bill."""
MOST_NAMED: Final = 5
MOST_SAID: Final = 100


def propose(text: str, *, reason: str, user: User | None, now: datetime) -> Proposal:
    """Propose the text of one of the place's own files of rules; no file is written yet.

    Raises:
        UnableToDo: the text is no rule the rulebook takes, changes nothing, or is absurd: with every cause.
    """
    rule_id = _identity(text)
    path = f"{rule_id}{rulebook_files.SUFFIX}"
    said = {"rule": rule_id, "path": path, "before": rulebook.own_files().get(path), "after": text}
    days = sorted(_changed(said)) if not _problems(said) else []
    return proposals.proposed_and_seen(
        NAME,
        said,
        station=None,
        subject=rule_title(rule_id)[:200],
        effective=days[0] if days else now.date(),
        reason=reason,
        user=user,
        now=now,
    )


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=NAME,
            title=gettext_lazy("规则、阈值变更"),
            permission="base.propose_rules",
            refusals=_refusals,
            unchanged=lambda said: rulebook.own_files().get(said["path"]) == said["before"],
            effect=_effect,
            apply=_apply,
            final_bills=_final_bills,
            take_back=_take_back,
            describe=_describe,
            large=booking.is_large,
            seconds=pricesheets.seconds_by_share,
            after_bills=gettext_lazy("提议更正的规则，再按“退补·批量重算”逐户退补，每笔另一人审批"),
        )
    )


def _identity(text: str) -> str:
    try:
        rule_id = str(rulebook_files.read_document(text, "").get("id", ""))
    except RuleBookRefused as refusal:
        raise proposals.UnableToDo(_words(refusal)) from refusal
    if rule_id not in rulebook.book().rules:
        raise proposals.UnableToDo(_("规则库没有 %(rule)s；id 照抄规则库里的") % {"rule": rule_id})
    return rule_id


def _words(refusal: RuleBookRefused) -> str:
    return "；".join(str(one) for one in refusal.problems[:MOST_NAMED])


def _problems(said: Mapping[str, Any]) -> list[str]:
    try:
        rulebook.with_own({said["path"]: said["after"]})
    except RuleBookRefused as refusal:
        return [_words(refusal)]
    return []


def _changed(said: Mapping[str, Any]) -> dict[date, tuple[Entry | None, Entry | None]]:
    """Return the entries that come, go or have other values, by their day: as they were and as they will be."""
    before = rulebook.with_own({said["path"]: said["before"]}).rule(said["rule"]).entries
    after = rulebook.with_own({said["path"]: said["after"]}).rule(said["rule"]).entries
    old, new = ({one.effective: one for one in entries} for entries in (before, after))
    return {
        day: (old.get(day), new.get(day))
        for day in old.keys() | new.keys()
        if _slice(old.get(day)) != _slice(new.get(day))
    }


def _slice(entry: Entry | None) -> Any:
    return None if entry is None else (entry.slice_hash, entry.until)


def _refusals(said: Mapping[str, Any], effective: date, today: date) -> list[str]:
    wrong = _problems(said)
    if wrong:
        return wrong
    changed = _changed(said)
    if not changed:
        return [_("没有任何变更")]
    entry, found = limits.limits(today), []
    ahead = int(entry.number("months_ahead_most"))
    if month_of(effective) > next_month(month_of(today), ahead):
        found.append(
            _("生效日 %(day)s 晚于 %(months)d 个月后，核对年份") % {"day": effective, "months": ahead}
        )
    month = month_of(effective)
    year = billing_year(month, year_start_month(priced_book(), month))
    closed = {one for station in queries.stations(EVERYTHING)
              for one in queries.closed_years(EVERYTHING, station.pk, year)}  # fmt: skip
    found += [
        _("%(year)d 年度已关账，生效日 %(day)s 会改动它；改用关账之后的日期")
        % {"year": one, "day": effective}
        for one in sorted(closed)
    ]
    found += [
        words for day, (_old, new) in sorted(changed.items()) for words in _slips(said, day, new, entry)
    ]
    return list(dict.fromkeys(found))[:MOST_NAMED]


def _slips(said: Mapping[str, Any], day: date, new: Entry | None, entry: Entry) -> Iterator[str]:
    """Say which prices can only be slips of the decimal point, beside those that held the day before."""
    if new is None:
        return
    most, times = entry.number("price_most"), entry.number("price_times_most")
    old = _before(said["rule"], day)
    prices = {name: value for name, value in _flat(new.values) if name.partition(".")[0] == PRICED[0]}
    for name, text in prices.items():
        price, was = _number(text), _number(old.get(name))
        if price is None:
            continue
        words = {"component": name, "price": text, "before": old.get(name)}
        if abs(price) > most:
            yield _("“%(component)s”%(price)s 元/千瓦时过高，核对小数点和单位") % words
        elif was and (abs(price) >= abs(was) * times or abs(price) * times <= abs(was)):
            yield _("“%(component)s”%(price)s 元/千瓦时，原值 %(before)s，差得太多，核对小数点") % words


def _before(rule_id: str, day: date) -> dict[str, str]:
    held = [one for one in rulebook.book().rule(rule_id).entries if one.effective < day]
    return dict(_flat(held[-1].values)) if held else {}


def _flat(values: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value below some values with its way there."""
    if isinstance(values, Mapping):
        for key, each in values.items():
            yield from _flat(each, f"{name}.{key}" if name else str(key))
    elif isinstance(values, (list, tuple)):
        for number, each in enumerate(values, 1):
            yield from _flat(each, f"{name}.{number}")
    else:
        yield name, "—" if values is None else str(values)


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text is not None else None
    except ArithmeticError:
        return None


def _effect(proposal: Proposal, _day: date, on_progress: Progress) -> Effect:
    said = proposal.terms
    new = rulebook.with_own({said["path"]: said["after"]})
    digest = f"{new.hash} {proposal.pk}"
    if NO_MONEY in said["rule"]:
        return booking.thresholds_effect(digest, _thresholds(said, new))
    return booking.effect_of(digest, lambda _book, days: _other(said, new, days), on_progress)


def _thresholds(said: Mapping[str, Any], new: RuleBook) -> RuleBook | None:
    """Return the new book with its thresholds of the audit holding all along; None: the change is not about them."""
    document = _moved(said, None)
    if said["rule"] != CHECKS or document is None:
        return None
    return supposed(new, {said["path"]: document})


def _other(said: Mapping[str, Any], new: RuleBook, days: booking.Days) -> RuleBook:
    """Return the new book with the values that change moved onto some days, as if they had held then."""
    laid, document = laid_onto(new), _moved(said, days)
    if document is None:
        return laid
    try:
        return supposed(laid, {said["path"]: document})
    except RuleBookRefused:
        return laid  # they do not stand by themselves on other days; the days they name are priced


def _moved(said: Mapping[str, Any], days: booking.Days | None) -> dict[str, Any] | None:
    document = dict(rulebook_files.read_document(said["after"], said["path"]))
    coming = [day for day, (_old, new) in _changed(said).items() if new is not None]
    if not coming:
        return None
    entry = document["values"][max(coming).isoformat()]
    if days is None:
        return {**document, "values": {EARLIEST: entry}}
    end = (days[1] + timedelta(days=1)).isoformat()
    return {**document, "values": {days[0].isoformat(): {**entry, "until": end}}}


def _write(path: str, text: str | None) -> None:
    transaction.on_commit(lambda: rulebook.write_own(path, text))


def _apply(proposal: Proposal, _user: User | None, _now: datetime) -> list[Any]:
    _write(proposal.terms["path"], proposal.terms["after"])
    return []


def _take_back(proposal: Proposal, _user: User | None, _now: datetime) -> None:
    said = proposal.terms
    if rulebook.own_files().get(said["path"]) != said["after"]:
        raise proposals.UnableToDo(_("之后又有变更建立在它上面，先撤回后来的变更"))
    _write(said["path"], said["before"])


def _final_bills(proposal: Proposal) -> int:
    """Count the final bills with a line that one of the new values priced."""
    said = proposal.terms
    if rulebook.own_files().get(said["path"]) != said["after"]:
        return 0
    hashes = [new.slice_hash for _old, new in _changed(said).values() if new is not None]
    return queries.final_bills_by_slices(EVERYTHING, hashes)


def _describe(said: Mapping[str, Any]) -> list[Said]:
    found = []
    for day, (old, new) in sorted(_changed(said).items()):
        was = dict(_flat(old.values)) if old is not None else _before(said["rule"], day)
        will = dict(_flat(new.values)) if new is not None else {}
        for name in [*was, *(each for each in will if each not in was)]:
            if was.get(name) != will.get(name):
                found.append(Said(day.isoformat(), name, was.get(name, "—"), will.get(name, "—")))
    return found[:MOST_SAID]


def draft(rule_id: str, day: date) -> str:
    """Return the text to begin with: the place's own file, or the shipped values as new ones from a day on."""
    path = f"{rule_id}{rulebook_files.SUFFIX}"
    own = rulebook.own_files().get(path)
    if own is not None:
        return own
    document = dict(rulebook_files.read_folder(rulebook_files.shipped()).get(path, {}))
    if not document:
        return ""
    latest = document["values"][max(document["values"])]
    return rulebook_files.as_text({**document, "values": {day.isoformat(): latest}})


def proposable() -> list[tuple[str, str]]:
    """Return the rules that can be changed, by id, with their titles."""
    return sorted((rule_id, rule_title(rule_id)) for rule_id in rulebook.book().rules)


def never_agreed_to() -> list[tuple[str, str]]:
    """Return the place's own files whose text nobody agreed to, and files that were agreed to and are gone.

    Whoever has the machine's account can write a file; this is where it shows.
    """
    agreed: dict[str, str | None] = {}
    applied = Proposal.objects.filter(kind=NAME, state=Proposal.State.APPLIED).order_by("applied_at", "pk")
    for said in applied.values_list("terms", flat=True):
        agreed[said["path"]] = said["after"]
    own = rulebook.own_files()
    found = [(path, "changed" if path in agreed else "unknown") for path, text in own.items()
             if agreed.get(path) != text]  # fmt: skip
    return found + [(path, "gone") for path, text in agreed.items() if text is not None and path not in own]
