"""List pages by declaration: columns, search, filters, paging by key, export to xlsx.

A list page is a :class:`Listing` and one query; :func:`respond` does the rest. Nothing counts every row: a page
asks for one row more than it shows, and the next page starts after the last key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from diansuo.office.base import personal
from diansuo.office.base.cells import Cell, Column, cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import may_open
from diansuo.office.base.work_orders.links import Subject, signed

Text = Promise | str
Narrow = Callable[[QuerySet[Any], str], QuerySet[Any]]
EXPORT_CHUNK = 500  # stays below SQLite's limit of parameters when rows are enriched by id
LARGEST_KEY = 2**63 - 1
PHONE_ROWS = 15
"""A row is a card on a phone: a page of fifty would be as long as a corridor."""
LONGEST_START = 9  # digits; no list is longer, and a number without end would be an error of its own


@dataclass(frozen=True, slots=True)
class Filter:
    """A drop-down above the list: ``choices`` are values and words, ``narrow(rows, value)`` keeps what fits."""

    name: str
    title: Text
    choices: Iterable[tuple[Any, Text]]
    narrow: Narrow


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list page shows.

    ``key`` names the fields that order the rows and together are unique ("-" before one turns it round).
    ``search(rows, words)`` keeps what the words mean (see :func:`any_of`). ``empty`` says what fills the list.
    ``enrich(rows)`` adds to a page's rows what would be too dear to ask for every row of the table.
    ``subject(row)`` says what a task (派工单) made from the row would be about; None: the row makes none.
    """

    title: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    empty: Text
    file_name: str
    search: Narrow | None = None
    search_hint: Text = ""
    filters: tuple[Filter, ...] = ()
    enrich: Callable[[list[Any]], list[Any]] | None = None
    subject: Callable[[Any], Subject | None] | None = None
    page_size: int = 50
    template: str = "base/list.html"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the page shows it: its cells, and the signed subject of a task made from it."""

    cells: list[Cell]
    subject: str = ""


@dataclass(slots=True)
class Page:
    """One page of a list: its rows, and the keys at which the neighbours start."""

    rows: list[Row] = field(default_factory=list)
    before: str = ""
    after: str = ""


def any_of(*lookups: str) -> Narrow:
    """Return a search that keeps rows for which any of these lookups meets the words."""

    def narrow(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        condition = Q()
        for lookup in lookups:
            condition |= Q(**{lookup: words})
        return rows.filter(condition)

    return narrow


def equal(lookup: str) -> Narrow:
    """Return what a filter does that keeps rows with this very value."""
    return lambda rows, value: rows.filter(**{lookup: value})


def respond(
    request: HttpRequest, listing: Listing, rows: QuerySet[Any], context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Answer with the list's page, or with all its rows as a workbook when ``?export=xlsx`` is asked for.

    ``context["kept"]`` names what of the address the filters' form carries on, such as the day a list stands for.
    """
    chosen = {item.name: request.GET.get(item.name, "") for item in listing.filters}
    words = request.GET.get("q", "").replace("\0", "").strip()  # PostgreSQL refuses a text with NUL
    rows = _narrowed(rows, listing, chosen, words)
    if request.GET.get("export") == "xlsx":
        return _exported(request, rows, listing)
    if "Mobi" in request.headers.get("User-Agent", ""):
        listing = replace(listing, page_size=min(listing.page_size, PHONE_ROWS))
    dispatchable = listing.subject is not None and request.user.has_perm("base.dispatch_work")
    filters = [
        {"name": item.name, "title": item.title, "choices": item.choices, "value": chosen[item.name]}
        for item in listing.filters
    ]
    return render(
        request,
        listing.template,
        {
            "listing": listing,
            "page": _page(
                rows,
                replace(listing, columns=_openable(personal.opened(listing.columns, request), request.user)),
                request.GET.get("after", ""),
                request.GET.get("before", ""),
                dispatchable,
            ),
            "dispatchable": dispatchable,
            "section": request.resolver_match.url_name,
            "searchable": listing.search is not None,
            "filters": filters,
            "words": words,
            "narrowed": bool(words or any(chosen.values())),
            **(context or {}),
        },
    )


def _exported(request: HttpRequest, rows: QuerySet[Any], listing: Listing) -> HttpResponse:
    taken = personal.Taken(request, listing.columns, listing.file_name)
    columns = personal.opened(listing.columns, request)
    answer = workbook(str(listing.file_name), columns, taken.watch(_every_row(rows, listing)))
    taken.note()
    return answer


