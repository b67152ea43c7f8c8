"""What is wrong with a document: collected, never raised one by one, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: in which file, at which key, what it is and what to do now."""

    file: str
    key: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.wrong}; {self.remedy}"


class RuleBookRefused(ValueError):
    """Documents that do not make a rulebook; ``problems`` holds everything that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
