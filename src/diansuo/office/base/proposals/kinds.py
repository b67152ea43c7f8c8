"""What an app tells about a kind of dangerous edit: declared in one place, registered from ``apps.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise

from diansuo.office.base.models import Proposal, User

Terms = Mapping[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do, from the real engine over everyone touched.

    Attributes:
        content: what the page shows, as JSON.
        basis: one name for all it stands on and comes to; whatever changes meanwhile changes it.
        customers: how many are touched.
        difference_fen: what they pay more together.
        moved_fen: the sum of the differences whichever way; by it two seconds may be needed.
    """

    content: dict[str, Any]
    basis: str
    customers: int
    difference_fen: int
    moved_fen: int


@dataclass(frozen=True, slots=True)
class Said:
    """One value that changes, in words."""

    subject: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """A kind of dangerous edit.

    Attributes:
        name: as stored.
        title: as shown.
        permission: who may propose it.
        refusals: terms, effective day, today: every reason why it is absurd or impossible, in words; none: it may be.
        unchanged: whether what the terms say stands before still stands.
        effect: what it would do.
        apply: write it; returns how to take it back.
        final_bills: how many final bills already stand on an applied one.
        take_back: undo an applied one on which no final bill stands.
        reversal: terms that undo an applied one for the months already issued; None: the kind has none.
        describe: the values that change.
        slips: of one change by itself, on a day: why it is absurd; an import asks it of each row.
        second_right: what a second person must hold beside the right to agree at all; empty: nothing more.
        ended: told when one that waited is over without having been applied.
        sections: what it does beside money, as headings with lines, in the reader's language.
        page: where the thing it is about has a page of its own.
        seconds: how many must agree; None: as the limits say of customers and yuan.
        large: whether nobody should wait for the effect of such terms; its preview becomes a job.
        undone: whether an applied one can be taken back by a click while no final bill stands on it.
        after_bills: what to do in place of taking it back once final bills stand on it, in words.
    """

    name: str
    title: Promise | str
    permission: str
    refusals: Callable[[Terms, date, date], list[str]]
    unchanged: Callable[[Terms], bool]
    effect: Callable[[Proposal, date, Progress], Effect]
    apply: Callable[[Proposal, User | None, datetime], list[Any]]
    final_bills: Callable[[Proposal], int]
    take_back: Callable[[Proposal, User | None, datetime], None]
    describe: Callable[[Terms], list[Said]]
    reversal: Callable[[Proposal], tuple[str, Terms]] | None = None
    slips: Callable[[Any, date], list[str]] | None = None
    second_right: str = ""
    ended: Callable[[Proposal, User | None, datetime], None] | None = None
    sections: Callable[[Proposal], list[tuple[str, list[str]]]] | None = None
    page: Callable[[Proposal], str] | None = None
    seconds: Callable[[Effect, date], int] | None = None
    large: Callable[[Terms], bool] | None = None
    undone: bool = True
    after_bills: Promise | str = ""


MANY: Final = 2_000
"""Changes, or bills that change, of which a preview is worked out in the background."""

_kinds: dict[str, ProposalKind] = {}


def register(kind: ProposalKind) -> None:
    """Make a kind known (from an app's ``ready``)."""
    _kinds[kind.name] = kind


def named(name: str) -> ProposalKind:
    """Return a kind (KeyError if there is none)."""
    return _kinds[name]


def all_kinds() -> list[ProposalKind]:
    """Return every kind, in the order of registration."""
    return list(_kinds.values())
