"""Whether a post must use the second step (必须用动态码), as a proposal: whom it touches, and who agrees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from diansuo.office.base.models import Post, Proposal, SecondFactor, Staff, User
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.base.second_factor import operations

NAME: Final = "second_factor"
RIGHT: Final = "base.keep_accounts"


def propose(
    post: Post, *, required: bool, reason: str, user: User | None, now: datetime, ran_by: str = ""
) -> Proposal:
    """Propose that everybody of a post must use the second step, or need not.

    Raises:
        UnableToDo: no reason, or it is so already.
    """
    return proposals.proposed_and_seen(
        NAME,
        {"post": post.code, "before": post.second_factor, "after": required},
        station=None,
        subject=post.name,
        effective=timezone.localdate(now),
        reason=reason,
        user=user,
        now=now,
        ran_by=ran_by,
    )


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=NAME,
            title=gettext_lazy("动态码要求变更"),
            permission=RIGHT,
            refusals=lambda said, _day, _today: (
                [_("没有任何变更")] if said["before"] == said["after"] else []
            ),
            unchanged=lambda said: _post(said).second_factor == said["before"],
            effect=_effect,
            apply=lambda proposal, _user, _now: _write(proposal.terms, "after"),
            final_bills=lambda _proposal: 0,
            take_back=_take_back,
            describe=_describe,
            sections=_sections,
        )
    )


def _post(said: Mapping[str, Any]) -> Post:
    return Post.objects.get(code=said["post"])


def _effect(proposal: Proposal, _day: date, _on_progress: Progress) -> Effect:
    """Return how many people hold the post, and how many of them have no second step today."""
    people = Staff.objects.filter(posts__code=proposal.terms["post"], user__is_active=True)
    without = people.exclude(user__in=SecondFactor.objects.values("user"))
    content = {"no_money": True, "people": people.count(), "without": without.count()}
    said = json.dumps([NAME, proposal.terms, content], sort_keys=True)
    return Effect(content, hashlib.sha256(said.encode()).hexdigest(), 0, 0, 0)


def _write(said: Mapping[str, Any], which: str) -> list[Any]:
    operations.require_of_post(_post(said), required=said[which])
    return []


def _take_back(proposal: Proposal, _user: User | None, _now: datetime) -> None:
    if _post(proposal.terms).second_factor != proposal.terms["after"]:
        raise proposals.UnableToDo(_("之后又有变更建立在它上面，先撤回后来的变更"))
    _write(proposal.terms, "before")


def _describe(said: Mapping[str, Any]) -> list[Said]:
    post, words = _post(said), {True: _("必须"), False: _("自愿")}
    name = post.name_en if get_language() == "en" else post.name
    return [Said(name, _("动态码"), words[said["before"]], words[said["after"]])]


def _sections(proposal: Proposal) -> list[tuple[str, list[str]]]:
    seen = proposal.preview
    if "people" not in seen:
        return []
    lines = [_("在岗 %(people)d 人，其中 %(without)d 人还没有启用动态码") % seen]
    if proposal.terms["after"]:
        lines.append(_("没有启用的，下次登录须先启用，才打得开别的页面"))
    else:
        lines.append(_("此后只凭密码也能登录"))
    return [(_("影响的人"), lines)]
