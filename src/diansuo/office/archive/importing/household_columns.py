"""The columns of an archive list that tell what a household has on top, and what kind of use a contract is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.importing import words
from diansuo.office.base.sheets.columns import Column, ColumnKind

TEXT = ColumnKind.TEXT


def _listed(name: str) -> tuple[str, ...]:
    return tuple(words.known(name))


HOUSEHOLD_COLUMNS = (
    Column(
        "persons", "一户多人口人数", "Persons of a large household", ColumnKind.INTEGER,
        aliases=("多人口人数", "多人口户人数", "阶梯多人口人数", "一户多人口数", "一户多人口登记人数"),
        help=_("已申请一户多人口政策的户填登记人数；其他户留空"),
    ),
    Column(
        "electric_heating", "是否电采暖", "Electric heating", TEXT, listed=_listed("yes_no"),
        choices=dict.fromkeys(_listed("yes_no"), ""),
        aliases=("电采暖", "电采暖标志", "电采暖用户", "煤改电", "煤改电标志", "煤改电用户", "是否煤改电"),
        help=_("执行采暖季档限的电采暖（煤改电）户填“是”"),
    ),
    Column(
        "free_energy", "免费电量类别", "Free energy", TEXT, listed=_listed("free_energy"),
        choices=dict.fromkeys(_listed("free_energy"), ""),
        aliases=("低保五保标志", "低保五保户标志", "低保五保类别", "低保标志", "困难户类别", "免费电量标志"),
        help=_("低保、五保；其他户留空"),
    ),
)  # fmt: skip
USE_COLUMNS = (
    Column(
        "idle_months", "停用月份", "Idle months", TEXT, example="11-2",
        aliases=("季节性停用月份", "不用电月份", "停用月", "非排灌月份"),
        help=_("排灌等季节性用电每年不用电的月份，如 11-2 或 1、2、12；这些月份不抄表也不算漏抄"),
    ),
    Column(
        "charging_situation", "充电设施类型", "Charging point", TEXT, listed=_listed("charging_situation"),
        choices=dict.fromkeys(_listed("charging_situation"), ""),
        aliases=("充电桩类型", "充电设施类别", "充电桩类别", "充换电设施类型"),
        help=_("充电桩用户填；与用电类别不符的在审核时提示"),
    ),
)  # fmt: skip
