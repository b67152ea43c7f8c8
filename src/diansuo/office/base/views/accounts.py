"""The administrator's page of accounts: who is locked out, who has the second step, which posts must."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base.models import User
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.second_factor import operations, proposing, queries

RIGHT = "base.keep_accounts"


@allowed(RIGHT)
def account_list(request: HttpRequest) -> HttpResponse:
    """Show the accounts of the viewer's stations, and which posts ask for the second step."""
    scope = Scope.of(request.user)
    context = {
        "rows": queries.accounts(scope, timezone.now()),
        "posts": queries.posts(scope),
        "section": "accounts",
    }
    return render(request, "base/accounts.html", context)


@allowed(RIGHT)
@require_POST
def unlock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let somebody try again at once."""
    user = _account(request, user_id)
    operations.unlock(user, by=request.user)
    messages.success(request, _("%(user)s 已解锁") % {"user": user.username})
    return redirect("accounts")


@allowed(RIGHT)
@require_POST
def take_off(request: HttpRequest, user_id: int) -> HttpResponse:
    """Switch off the second step of somebody who lost the telephone."""
    user = _account(request, user_id)
    if operations.take_off(user, by=request.user):
        messages.success(request, _("%(user)s 的动态码已停用，并已退出登录") % {"user": user.username})
    return redirect("accounts")


@allowed(RIGHT)
@require_POST
def require(request: HttpRequest, post_id: int) -> HttpResponse:
    """Propose that a post must use the second step, or need not; somebody else agrees."""
    post = next((each for each in queries.posts(Scope.of(request.user)) if each.pk == post_id), None)
    if post is None:
        raise Http404
    try:
        made = proposing.propose(
            post,
            required=request.POST.get("required") == "1",
            reason=request.POST.get("reason", ""),
            user=request.user,
            now=timezone.now(),
        )
    except UnableToDo as problem:
        messages.error(request, str(problem))
        return redirect("accounts")
    messages.success(request, _("已提交，等另一人复核"))
    return redirect("proposal", made.pk)


def _account(request: HttpRequest, user_id: int) -> User:
    user = queries.account(Scope.of(request.user), user_id)
    if user is None:
        raise Http404
    return user
