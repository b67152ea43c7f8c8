"""Invented people and places of a sample station."""

from __future__ import annotations

from typing import Any

import numpy as np

from diansuo.sandbox.transformers import transformer

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "超",
    "明",
    "霞",
    "平",
    "刚",
)
AREAS_A_FEEDER = 10
# Of so many areas the last is walked, all others are read from afar.
WALKED_AREAS = 9
VILLAGES = ("东岭", "西河", "南坡", "北湾", "柳林", "石桥", "杏园", "大槐", "清泉", "白沙")
READERS = (
    "孙国强", "周丽华", "马建军", "何晓梅", "罗志远", "高秀兰", "林海涛", "郭玉珍", "吴建国", "黄春燕",
    "赵永刚", "胡文静", "朱立新", "徐桂英", "陈国栋", "杨慧敏", "刘长河", "张雪梅", "李根生", "王月华",
    "高振东", "马兰英", "何正义", "周小平",
)  # fmt: skip


def feeder_name(feeder: int) -> str:
    """Return what a feeder is called."""
    return f"10kV云{feeder + 1}线"


def feeder_number(feeder: int) -> str:
    """Return the number of a feeder."""
    return f"5200F{feeder + 1:03d}"


def archive_rows(
    random: np.random.Generator,
    customers: int,
    an_area: int,
    areas_a_manager: int,
    company: str,
    station: str,
) -> list[dict[str, Any]]:
    """Return the archive list, a row a customer, by area in walking order."""
    return [_row(random, at, an_area, areas_a_manager, company, station) for at in range(customers)]


def _row(
    random: np.random.Generator, at: int, an_area: int, areas_a_manager: int, company: str, station: str
) -> dict[str, Any]:
    area, place = divmod(at, an_area)
    village = VILLAGES[area % len(VILLAGES)]
    group = area // len(VILLAGES) + 1
    manager = READERS[area // areas_a_manager % len(READERS)]
    shared = place == 0
    kind = "居民生活（合表）" if shared else "居民生活（峰谷）" if random.random() < 0.3 else "居民生活用电"
    name = f"{village}村委会" if shared else _name(random)
    opened = f"{random.integers(2008, 2024)}-{random.integers(1, 13):02d}-{random.integers(1, 28):02d}"
    return {
        "用户编号": f"5200{at + 1:06d}",
        "用户名称": name,
        "用电地址": f"{village}村{group}组{place + 1}号",
        "联系方式": f"1390000{at % 10_000:04d}",
        "供电单位": company,
        "供电所": station,
        "变电站": "云河35kV变电站",
        "线路名称": feeder_name(area // AREAS_A_FEEDER),
        "线路编号": feeder_number(area // AREAS_A_FEEDER),
        "公专变标志": "公变",
        "计量点性质": "结算",
        "台区编号": f"5200T{area + 1:05d}",
        "台区名称": f"{village}村{group}号台区",
        "台区容量": transformer(area).kva,
        "台区联结组别": transformer(area).winding,
        "台区配变型号": transformer(area).plate,
        "抄表段编号": f"00{area + 1:06d}",
        "抄表段名称": f"{village}村{group}段",
        "抄表例日": 1,
        "抄表方式": "现场抄表" if area % WALKED_AREAS == WALKED_AREAS - 1 else "远程采集",
        "抄表员": manager,
        "台区经理": manager,
        "计量点编号": f"5200{at + 1:06d}01",
        "抄表序号": place + 1,
        "电能表编号": f"41300090000000{at + 1:08d}",
        "综合倍率": 1,
        "抄表位数": "6.2",
        "相别": "ABC" if shared else "ABC"[place % 3],
        "用电类别": kind,
        "供电电压": "交流380V" if shared else "交流220V",
        "合同容量": 60 if shared else 8,
        "送电日期": opened,
    }


def _name(random: np.random.Generator) -> str:
    return SURNAMES[random.integers(len(SURNAMES))] + GIVEN[random.integers(len(GIVEN))]
