"""The page on which posts are given and taken: whoever signs in, the posts they hold, and a proposal of others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from diansuo.office.base import appointing, queries
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope


class PostsForm(forms.Form):
    """Which posts somebody shall hold, and why."""

    posts = forms.MultipleChoiceField(
        label=gettext_lazy("岗位"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = get_language() == "en"
        self.fields["posts"].choices = [
            (one.code, one.name_en if english else one.name) for one in queries.posts(Scope.everything())
        ]


@allowed("base.propose_posts")
def posts_page(request: HttpRequest) -> HttpResponse:
    """Show who holds which posts; for one person ask for others, and keep the proposal."""
    given = request.POST if request.method == "POST" else request.GET
    people = queries.people_with_accounts(Scope.of(request.user))
    asked = given.get("staff", "")
    staff = next((one for one in people if str(one.pk) == asked), None)
    context: dict[str, Any] = {"people": people, "person": staff, "section": "proposals"}
    if staff is None:
        return render(request, "desk/proposals/posts.html", context, status=404 if asked else 200)
    form = PostsForm(request.POST or None, initial={"posts": appointing.codes_of(staff)})
    if request.method == "POST" and form.is_valid():
        try:
            made = appointing.propose(
                staff,
                form.cleaned_data["posts"],
                reason=form.cleaned_data["reason"],
                user=request.user,
                now=timezone.now(),
            )
        except UnableToDo as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("已提交，等另一人复核"))
            return redirect("proposal", made.pk)
    return render(
        request, "desk/proposals/posts.html", context | {"form": form}, status=422 if form.errors else 200
    )
