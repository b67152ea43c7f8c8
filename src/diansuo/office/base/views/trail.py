"""The pages of the trail (操作留痕): the list to search and to take out, and one entry with before and after."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diansuo.office.base import lists
from diansuo.office.base.access import allowed
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.scope import Scope
from diansuo.office.base.trail import operations, queries, wording

TOGETHER_SHOWN = 50
ASKED = ("q", "what", "table", "person", "object")


@allowed("base.see_trail")
def trail_list(request: HttpRequest) -> HttpResponse:
    """Show the entries of the viewer's stations, newest first; a workbook of them leaves its own entry."""
    scope = Scope.of(request.user)
    exported = _Counted()
    listing = lists.Listing(
        title=_("操作留痕"),
        columns=_columns(),
        key=("-sequence",),
        empty=_("还没有留痕。任何人写入或改动数据后，这里逐条列出谁、何时、改了什么。"),
        file_name=_("操作留痕"),
        search=lambda rows, words: queries.search(scope, rows, words),
        search_hint=_("操作人、日期（如 2026-03-02）、编号或任意词"),
        filters=_filters(scope),
        enrich=exported.count,
        template="base/trail.html",
    )
    rows = queries.entries(scope)
    if about := request.GET.get("object", ""):
        rows = queries.of_object(scope, rows, about)
    context = {
        "end": queries.head(scope),
        "about": about,
        "kept": {"object": about} if about else {},
        "section": "trail",
    }
    response = lists.respond(request, listing, rows, context)
    if request.GET.get("export") == "xlsx":
        asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
        digest = hashlib.sha256(response.content).hexdigest()
        operations.exported(request.user, wording.TRAIL, rows=exported.rows, sha256=digest, asked=asked)
    return response


class _Counted:
    """Counts the rows that went by."""

    def __init__(self) -> None:
        self.rows = 0

    def count(self, rows: list[Any]) -> list[Any]:
        """Count these rows and return them as they are."""
        self.rows += len(rows)
        return rows


def _columns() -> tuple[Column, ...]:
    return (
        Column("sequence", _("序号"), Kind.CODE, url_name="trail_entry", url_args=("sequence",)),
        Column("written_at", _("时间"), Kind.MOMENT),
        Column("person", _("操作人")),
        Column("what", _("动作"), labels=wording.WHAT, tones=wording.TONES),
        Column("table", _("内容"), labels=wording.tables()),
        Column("key", _("对象"), Kind.CODE),
        Column("count", _("行数"), Kind.COUNT),
        Column("why", _("原因")),
        Column("doing", _("操作")),
        Column("origin", _("来源")),
    )


def _filters(scope: Scope) -> tuple[lists.Filter, ...]:
    people = [(name, name) for name in queries.people(scope)]
    named = wording.tables()
    return (
        lists.Filter("what", _("动作"), tuple(wording.WHAT.items()), lists.equal("what")),
        lists.Filter("table", _("内容"), tuple(named.items()), lists.equal("table")),
        lists.Filter("person", _("操作人"), people, lists.equal("person")),
    )


@allowed("base.see_trail")
def trail_entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """Show one entry: who, when, why, from where, and each row before and after."""
    scope = Scope.of(request.user)
    entry = queries.entry(scope, sequence)
    if entry is None:
        raise Http404
    body = json.loads(entry.body)
    context = {
        "entry": entry,
        "what": wording.WHAT.get(entry.what, entry.what),
        "tone": wording.TONES.get(entry.what, "info"),
        "table": wording.tables().get(entry.table, entry.table),
        "previous": body["previous"],
        "rows": [_row(entry.table, row) for row in body["details"].get("rows", ())],
        "digests": sorted(body["details"].get("columns", {}).items()),
        "rest": wording.rest(body["details"]),
        "together": [
            (
                one.sequence,
                wording.WHAT.get(one.what, one.what),
                wording.tables().get(one.table, one.table),
                one,
            )
            for one in queries.same_act(scope, entry)[:TOGETHER_SHOWN]
        ],
        "section": "trail",
    }
    return render(request, "base/trail_entry.html", context)


def _row(table: str, row: dict[str, Any]) -> dict[str, Any]:
    before, after = row.get("before", {}), row.get("after", {})
    return {
        "key": row.get("key", ""),
        "values": [
            {
                "column": wording.column(table, name),
                "name": name,
                "before": wording.value(before.get(name)),
                "after": wording.value(after.get(name)),
            }
            for name in {**before, **after}
        ],
        "was": bool(before),
        "is": bool(after),
    }
