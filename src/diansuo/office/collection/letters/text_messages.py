"""The list of reminders to send as text messages (短信名单): one row a customer, and who has no usable number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from diansuo.office.base import masks, wording
from diansuo.office.base.sheets.write import Sheet, write_sheets
from diansuo.office.collection.letters.queries import Reminder

MOBILE = re.compile(r"1[3-9]\d{9}")


def message(reminder: Reminder) -> str:
    """Return the text: who, what is owed for which months, where to ask."""
    periods = [wording.month(due.period) for due in reminder.dues]
    span = periods[0] if len(periods) == 1 else f"{periods[0]}至{periods[-1]}"
    return _(
        "【%(station)s】%(name)s（户号%(number)s）：您%(span)s电费共欠%(owed)s元已逾期，请尽快交费；已交费请忽略。"
    ) % {
        "station": reminder.to.station,
        "name": reminder.to.name,
        "number": reminder.to.number,
        "span": span,
        "owed": f"{Decimal(reminder.owed_fen).scaleb(-2):.2f}",
    }


def mobile(phone: str) -> str:
    """Return the mobile number within what the archive has, nothing if there is none."""
    found = MOBILE.search(re.sub(r"[\s\-]", "", phone))
    return found[0] if found else ""


def masked(phone: str) -> str:
    """Return a mobile number as paper may show it: 138****5678; nothing if there is none."""
    return masks.phone(mobile(phone))


def workbook(reminders: Iterable[Reminder]) -> bytes:
    """Return the workbook of two sheets: messages to send, and customers without a mobile number."""
    sent, without = [], []
    for one in reminders:
        number, owed = mobile(one.to.phone), Decimal(one.owed_fen).scaleb(-2)
        if number:
            sent.append([number, one.to.name, message(one), one.to.number, owed])
        else:
            without.append([one.to.number, one.to.name, one.to.address, one.to.manager, one.to.phone, owed])
    return write_sheets(
        [
            Sheet(_("短信"), [_("手机号"), _("姓名"), _("短信内容"), _("用户编号"), _("欠费金额")], sent),
            Sheet(
                _("缺手机号"),
                [
                    _("用户编号"),
                    _("用户名称"),
                    _("用电地址"),
                    _("台区经理"),
                    _("档案中的联系方式"),
                    _("欠费金额"),
                ],
                without,
            ),
        ]
    )
