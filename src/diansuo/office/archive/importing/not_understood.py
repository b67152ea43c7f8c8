"""The refusal of a value that means nothing in an archive list."""

from __future__ import annotations


class NotUnderstood(ValueError):
    """A value that means nothing here: the reason and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy
