"""A proposal's terms written once it is agreed to, and taken back: the same for every kind that changes terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from diansuo.office.archive.terms import operations
from diansuo.office.archive.terms.changes import changes_of
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.proposals.operations import UnableToDo


def apply(proposal: Proposal, _user: User | None, _now: datetime) -> list[Any]:
    """Write the changes from the effective day on; return what takes them back (a kind's ``apply``).

    Raises:
        UnableToDo: a row is gone, or does not hold on the day.
    """
    changes = changes_of(proposal.terms)
    done: list[Any] = _words(lambda: operations.write(changes, proposal.effective_date, proposal.batch))
    return done


def take_back(proposal: Proposal, _user: User | None, _now: datetime) -> None:
    """Undo what :func:`apply` wrote, exactly (a kind's ``take_back``).

    Raises:
        UnableToDo: something was changed since, on top of it.
    """
    _words(lambda: operations.take_back(proposal.undo, changes_of(proposal.terms)))


def _words(write: Callable[[], Any]) -> Any:
    try:
        return write()
    except UnableToChange as problem:
        raise UnableToDo(str(problem)) from problem
