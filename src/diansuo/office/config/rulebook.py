"""The rulebook in force in this process: the shipped one plus the place's own files, read once."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from diansuo.core.rules.book import RuleBook
from diansuo.office.config import rulebook_files


@cache
def book() -> RuleBook:
    """Return the rulebook, with the files of ``DIANSUO_HOME/rulebook`` added where there are any.

    Raises:
        BadRulebook: a file is wrong; the message lists every problem with file, key and remedy.
    """
    own = settings.HOME.rulebook
    return rulebook_files.load(own if own.is_dir() else None)
