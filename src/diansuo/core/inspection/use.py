"""What energy was used for, as far as an inspection's hours a day depend on it."""

from __future__ import annotations

from enum import IntEnum


class UseKind(IntEnum):
    """电力用户 (power and everything else) or 照明用户 (lighting, households); numbers never change."""

    POWER = 1
    LIGHTING = 2
