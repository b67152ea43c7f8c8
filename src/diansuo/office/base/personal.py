"""Who sees personal data (个人信息) in full, and what is noted of those who do; how it is masked stands in ``masks``.

Masked is the rule: a column, a template's tag and a register show the masked value unless the viewer is known to need
the full one. Whoever holds the right sees it; whoever opens a customer with a reason sees it on that one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.cells import Column, value_of
from diansuo.office.base.masks import Part, masked
from diansuo.office.base.trail import operations as trail

RIGHT: Final = "base.see_personal"
SHORTEST_REASON: Final = 4


def may_see(request: HttpRequest | None) -> bool:
    """Tell whether this answer shows personal data in full: by the viewer's right, or opened for this page."""
    if request is None:
        return False
    return getattr(request, "personal_opened", False) or request.user.has_perm(RIGHT)


def open_page(request: HttpRequest) -> None:
    """Show personal data in full in the answer to this one request."""
    request.personal_opened = True  # type: ignore[attr-defined]


def shown(request: HttpRequest | None, part: str, text: object) -> str:
    """Return a text of some kind as this viewer may see it."""
    return str(text or "") if may_see(request) else masked(part, text)


def opened(columns: Sequence[Column], request: HttpRequest) -> tuple[Column, ...]:
    """Return the columns as this viewer may see them: without masks for whoever holds the right."""
    if not may_see(request):
        return tuple(columns)
    return tuple(replace(one, part=None) if one.part else one for one in columns)


def note(
    user: Any, parts: Iterable[Part], ids: Sequence[Any], why: object, *, table: str = "archive_customer"
) -> None:
    """Note in the trail that somebody saw these parts of some customers (or orders, jobs): one entry for all."""
    if ids:
        trail.looked_at(user, f"{table}.{'+'.join(dict.fromkeys(parts))}", ids, str(why))


class Taken:
    """Notes a list that goes out with personal data in full: whose rows went by, once they all did."""

    def __init__(self, request: HttpRequest, columns: Sequence[Column], name: object) -> None:
        self.user, self.name = request.user, name
        self.parts = [one.part for one in columns if one.part] if may_see(request) else []
        self.ids: list[Any] = []

    def watch(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Yield the rows as they are."""
        for row in rows:
            if self.parts:
                self.ids.append(value_of(row, "id"))
            yield row

    def note(self) -> None:
        """Write the entry, if anything of it was personal."""
        if self.parts:
            note(self.user, self.parts, self.ids, _("导出%(name)s") % {"name": self.name})
