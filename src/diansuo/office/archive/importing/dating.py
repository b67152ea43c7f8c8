"""Whether a value that holds for a period may change: only from an effective day on, and not before it began."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from diansuo.office.archive.importing.lines import Lines


def may_change(
    lines: Lines, i: int, column: str, effective: date | None, since: date | None, words: str
) -> bool:
    """Tell whether a dated value may change, refusing the line if there is no day for it or a wrong one.

    ``since`` is the first day of the value that stands, ``words`` says what changes from what to what.
    """
    if effective is None:
        reason = _("%(change)s，没有生效日") % {"change": words}
        lines.refuse(i, column, reason, _("加上 --effective DATE（页面上填“生效日”）"))
        return False
    if since is not None and effective <= since:
        reason = _("%(change)s：原值自 %(day)s 起有效，生效日须在其后") % {"change": words, "day": since}
        lines.refuse(i, column, reason, _("改用更晚的 --effective；原值录错的，先撤回导入它的批次"))
        return False
    return True
