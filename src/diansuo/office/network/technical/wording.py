"""On what a technical loss rests, in the trade's words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diansuo.core.network.technical import Method

METHODS: Final[dict[int, Promise | str]] = {
    Method.UNKNOWN: "",
    Method.PROFILES_ESTIMATED: _("典型负荷，估算线路"),
    Method.CURVES_ESTIMATED: _("96点曲线，估算线路"),
    Method.PROFILES_KNOWN: _("典型负荷，实测线路"),
    Method.CURVES_KNOWN: _("96点曲线，实测线路"),
}