def _openable(columns: tuple[Column, ...], user: Any) -> tuple[Column, ...]:
    """Return the columns, without links to pages the viewer may not open."""
    return tuple(
        replace(one, url_name="") if one.url_name and not may_open(user, one.url_name) else one
        for one in columns
    )


def _narrowed(rows: QuerySet[Any], listing: Listing, chosen: Mapping[str, str], words: str) -> QuerySet[Any]:
    for item in listing.filters:
        if chosen[item.name]:
            rows = _narrow(rows, item, chosen[item.name])
    return listing.search(rows, words) if words and listing.search else rows


def _narrow(rows: QuerySet[Any], item: Filter, value: str) -> QuerySet[Any]:
    if value not in {str(known) for known, _words in item.choices}:
        raise BadRequest(item.name)
    return item.narrow(rows, value)


def _every_row(rows: QuerySet[Any], listing: Listing) -> Iterator[Any]:
    for part in batched(rows.order_by(*listing.key).iterator(chunk_size=EXPORT_CHUNK), EXPORT_CHUNK):
        yield from listing.enrich(part) if listing.enrich else part


def _page(rows: QuerySet[Any], listing: Listing, after: str, before: str, dispatchable: bool = False) -> Page:
    key = listing.key
    backwards = bool(before) and not after
    if after or before:
        values = _decoded(after or before, rows, key)
        rows = rows.filter(_beyond(_turned(key) if backwards else key, values))
    ordered = rows.order_by(*(_turned(key) if backwards else key))
    found = list(ordered[: listing.page_size + 1])
    more = len(found) > listing.page_size
    found = found[: listing.page_size]
    if backwards:
        found.reverse()
    shown = listing.enrich(found) if listing.enrich else found
    subject = listing.subject if dispatchable else None
    tasks = [subject(row) if subject else None for row in shown]
    page = Page(
        rows=[
            Row(cells(listing.columns, row), signed(task) if task else "")
            for row, task in zip(shown, tasks, strict=True)
        ]
    )
    if found:
        page.before = _encoded(found[0], key) if (after or (backwards and more)) else ""
        page.after = _encoded(found[-1], key) if (backwards or more) else ""
    return page


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut rows into lists of at most ``size``."""
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part


def _turned(key: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in key)


def _beyond(key: Sequence[str], values: Sequence[Any]) -> Q:
    """Return the condition "comes after these values in the order of the key", column by column."""
    condition, same = Q(), Q()
    for name, value in zip(key, values, strict=True):
        column = name.lstrip("-")
        condition |= same & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{column: value})
    return condition


def _encoded(row: Any, key: Sequence[str]) -> str:
    names = [name.lstrip("-") for name in key]
    values = [row[name] if isinstance(row, Mapping) else getattr(row, name) for name in names]
    return json.dumps(values, default=str, ensure_ascii=False)


def _decoded(text: str, rows: QuerySet[Any], key: Sequence[str]) -> list[Any]:
    """Read a page's key out of an address, which anybody may have made up."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadRequest("page key") from problem
    if not isinstance(values, list) or len(values) != len(key):
        raise BadRequest("page key")
    return [_as_field(rows, name.lstrip("-"), value) for name, value in zip(key, values, strict=True)]


def _as_field(rows: QuerySet[Any], name: str, value: Any) -> Any:
    """Turn one value of a page's key into what its column holds."""
    try:
        field = rows.model._meta.get_field(name)
    except FieldDoesNotExist:
        field = rows.query.annotations[name].output_field
    try:
        if isinstance(value, (list, dict, bool)) or "\0" in str(value):
            raise ValueError(value)
        str(value).encode()  # half a surrogate pair cannot be asked for
        known = getattr(field, "target_field", field).to_python(value)
    except (ValueError, TypeError, OverflowError, ValidationError) as problem:
        raise BadRequest("page key") from problem
    if known is None or (isinstance(known, int) and abs(known) > LARGEST_KEY):
        raise BadRequest("page key")
    return known


def first_row(request: HttpRequest) -> int:
    """Return the row a page starts at (``?start=``), counted from 0; 0 where the address says nothing sensible."""
    given = request.GET.get("start", "")
    return int(given) if given.isdecimal() and len(given) <= LONGEST_START else 0
