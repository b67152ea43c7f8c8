"""The page of headings (列名别名) that this place's exports use for our columns."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base import operations, queries
from diansuo.office.base.forms import AliasForm
from diansuo.office.base.imports import kinds
from diansuo.office.base.rights import REGISTERS, allowed
from diansuo.office.base.scope import Scope


@allowed("base.see_imports")
def alias_list(request: HttpRequest) -> HttpResponse:
    """Show the headings users added, and let those who may add one."""
    may_edit = request.user.has_perm("base.edit_aliases")
    form = AliasForm(kinds.all_kinds(), request.POST or None)
    if request.method == "POST":
        return _add(request, form)
    titles = {kind.name: kind.title for kind in kinds.all_kinds()}
    headings = {
        (kind.name, column.field): column.heading for kind in kinds.all_kinds() for column in kind.columns
    }
    rows = [
        {
            "alias": row,
            "kind": titles.get(row.kind, row.kind),
            "column": headings.get((row.kind, row.field), row.field),
        }
        for row in queries.aliases(Scope.of(request.user))
    ]
    context = {
        "rows": rows,
        "form": form,
        "may_edit": may_edit,
        "may_delete": request.user.has_perm(REGISTERS),
        "section": "imports",
    }
    return render(request, "base/aliases.html", context)


@allowed("base.edit_aliases")
def _add(request: HttpRequest, form: AliasForm) -> HttpResponse:
    if form.is_valid():
        try:
            operations.add_alias(form.target()[0], form.cleaned_data["alias"], form.target()[1])
        except operations.UnableToAdd as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("别名已添加，下次预览即生效"))
    else:
        messages.error(request, _("请填写列名并选择对应的列"))
    return redirect("aliases")


@require_POST
@allowed("base.edit_aliases")
def delete_alias(request: HttpRequest, alias_id: int) -> HttpResponse:
    """Delete one heading. It holds for every station, so a station's clerk may not take it from the others."""
    if not request.user.has_perm(REGISTERS):
        raise PermissionDenied
    operations.delete_alias(alias_id)
    messages.success(request, _("别名已删除"))
    return redirect("aliases")
