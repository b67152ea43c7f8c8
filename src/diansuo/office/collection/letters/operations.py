"""What is written down when phone numbers leave the house: who took the list of text messages, when, of how many."""

from __future__ import annotations

from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Customer
from diansuo.office.base.models import User
from diansuo.office.collection.letters.queries import TEXT_MESSAGES


def note_download(customers: int, *, user: User, now: datetime) -> LogEntry:
    """Record that a user took the list of text messages with the phone numbers of so many customers."""
    return LogEntry.objects.create(
        action_time=now,
        user=user,
        content_type=ContentType.objects.get_for_model(Customer),
        object_id="",
        object_repr=TEXT_MESSAGES,
        action_flag=CHANGE,
        change_message=_("下载短信名单，%(customers)d 户") % {"customers": customers},
    )
