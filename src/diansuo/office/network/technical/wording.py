"""On what a technical loss rests, in the trade's words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diansuo.core.network.technical import Method
from diansuo.office.network.technical.computing import Reason

METHODS: Final[dict[int, Promise | str]] = {
    Method.UNKNOWN: "",
    Method.PROFILES_ESTIMATED: _("典型负荷，估算线路"),
    Method.CURVES_ESTIMATED: _("96点曲线，估算线路"),
    Method.PROFILES_KNOWN: _("典型负荷，实测线路"),
    Method.CURVES_KNOWN: _("96点曲线，实测线路"),
}
NO_FLOW: Final = _("线路带不起这样的负荷，潮流无解；核对线路清单和倍率")
REASONS: Final[dict[int, Promise | str]] = {
    Reason.NONE: "",
    Reason.NO_METERS: _("台区没有用户"),
    Reason.NOT_COLLECTED: _("有电量的表计太少"),
    Reason.NO_FLOW: NO_FLOW,
}
"""Why an area has no technical loss on a day."""

FEEDER_REASONS: Final[dict[int, Promise | str]] = {
    Reason.NONE: "",
    Reason.NO_METERS: _("线路没有挂配变"),
    Reason.NOT_COLLECTED: _("有电量的配变太少"),
    Reason.NO_FLOW: NO_FLOW,
}
"""Why a feeder has no technical loss on a day."""
