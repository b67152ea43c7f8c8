"""Another way of running as a proposal: one person asks for it, a second one who has read what it does agrees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.models import Proposal, Station, User
from diansuo.office.base.modes import operations, wording
from diansuo.office.base.proposals import kinds, seconds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said

NAME: Final = "mode"


def propose(
    station: Station, mode: str, *, reason: str, user: User | None, now: datetime, ran_by: str = ""
) -> Proposal:
    """Propose that a station runs in this mode.

    Raises:
        UnableToDo: there is no such mode, it runs so already, or something stands in the way.
    """
    return proposals.proposed_and_seen(
        NAME,
        {"station": station.pk, "before": station.mode, "after": mode},
        station=station,
        subject=station.name,
        effective=timezone.localdate(now),
        reason=reason,
        user=user,
        now=now,
        ran_by=ran_by,
    )


def needs_second(station: Station) -> bool:
    """Tell whether a second person has to agree: as soon as one is there who could."""
    return seconds.somebody(NAME, station)


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=NAME,
            title=gettext_lazy("运行方式变更"),
            permission="base.set_mode",
            refusals=_refusals,
            unchanged=lambda said: _station(said).mode == said["before"],
            effect=_effect,
            apply=_apply,
            final_bills=lambda _proposal: 0,
            take_back=_take_back,
            describe=_describe,
            sections=_sections,
        )
    )


def _station(said: Mapping[str, Any]) -> Station:
    return Station.objects.get(pk=said["station"])


def _refusals(said: Mapping[str, Any], _effective: date, _today: date) -> list[str]:
    station, mode = _station(said), said["after"]
    if mode not in Station.Mode.values:
        return [_("没有这种运行方式：%(mode)s；可用 alone、beside") % {"mode": mode}]
    if station.mode == mode:
        return [_("%(station)s 现在就是%(mode)s") % {"station": station.name, "mode": wording.name(mode)}]
    return operations.obstacles(station, mode)


def _effect(proposal: Proposal, _day: date, _on_progress: Progress) -> Effect:
    said = json.dumps([NAME, proposal.terms], sort_keys=True)
    return Effect({"no_money": True}, hashlib.sha256(said.encode()).hexdigest(), 0, 0, 0)


def _switch(station: Station, mode: str, user: User | None, now: datetime) -> None:
    try:
        operations.switch(station, mode, user=user, now=now)
    except operations.UnableToSwitch as problem:
        raise proposals.UnableToDo(str(problem)) from problem


def _apply(proposal: Proposal, user: User | None, now: datetime) -> list[Any]:
    _switch(_station(proposal.terms), proposal.terms["after"], user, now)
    return []


def _take_back(proposal: Proposal, user: User | None, now: datetime) -> None:
    station = _station(proposal.terms)
    if station.mode != proposal.terms["after"]:
        raise proposals.UnableToDo(_("之后又改过运行方式，先撤回后来的变更"))
    _switch(station, proposal.terms["before"], user, now)


def _describe(said: Mapping[str, Any]) -> list[Said]:
    names = wording.name(said["before"]), wording.name(said["after"])
    return [Said(_station(said).name, _("运行方式"), *names)]


def _sections(proposal: Proposal) -> list[tuple[str, list[str]]]:
    return [(_("改了之后"), wording.consequences(proposal.subject, proposal.terms["after"])[1:])]
