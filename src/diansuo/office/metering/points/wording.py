"""Why a point is held for what hangs behind it, in the trade's words: the cause, and what to do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.office.base.registry import Words
from diansuo.office.base.wording import kilowatt_hours
from diansuo.office.metering.columns import as_date

_Detail = dict[str, Any]


def _energy(detail: _Detail, name: str) -> str:
    return kilowatt_hours(int(detail.get(name, 0)))


def _sub_exceeds(detail: _Detail) -> Words:
    return Words(
        _("总分倒挂"),
        _("分表电量合计 %(subs)s 千瓦时大于总表 %(master)s 千瓦时，总表和分表都不能结算")
        % {"subs": _energy(detail, "sub_wh"), "master": _energy(detail, "master_wh")},
        _("核对总表与各分表的示数、倍率、抄表日期和主分表关系，更正后重新执行；表计有误的按差错退补处理"),
    )


def _supplied_exceeds(detail: _Detail) -> Words:
    return Words(
        _("转供倒挂"),
        _("被转供户电量合计 %(subs)s 千瓦时大于转供户 %(master)s 千瓦时")
        % {"subs": _energy(detail, "supplied_wh"), "master": _energy(detail, "supplier_wh")},
        _("核对转供户与被转供户的示数、倍率、抄表日期和转供关系，更正后重新执行"),
    )


def _sub_not_read(detail: _Detail) -> Words:
    return Words(
        _("分表未抄"),
        _("分表（被转供户）%(other)s 本期没有可结算的电量，总表不知扣减多少")
        % {"other": detail.get("other", "")},
        _("补抄该分表后重新执行；已拆除的，在档案里更正主分表关系"),
    )


def _sub_on_another_day(detail: _Detail) -> Words:
    return Words(
        _("总分表抄表日不一致"),
        _("分表（被转供户）%(other)s 抄到 %(sub)s，总表抄到 %(master)s，或起算日早于总表")
        % {
            "other": detail.get("other", ""),
            "sub": as_date(int(detail.get("sub_day", 0))),
            "master": as_date(int(detail.get("master_day", 0))),
        },
        _("总表与分表排在同一抄表段；本月补录同一天的示数（特抄或冻结）后重新执行"),
    )


def _shares_exceed(detail: _Detail) -> Words:
    return Words(
        _("定量定比大于总表"),
        _("定量、定比合计 %(shares)s 千瓦时大于总表（减分表后）%(total)s 千瓦时")
        % {"shares": _energy(detail, "shares_wh"), "total": _energy(detail, "total_wh")},
        _("现场重新核定定量、定比值（每年至少一次），更正档案后重新执行"),
    )


def _master_not_settled(detail: _Detail) -> Words:
    return Words(
        _("上级计量点未结算"),
        _("定量、定比是上级计量点 %(other)s 电量的一部分，该点本期不能结算")
        % {"other": detail.get("other", "")},
        _("先处理上级计量点的待处理项，再重新执行"),
    )


def _master_without_meter(detail: _Detail) -> Words:
    return Words(
        _("上级计量点无表"),
        _("上级计量点 %(other)s 是定量或定比，没有电能表，下面不能再接计量点")
        % {"other": detail.get("other", "")},
        _("在用户档案文件里把“上级计量点编号”改为装表的计量点"),
    )


def _share_without_master(_detail: _Detail) -> Words:
    return Words(
        _("定量定比无上级计量点"),
        _("没有写明这个定量（定比）是哪个计量点电量的一部分"),
        _("在用户档案文件里补“上级计量点编号”后导入，再重新执行"),
    )


def _no_share_order(_detail: _Detail) -> Words:
    return Words(
        _("定比基数不明"),
        _("同一计量点既有定量又有定比，没有写明定比乘总量还是乘减定量后的剩余"),
        _("按合同在用户档案文件里补“定比基数”后导入，再重新执行"),
    )


def _in_circle(_detail: _Detail) -> Words:
    return Words(
        _("主分表关系成环"),
        _("上级计量点一级一级找上去又回到了自己，分不出总表和分表"),
        _("在用户档案文件里更正“上级计量点编号”"),
    )


def _feed_in_not_read(_detail: _Detail) -> Words:
    return Words(
        _("上网电量未抄"),
        _("光伏用户本期没有完整的反向有功示数，上网电量不明；下网电费照常"),
        _("补录上月和本月的反向有功（总）示数"),
    )


def _master_issued(detail: _Detail) -> Words:
    return Words(
        _("总表已发行"),
        _("总表发行时扣减的分表电量是 %(before)s 千瓦时，现在是 %(now)s 千瓦时")
        % {"before": _energy(detail, "master_wh"), "now": _energy(detail, "sub_wh")},
        _("把分表示数改回发行时的值；确有差错的，总表与分表一并退补"),
    )


WORDS: Final[dict[str, Callable[[_Detail], Words]]] = {
    "P-SUB-EXCEEDS-MASTER": _sub_exceeds,
    "P-SUPPLIED-EXCEEDS-SUPPLIER": _supplied_exceeds,
    "P-SUB-NOT-READ": _sub_not_read,
    "P-SUB-ON-ANOTHER-DAY": _sub_on_another_day,
    "P-SHARES-EXCEED-TOTAL": _shares_exceed,
    "P-MASTER-NOT-SETTLED": _master_not_settled,
    "P-MASTER-WITHOUT-METER": _master_without_meter,
    "P-SHARE-WITHOUT-MASTER": _share_without_master,
    "P-NO-SHARE-ORDER": _no_share_order,
    "P-POINTS-IN-CIRCLE": _in_circle,
    "P-FEED-IN-NOT-READ": _feed_in_not_read,
    "P-MASTER-ISSUED": _master_issued,
}


def words_of(finding: Any) -> Words:
    """Put a stored finding about points that belong together into words."""
    known = WORDS.get(finding.rule)
    return known(finding.detail) if known else Words(finding.rule, finding.rule)
