"""The columns of an archive list (domain.md §16.1), with the headings that exports of the trade give them."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.importing import words
from diansuo.office.archive.importing.household_columns import HOUSEHOLD_COLUMNS, USE_COLUMNS
from diansuo.office.archive.importing.point_columns import POINT_COLUMNS
from diansuo.office.archive.importing.supply_columns import SUPPLY_COLUMNS, TRANSFORMER_COLUMNS
from diansuo.office.base.masks import Part
from diansuo.office.base.sheets.columns import Column, ColumnKind

TEXT, ID = ColumnKind.TEXT, ColumnKind.ID
INTEGER, DECIMAL, DATE = ColumnKind.INTEGER, ColumnKind.DECIMAL, ColumnKind.DATE

COLUMNS = (
    Column(
        "customer_number", "用户编号", "Customer number", ID, required=True, example="0041020001",
        aliases=("consNo", "cons_no", "户号", "客户编号", "用电户号", "用户号"),
    ),
    Column(
        "customer_name", "用户名称", "Customer name", TEXT, required=True, example="张三",
        aliases=("consName", "cons_name", "户名", "客户名称", "用户名"),
    ),
    Column(
        "address", "用电地址", "Address", TEXT, example="东村12号",
        aliases=("elecAddr", "elec_addr", "用户地址", "客户地址", "地址"), part=Part.ADDRESS,
    ),
    Column(
        "phone", "联系方式", "Phone", TEXT, example="13800000000",
        aliases=("联系电话", "手机号码", "手机号", "电话", "mobile", "tel"), part=Part.PHONE,
    ),
    Column(
        "company", "供电单位", "Company", TEXT, example="某县供电公司", aliases=("orgName", "org_name", "供电公司"),
        help=_("没有的供电单位会新建"),
    ),
    Column(
        "station", "供电所", "Station", TEXT, example="东村供电所", aliases=("供电所名称", "管理单位", "stationName"),
        help=_("没有的供电所会新建；不填时用命令的 --station 或唯一的供电所"),
    ),
    Column(
        "substation", "变电站", "Substation", TEXT, example="城东变", aliases=("变电站名称", "subsName", "subs_name"),
    ),
    Column(
        "feeder_name", "线路名称", "Feeder", TEXT, example="东10kV线",
        aliases=("线路", "所属线路", "lineName", "line_name"),
    ),
    Column(
        "feeder_number", "线路编号", "Feeder number", ID, example="L001",
        aliases=("lineNo", "line_no", "lineId", "line_id", "线路编码"),
    ),
    Column(
        "area_number", "台区编号", "Area number", ID, example="T00017", aliases=("tgNo", "tg_no", "台区编码", "台区号"),
    ),
    Column("area_name", "台区名称", "Area", TEXT, example="东村1号台区", aliases=("tgName", "tg_name", "台区")),
    Column(
        "area_capacity_va", "台区容量", "Area capacity (kVA)", DECIMAL, example="200",
        aliases=("tgCap", "tg_cap", "配变容量", "变压器容量"), help=_("单位 kVA"),
    ),
    Column(
        "area_winding", "台区联结组别", "Vector group of the area", TEXT, example="Dyn11",
        aliases=("联结组别", "连接组别", "接线组别", "配变联结组别"), listed=("Dyn11", "Yyn0"),
        choices={"Dyn11": "", "Yyn0": ""}, help=_("公变的联结组别，三相不平衡按它判；不填为不详"),
    ),
    Column(
        "area_model", "台区配变型号", "Model of the area's transformer", TEXT, example="S11-M-200/10",
        aliases=("配变型号", "公变型号", "台区变压器型号"),
        help=_("公变铭牌上的型号，线路技术线损按它取空载、负载损耗；不填为不详"),
    ),
    Column(
        "area_dedicated", "公专变标志", "Whose transformer", TEXT, example="公变",
        aliases=("公变专变标志", "公专变", "变压器公专变标志", "pubPrivFlag", "pub_priv_flag"), listed=("公变", "专变"),
        choices={"公变": "", "专变": ""}, help=_("用户自己的变压器填“专变”，不算台区线损；不填为公变"),
    ),
    Column(
        "route_number", "抄表段编号", "Route number", ID, example="0041020017",
        aliases=("mrSectNo", "mr_sect_no", "抄表段号", "抄表段", "抄表区段编号"),
    ),
    Column(
        "route_name", "抄表段名称", "Route", TEXT, example="东村一段", aliases=("mrSectName", "mr_sect_name"),
    ),
    Column(
        "reading_day", "抄表例日", "Reading day", INTEGER, example="1", aliases=("例日", "mrDay", "mr_day"),
        help=_("每月的几日"),
    ),
    Column(
        "reading_method", "抄表方式", "Reading method", TEXT, example="远程采集",
        aliases=("抄表方法", "mrMode", "mr_mode", "readMode"), listed=tuple(words.known("reading_method")),
        choices=dict.fromkeys(words.known("reading_method"), ""),
        help=_("抄表段的方式；现场抄表遇节假日顺延到工作日，远程采集不到场；不填为未定"),
    ),
    Column("reader", "抄表员", "Meter reader", TEXT, example="王五", aliases=("抄表员姓名", "抄表人员", "readerName")),
    Column(
        "manager", "台区经理", "Area manager", TEXT, example="赵六",
        aliases=("台区经理姓名", "客户经理", "责任人", "managerName"),
    ),
    Column(
        "point_number", "计量点编号", "Metering point number", ID, example="004102000101",
        aliases=("mpNo", "mp_no", "计量点号", "计量点编码"), help=_("一户多表时必填，换表后凭它认出同一计量点"),
    ),
    Column(
        "point_role", "计量点性质", "Point role", TEXT, example="结算",
        aliases=("用户类别", "计量点分类", "mpAttr", "mp_attr"), listed=("结算", "台区总表", "线路关口"),
        choices={"结算": "", "台区总表": "", "线路关口": ""},
        help=_("台区总表（考核）填“台区总表”，线路首端的表填“线路关口”；都不建用户和合同"),
    ),
    Column("walk_order", "抄表序号", "Walk order", INTEGER, example="1", aliases=("mrSn", "mr_sn", "抄表顺序号")),
    Column(
        "meter_number", "电能表编号", "Meter number", ID, required=True, example="4130009000000020240007",
        aliases=(
            "assetNo", "asset_no", "表资产号", "电能表资产号", "电能表资产编号", "资产号", "资产编号", "电表资产号",
            "表号", "电表编号", "条形码", "barCode", "bar_code",
        ),
    ),
    Column(
        "multiplier", "综合倍率", "Multiplier", INTEGER, example="1", aliases=("倍率", "tFactor", "t_factor"),
        help=_("不填为 1"),
    ),
    Column(
        "digits", "抄表位数", "Register digits", TEXT, example="6.2",
        aliases=("示数位数", "表计位数", "mrDigit", "mr_digit"),
        help=_("整数位.小数位；不填为 6.2"),
    ),
    Column(
        "phase", "相别", "Phase", TEXT, example="A相", aliases=("相位", "所属相别", "phaseCode"),
        listed=("A相", "B相", "C相", "三相"), choices={"A相": "", "B相": "", "C相": "", "三相": ""},
    ),
    Column(
        "price_class", "用电类别", "Price class", TEXT, required=True, example="居民生活用电",
        aliases=("elecTypeCode", "elec_type_code", "elecType", "电价类别", "用电性质"),
        listed=tuple(words.known("price_class")), choices=dict.fromkeys(words.known("price_class"), ""),
        help=_("工商业另填计费参数各列，缺了不能出账"),
    ),
    Column(
        "voltage_class", "供电电压", "Supply voltage", TEXT, example="交流220V",
        aliases=("voltCode", "volt_code", "电压等级", "供电电压等级"), listed=tuple(words.known("voltage_class")),
        choices=dict.fromkeys(words.known("voltage_class"), ""), help=_("不填为不满1千伏"),
    ),
    Column(
        "capacity_va", "合同容量", "Contract capacity (kVA)", DECIMAL, example="8",
        aliases=("contractCap", "contract_cap", "容量", "用电容量"), help=_("单位 kVA"),
    ),
    Column(
        "opened_date", "送电日期", "Connected on", DATE, example="2015-03-01",
        aliases=("psDate", "ps_date", "送电日", "首次送电日期", "立户日期"),
        help=_("不填视为早已用电"),
    ),
    Column(
        "closed_date", "销户日期", "Closed on", DATE, aliases=("销户日", "cancelDate"),
        help=_("在用用户自该日起销户；库里没有的已销户用户不导入"),
    ),
    Column(
        "transferred_date", "过户日期", "Transferred on", DATE, aliases=("更名过户日期", "过户日"),
        help=_("户号不变而用电人变更的日期：新户主用电的第一天"),
    ),
    Column(
        "ordered_date", "工单日期", "Date of the order", DATE, example="2024-08-20",
        aliases=("变更工单日期", "受理日期", "申请日期"),
        help=_("改动计费参数所依据的工单的日期；生效日早于它的，预览会指出"),
    ),
    Column(
        "opening_energy_wh", "年初累计电量", "Energy since 1 January (kWh)", DECIMAL,
        aliases=("年累计电量", "本年累计电量", "年阶梯累计电量"),
        help=_("本系统首次算费之前，当年已计入阶梯的电量，单位 kWh"),
    ),
    Column(
        "opening_year", "累计年度", "Year of that energy", INTEGER, example="2024", aliases=("年累计年度", "阶梯年度"),
        help=_("年初累计电量所属的年度；不填时取导入时指定的电费年月或生效日期的年度"),
    ),
    *HOUSEHOLD_COLUMNS,
    *USE_COLUMNS,
    *SUPPLY_COLUMNS,
    *TRANSFORMER_COLUMNS,
    *POINT_COLUMNS,
)  # fmt: skip

# A master meter's line has neither number nor class, so what a line must hold is judged line by line, not by column.
LENIENT = tuple(replace(column, required=False) for column in COLUMNS)
HEADINGS = {column.field: column.heading for column in COLUMNS}
BY_FIELD = {column.field: column for column in COLUMNS}
