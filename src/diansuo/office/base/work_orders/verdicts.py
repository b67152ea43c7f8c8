"""Orders whose answer must be one of a few verdicts: an app that sends people to find something out says which.

A lower app never calls up: the app above publishes :class:`Verdicts` (from its ``ready``) and is told in the same
transaction what was answered, and when an answer is sent back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from diansuo.office.base.models import User, WorkOrder

Choices = list[tuple[str, Promise | str]]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What an app asks of its orders.

    ``choices(order)`` gives the verdicts an order may be answered by, none where the order is not the app's.
    ``record(order, verdict, text, user, now)`` writes the one that was given; ``reopen(order)`` takes it back.
    ``made(order)`` is told of every new order; it raises ``TakenAlready`` where what it is about was sent before.
    ``photographed(order, verdict)`` says whether that one is only believed with a photo from the place.
    """

    choices: Callable[[WorkOrder], Choices]
    record: Callable[[WorkOrder, str, str, User, datetime], None]
    reopen: Callable[[WorkOrder], None]
    made: Callable[[WorkOrder], None] | None = None
    photographed: Callable[[WorkOrder, str], bool] = lambda _order, _verdict: False


class TakenAlready(ValueError):
    """What an order is about cannot be sent to anybody any more; the message says why."""


_published: list[Verdicts] = []


def publish(verdicts: Verdicts) -> None:
    """Make an app's verdicts known."""
    _published.append(verdicts)


def choices_of(order: WorkOrder) -> Choices:
    """Return the verdicts an order must be answered by one of; none for most orders."""
    return next((found for each in _published if (found := each.choices(order))), [])


def needs_photo(order: WorkOrder, verdict: str) -> bool:
    """Tell whether an order may be answered by a verdict with a photo alone."""
    return any(each.photographed(order, verdict) for each in _published if each.choices(order))


def record(order: WorkOrder, verdict: str, text: str, user: User, now: datetime) -> None:
    """Tell the app whose order it is what was found."""
    for each in _published:
        if each.choices(order):
            each.record(order, verdict, text, user, now)
            return


def made(order: WorkOrder) -> None:
    """Tell the apps that there is a new order.

    Raises:
        TakenAlready: what it is about was sent or answered before.
    """
    for each in _published:
        if each.made is not None:
            each.made(order)


def reopen(order: WorkOrder) -> None:
    """Tell the apps that the answer of an order was sent back."""
    for each in _published:
        each.reopen(order)
