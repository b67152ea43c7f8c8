"""The page on which a rule or a threshold of the place is proposed: which rule, its text, why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.rules import RuleBookRefused
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import allowed
from diansuo.office.billing.effects import rulefiles

MOST_TEXT = 200_000


class RuleForm(forms.Form):
    """The text of one of the place's own files of rules, and why it changes."""

    text = forms.CharField(
        label=gettext_lazy("规则（YAML）"),
        max_length=MOST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "在 values 下添一个生效日；已经执行过的日期不要改。数要加引号，依据写在 source。"
        ),
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


@allowed("base.propose_rules")
def rules_page(request: HttpRequest) -> HttpResponse:
    """Ask which rule, show its text, and keep the proposal of another one."""
    today = timezone.localdate()
    asked = request.GET.get("rule", "")
    rules = rulefiles.proposable()
    context: dict[str, Any] = {"rules": rules, "rule": asked, "section": "proposals"}
    if request.method != "POST" and asked not in {one for one, _title in rules}:
        return render(request, "desk/proposals/rules.html", context)
    form = RuleForm(request.POST or None, initial={"text": rulefiles.draft(asked, today)})
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            made = rulefiles.propose(
                text, reason=form.cleaned_data["reason"], user=request.user, now=timezone.now()
            )
        except (UnableToDo, RuleBookRefused) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("已提交，等另一人看过影响后复核"))
            return redirect("proposal", made.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/proposals/rules.html", context | {"form": form}, status=status)
