"""From a row of any list to a prefilled order: what the row is about, signed so that nobody can make one up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse

SALT = "diansuo.work-order-subject"
MOST_SUBJECTS = 200  # of one dispatch; no page of a list is longer


@dataclass(frozen=True, slots=True)
class Subject:
    """What an order is about: the words for it, the numbers, the page, and who would do it.

    ``source`` is a value of ``WorkOrder.Source``. ``staff_id`` is the suggested assignee; ``station_id`` keeps the
    choice of people to that station where the viewer sees several.
    """

    title: str
    source: str = "other"
    customer_number: str = ""
    area_number: str = ""
    url: str = ""
    staff_id: int | None = None
    station_id: int | None = None
    instruction: str = ""


def signed(subject: Subject) -> str:
    """Return the subject as a text that a form may carry through a browser."""
    said = {name: value for name, value in asdict(subject).items() if value not in (None, "")}
    return signing.dumps(said, salt=SALT, compress=True)


def unsigned(texts: Iterable[str]) -> list[Subject]:
    """Return the subjects that a form carried, each once, in their order.

    Raises:
        django.core.signing.BadSignature: one was not signed here, or was changed on its way.
    """
    once = list(dict.fromkeys(texts))[:MOST_SUBJECTS]
    return [Subject(**signing.loads(text, salt=SALT)) for text in once]


def dispatch_url(subject: Subject) -> str:
    """Return the address of the order form, filled in for this subject."""
    return f"{reverse('work_order_new')}?{urlencode({'subject': signed(subject)})}"
