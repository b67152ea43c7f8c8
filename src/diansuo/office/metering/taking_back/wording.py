"""How a register came to be that of the fixed day, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diansuo.office.base.wording import kilowatt_hours
from diansuo.office.metering.models import TakenBack


def proof_in_words(one: TakenBack) -> str:
    """Say which freezes lead from what was read to the register of the fixed day."""
    if one.frozen_read_wh is None:
        return _("%(day)s 抄见 %(read)s；需量取例日 %(fixed)s 零点冻结 %(frozen)s") % {
            "day": one.read_date,
            "read": kilowatt_hours(one.read_wh),
            "fixed": one.fixed_date,
            "frozen": kilowatt_hours(one.frozen_fixed_wh),
        }
    return _("%(day)s 抄见 %(read)s；零点冻结 %(fixed)s 为 %(first)s，%(day)s 为 %(last)s") % {
        "day": one.read_date,
        "read": kilowatt_hours(one.read_wh),
        "fixed": one.fixed_date,
        "first": kilowatt_hours(one.frozen_fixed_wh),
        "last": kilowatt_hours(one.frozen_read_wh),
    }
