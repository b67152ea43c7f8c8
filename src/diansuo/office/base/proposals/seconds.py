"""Who may be the second person of a proposal: a right, a post that the data names, and no conflict."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import yaml
from django.db.models import Q
from django.utils.translation import gettext as _

from diansuo.office.base.models import Post, Proposal, Staff, Station, User
from diansuo.office.base.proposals import kinds

FILE: Final = Path(__file__).with_name("seconds.yaml")
RIGHT: Final = "base.second_terms"
INSPECTING: Final = ("inspector", "supervisor")
"""Whoever inspects neither computes nor approves: the floor that no data lowers."""


@cache
def posts_of(kind: str) -> frozenset[str]:
    """Return the codes of the posts that may agree to this kind, whatever the file says without those that inspect."""
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return frozenset(said.get(kind, said["default"])) - set(INSPECTING)


def objection(proposal: Proposal, user: User) -> str:
    """Say why this user may not agree to a proposal; empty: they may."""
    login = proposal.proposed_from.partition("@")[0].lower()
    if proposal.proposed_by_id == user.pk or (login and login == user.username.lower()):
        return _("提交人不能复核自己的提议，请另一人复核")
    posts = set(Staff.objects.filter(user=user).values_list("posts__code", flat=True))
    if posts & set(INSPECTING) or user.has_perm("base.inspect"):
        return _("检查、稽查岗位不参与核算和审批，不能复核")
    more = kinds.named(proposal.kind).second_right
    if not user.has_perm(RIGHT) or (more and not user.has_perm(more)):
        return _("您的岗位不能复核这类变更")
    if not posts & posts_of(proposal.kind):
        return _("这类提议由%(posts)s复核") % {"posts": post_names(proposal.kind)}
    if proposal.seconds.filter(user=user, basis=proposal.basis).exists():
        return _("您已经复核过，还需要另一人复核")
    return ""


def post_names(kind: str) -> str:
    """Return the names of the posts that may agree to this kind."""
    names = Post.objects.filter(code__in=posts_of(kind)).order_by("id").values_list("name", flat=True)
    return "、".join(names)


def somebody(kind: str, station: Station, besides: User | None = None) -> bool:
    """Tell whether anybody could agree at a station to a proposal of this kind: its own people, or the county's."""
    sees_it = Q(station=station) | Q(reach=Staff.Reach.COMPANY, station__company=station.company_id)
    people = Staff.objects.filter(sees_it, user__is_active=True, posts__code__in=posts_of(kind)).exclude(
        posts__code__in=INSPECTING
    )
    if besides is not None:
        people = people.exclude(user=besides)
    return people.exists()
