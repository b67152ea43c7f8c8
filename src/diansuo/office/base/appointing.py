"""Posts given and taken (岗位变更): a proposal that shows which rights come and go, and a second person who agrees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base import floor
from diansuo.office.base.models import Post, Proposal, Staff, User
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said

NAME: Final = "post"


def propose(
    staff: Staff, codes: Iterable[str], *, reason: str, user: User | None, now: datetime, ran_by: str = ""
) -> Proposal:
    """Propose that a person holds these posts and no others.

    Raises:
        UnableToDo: nobody signs in as this person, a post is not known, nothing changes, or the floor forbids it.
    """
    return proposals.proposed_and_seen(
        NAME,
        {"staff": staff.pk, "before": codes_of(staff), "after": sorted(set(codes))},
        station=staff.station,
        subject=staff.name,
        effective=timezone.localdate(now),
        reason=reason,
        user=user,
        now=now,
        ran_by=ran_by,
    )


def codes_of(staff: Staff) -> list[str]:
    """Return the posts a person holds, by code."""
    return sorted(staff.posts.values_list("code", flat=True))


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=NAME,
            title=gettext_lazy("岗位变更"),
            permission="base.propose_posts",
            refusals=_refusals,
            unchanged=lambda said: codes_of(_staff(said)) == said["before"],
            effect=_effect,
            apply=lambda proposal, _user, _now: _hold(proposal.terms, proposal.terms["after"]),
            final_bills=lambda _proposal: 0,
            take_back=_take_back,
            describe=_describe,
            sections=_sections,
        )
    )


def _staff(said: Mapping[str, Any]) -> Staff:
    return Staff.objects.select_related("user").get(pk=said["staff"])


def _refusals(said: Mapping[str, Any], _effective: date, _today: date) -> list[str]:
    staff, wanted = _staff(said), said["after"]
    unknown = sorted(set(wanted) - set(Post.objects.values_list("code", flat=True)))
    if unknown:
        return [_("没有岗位 %(post)s") % {"post": "、".join(unknown)}]
    if staff.user is None:
        return [_("%(name)s 没有账号，先开账号") % {"name": staff.name}]
    if wanted == codes_of(staff):
        return [_("没有任何变更")]
    try:
        floor.require(rights_of(wanted), staff.name)
    except floor.FloorBroken as broken:
        return list(broken.messages)
    return []


def rights_of(codes: Iterable[str]) -> set[str]:
    """Return the rights that some posts carry, by codename."""
    rows = Permission.objects.filter(group__post__code__in=list(codes), content_type__app_label="base")
    return set(rows.values_list("codename", flat=True))


def _effect(proposal: Proposal, _day: date, _on_progress: Progress) -> Effect:
    """Return which rights come and go; what the posts carry meanwhile is part of the basis."""
    had, will = rights_of(proposal.terms["before"]), rights_of(proposal.terms["after"])
    content = {"no_money": True, "gained": sorted(will - had), "lost": sorted(had - will)}
    said = json.dumps([NAME, proposal.terms, content], sort_keys=True)
    return Effect(content, hashlib.sha256(said.encode()).hexdigest(), 0, 0, 0)


@transaction.atomic
def _hold(said: Mapping[str, Any], codes: Iterable[str]) -> list[Any]:
    """Let a person hold these posts, and the account their rights."""
    staff, posts = _staff(said), list(Post.objects.filter(code__in=list(codes)))
    user = staff.user
    if user is None:
        raise proposals.UnableToDo(_("%(name)s 没有账号，先开账号") % {"name": staff.name})
    try:
        user.groups.set([post.group for post in posts])
        staff.posts.set(posts)
        floor.require_of_user(user)
    except floor.FloorBroken as broken:
        raise proposals.UnableToDo("；".join(broken.messages)) from broken
    # Django wants a mark on the account of whoever opens the back office.
    User.objects.filter(pk=user.pk).update(is_staff="use_registers" in rights_of(codes))
    return []


def _take_back(proposal: Proposal, _user: User | None, _now: datetime) -> None:
    if codes_of(_staff(proposal.terms)) != proposal.terms["after"]:
        raise proposals.UnableToDo(_("之后又有变更建立在它上面，先撤回后来的变更"))
    _hold(proposal.terms, proposal.terms["before"])


def _describe(said: Mapping[str, Any]) -> list[Said]:
    staff = _staff(said)
    return [Said(staff.name, _("岗位"), _names(said["before"]), _names(said["after"]))]


def _names(codes: Iterable[str]) -> str:
    rows = Post.objects.filter(code__in=list(codes)).order_by("id")
    return "、".join(rows.values_list("name", flat=True)) or _("无")


def _sections(proposal: Proposal) -> list[tuple[str, list[str]]]:
    names = dict(Permission.objects.filter(content_type__model="post").values_list("codename", "name"))
    found = []
    for key, title in (("gained", _("多出的权限")), ("lost", _("失去的权限"))):
        lines = [_(names.get(one, one)) for one in proposal.preview.get(key, ())]
        found.append((title, lines or [_("无")]))
    return found
