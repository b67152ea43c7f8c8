"""What is missing until losses can be computed, and which single thing mended helps most."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

Need = TypeVar("Need", bound=Hashable)
Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Fix(Generic[Need, Group]):
    """One thing to mend.

    Attributes:
        need: what is missing.
        alone: groups that can be computed once it is there, in the order they were given.
        together: groups that need other things too.
    """

    need: Need
    alone: tuple[Group, ...]
    together: tuple[Group, ...]


def fixes(
    missing: Mapping[Group, AbstractSet[Need]],
) -> list[Fix[Need, Group]]:
    """Return what is to be mended: whatever makes most groups computable by itself first.

    Of two that make as many computable, the one more groups wait for comes first, then the one met first.

    Args:
        missing: by group, everything that must be there before it can be computed; nothing for one that can.
    """
    alone: dict[Need, list[Group]] = {}
    together: dict[Need, list[Group]] = {}
    for group, needs in missing.items():
        for need in sorted(needs, key=repr):
            alone.setdefault(need, [])
            together.setdefault(need, [])
            (alone if len(needs) == 1 else together)[need].append(group)
    made = [Fix(need, tuple(alone[need]), tuple(together[need])) for need in alone]
    return sorted(made, key=lambda one: (-len(one.alone), -len(one.together)))
