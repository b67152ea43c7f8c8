"""Cursors of the trail's own: no watch sees them, no test counts them, and their errors are Django's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def own_cursor(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """Open a cursor past the watch, inside whatever transaction there is."""
    with connection.wrap_database_errors, closing(connection.create_cursor()) as cursor:
        yield cursor
