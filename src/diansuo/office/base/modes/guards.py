"""What may not come in while a station runs the other way: said once, for whole files and for single rows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diansuo.office.base.models import Station
from diansuo.office.base.modes import queries
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused

ALONE, BESIDE = Station.Mode.ALONE.value, Station.Mode.BESIDE.value


def require_some(scope: Scope, mode: str, file_name: str) -> None:
    """Refuse a file that only stations of this mode take, where none of the viewer's stations runs so.

    Raises:
        SheetRefused: all of them run the other way.
    """
    held = queries.modes(scope)
    if held and mode not in held:
        raise SheetRefused(*words(mode), file_name)


def words(mode: str) -> tuple[str, str]:
    """Return why something that only stations of this mode take is refused, and what to do."""
    if mode == BESIDE:
        return (
            _("该供电所独立运行，电费和欠费出自本系统，不接收别的系统的清单"),
            _("电费确由营销2.0发行的，先在“供电所设置”改为营销2.0旁运行"),
        )
    return (
        _("该供电所在营销2.0旁运行，收费由营销2.0办理，本系统不记收费"),
        _("导入营销2.0的欠费明细来更新欠费；确由本系统收费的，先在“供电所设置”改为独立运行"),
    )
