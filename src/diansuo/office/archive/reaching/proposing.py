"""How far somebody sees (管辖范围), as a proposal: it shows what comes into sight or leaves it, and waits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import AreaReach, MeteringPoint, TransformerArea
from diansuo.office.archive.reaching import operations, rows
from diansuo.office.base.models import Proposal, Staff, Station, User
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.base.reach import Part
from diansuo.office.base.scope import Scope

NAME: Final = "reach"
RIGHT: Final = "base.keep_accounts"
AREAS_NAMED: Final = 20


def propose(
    staff: Staff,
    wanted: str,
    area_ids: Iterable[int],
    *,
    team: str | None = None,
    reason: str,
    user: User | None,
    now: datetime,
    ran_by: str = "",
) -> Proposal:
    """Propose how far somebody sees; ``team`` as in :func:`operations.set_reach`.

    Raises:
        UnableToDo: it is one's own, nothing changes, there is no such reach, an area is another station's, or it is a
            whole company's and the proposer does not see that company whole.
    """
    if user is not None and staff.user_id == user.pk:
        raise proposals.UnableToDo(_("自己的管辖范围由别人来定"))
    if Staff.Reach.COMPANY in (wanted, staff.reach) and not _sees_company(user, staff.station):
        raise proposals.UnableToDo(_("本公司各所的管辖范围，由看得到本公司各所的管理员来定"))
    before = standing(staff)
    after = {
        "reach": wanted,
        "team": before["team"] if team is None else team.strip(),
        "areas": sorted(set(area_ids)),
    }
    return proposals.proposed_and_seen(
        NAME,
        {"staff": staff.pk, "before": before, "after": after},
        station=staff.station,
        subject=staff.name,
        effective=timezone.localdate(now),
        reason=reason,
        user=user,
        now=now,
        ran_by=ran_by,
    )


def standing(staff: Staff) -> dict[str, Any]:
    """Return how far a person sees now, as terms keep it."""
    return {
        "reach": staff.reach,
        "team": staff.team.name if staff.team else "",
        "areas": sorted(AreaReach.objects.filter(staff=staff).values_list("area", flat=True)),
    }


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=NAME,
            title=gettext_lazy("管辖范围变更"),
            permission=RIGHT,
            refusals=_refusals,
            unchanged=lambda said: standing(_staff(said)) == said["before"],
            effect=_effect,
            apply=lambda proposal, _user, _now: _write(proposal.terms, "after"),
            final_bills=lambda _proposal: 0,
            take_back=_take_back,
            describe=_describe,
            sections=_sections,
        )
    )


def _sees_company(user: User | None, station: Station) -> bool:
    if user is None:
        return True
    seen = Scope.of(user).station_ids
    every = Station.objects.filter(company=station.company_id).values_list("pk", flat=True)
    return seen is None or seen >= set(every)


def _staff(said: Mapping[str, Any]) -> Staff:
    return Staff.objects.select_related("user", "team", "station__company").get(pk=said["staff"])


def _refusals(said: Mapping[str, Any], _effective: date, _today: date) -> list[str]:
    after, staff = said["after"], _staff(said)
    if after == said["before"]:
        return [_("没有任何变更")]
    why = operations.objection(staff, after["reach"], after["areas"])
    return [why] if why else []


def _effect(proposal: Proposal, _day: date, _on_progress: Progress) -> Effect:
    """Return how many points come into sight and leave it; which those are is part of the basis by their count."""
    before, after = _points(proposal.terms, "before"), _points(proposal.terms, "after")
    content = {
        "no_money": True,
        "gained": after.exclude(pk__in=before.values("pk")).count(),
        "lost": before.exclude(pk__in=after.values("pk")).count(),
    }
    said = json.dumps([NAME, proposal.terms, content], sort_keys=True)
    return Effect(content, hashlib.sha256(said.encode()).hexdigest(), 0, 0, 0)


def _points(said: Mapping[str, Any], which: str) -> QuerySet[MeteringPoint]:
    """Return the metering points a person sees by one side of the terms."""
    staff, terms = _staff(said), said[which]
    if terms["reach"] == Staff.Reach.COMPANY:
        return MeteringPoint.objects.filter(station__company=staff.station.company_id)
    points = MeteringPoint.objects.filter(station=staff.station_id)
    if terms["reach"] == Staff.Reach.STATION:
        return points
    people = {staff.pk}
    if terms["reach"] == Staff.Reach.TEAM and terms["team"]:
        mates = Staff.objects.filter(station=staff.station_id, team__name=terms["team"])
        people.update(mates.values_list("pk", flat=True))
    # What was named for the person is what the terms name; of colleagues it is what stands.
    areas = rows.answered_by(frozenset({staff.pk})) | rows.areas_of(frozenset(people - {staff.pk}))
    part = Part(staff.station_id, areas | frozenset(terms["areas"]), frozenset(people))
    return points.filter(pk__in=rows.points(part))


def _write(said: Mapping[str, Any], which: str) -> list[Any]:
    terms = said[which]
    try:
        operations.set_reach(_staff(said), terms["reach"], terms["areas"], team=terms["team"])
    except operations.UnableToReach as problem:
        raise proposals.UnableToDo(str(problem)) from problem
    return []


def _take_back(proposal: Proposal, _user: User | None, _now: datetime) -> None:
    if standing(_staff(proposal.terms)) != proposal.terms["after"]:
        raise proposals.UnableToDo(_("之后又有变更建立在它上面，先撤回后来的变更"))
    _write(proposal.terms, "before")


def _describe(said: Mapping[str, Any]) -> list[Said]:
    staff, before, after = _staff(said), said["before"], said["after"]
    labels = dict(Staff.Reach.choices)
    shown = [
        Said(staff.name, _("管辖范围"), str(labels[before["reach"]]), str(labels[after["reach"]])),
        Said(staff.name, _("班组"), before["team"] or _("无"), after["team"] or _("无")),
        Said(staff.name, _("另外指定的台区"), _names(before["areas"]), _names(after["areas"])),
    ]
    return [one for one in shown if one.before != one.after]


def _names(area_ids: list[int]) -> str:
    names = list(
        TransformerArea.objects.filter(pk__in=area_ids).order_by("number").values_list("name", flat=True)
    )
    shown = "、".join(names[:AREAS_NAMED])
    if len(names) > AREAS_NAMED:
        return _("%(names)s 等 %(count)d 个台区") % {"names": shown, "count": len(names)}
    return shown or _("无")


def _sections(proposal: Proposal) -> list[tuple[str, list[str]]]:
    seen = proposal.preview
    if "gained" not in seen:
        return []
    words = _("%(count)d 个计量点")
    return [
        (_("多看到"), [words % {"count": seen["gained"]}]),
        (_("不再看到"), [words % {"count": seen["lost"]}]),
    ]
