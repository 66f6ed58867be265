"""How the names of Chinese schools are written: words for kinds, campuses and places, as data.

The words are those of rosters and map services; a name is compared with another one, so what counts is that both are
read alike.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Mapping[str, tuple[Stage, ...]] = MappingProxyType(
    {
        "幼儿园": (Stage.KINDERGARTEN,),
        "托儿所": (Stage.KINDERGARTEN,),
        "小学": (Stage.PRIMARY,),
        "教学点": (Stage.PRIMARY,),
        "初级中学": (Stage.JUNIOR,),
        "高级中学": (Stage.SENIOR,),
        "中学": (Stage.JUNIOR, Stage.SENIOR),
        "学校": (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR),
        "职业学校": (),
        "特殊教育学校": (),
    }
)
"""Kind of school as its name says it → the stages that such a school may serve; () for those without a stage."""

KIND_WORDS: tuple[tuple[str, str], ...] = (
    (r"幼儿园|幼稚园|幼儿学校|幼教中心|幼儿教育中心|保育院", "幼儿园"),
    (r"托儿所|托育园|托育中心", "托儿所"),
    (r"教学点", "教学点"),
    (r"小学校|完全小学|初级小学|完小|小学", "小学"),
    (r"初级中学|初中(?!部)", "初级中学"),
    (r"高级中学|高中(?!部)", "高级中学"),
    (
        r"职业技术教育中心|职业教育中心|职教中心|职业技术学校|职业中等专业学校|职业中学|职业学校|中等专业学校|职中|技工学校",
        "职业学校",
    ),
    (r"特殊教育学校|特教学校|特殊教育中心|聋哑学校|盲校|启智学校|培智学校", "特殊教育学校"),
    (r"完全中学|中学校|中学(?!生|部)", "中学"),
    (r"九年一贯制学校|九年制学校|十二年一贯制学校|十二年制学校|中心学校|中心校|学校", "学校"),
)  # fmt: skip
"""Words in a name → kind; the earlier pattern wins where two begin at the same sign."""

BEFORE_CAMPUS = r"(?=$|[(\-]|[^()\-]{0,6}(?:校区|分校|分园|分部|总校|总园|本部|校部)|[东西南北]校|[东西南北]区)"
SHORT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?<=\d)实中(?!学){BEFORE_CAMPUS}"), "实验中学"),
    (re.compile(rf"实小(?!学){BEFORE_CAMPUS}"), "实验小学"),
    (re.compile(rf"实幼(?!儿){BEFORE_CAMPUS}"), "实验幼儿园"),
    (re.compile(rf"附中(?!学){BEFORE_CAMPUS}"), "附属中学"),
    (re.compile(rf"附小(?!学){BEFORE_CAMPUS}"), "附属小学"),
    (re.compile(rf"附幼(?!儿){BEFORE_CAMPUS}"), "附属幼儿园"),
    (re.compile(rf"(?<=[\d镇乡县市区])中(?!学){BEFORE_CAMPUS}"), "中学"),
    (re.compile(rf"(?<=[\d镇乡县市区])小(?!学){BEFORE_CAMPUS}"), "小学"),
    (re.compile(rf"(?<=[\d镇乡县市区])幼(?!儿){BEFORE_CAMPUS}"), "幼儿园"),
    (re.compile(rf"(?<=[\d镇乡县市区])初(?!级|中){BEFORE_CAMPUS}"), "初级中学"),
    (re.compile(rf"(?<=[\d镇乡县市区])高(?!级|中){BEFORE_CAMPUS}"), "高级中学"),
    (re.compile(r"中心幼(?=$)"), "中心幼儿园"),
    (re.compile(r"中心小(?=$)"), "中心小学"),
    (re.compile(r"(?<=.)市直(?:属)?(?:机关)?(?=.)"), "市市直属"),  # 邢台市直: one 市 is the city's own
    (re.compile(r"^市直(?:属)?(?:机关)?(?=.)"), "市直属"),
    (re.compile(r"(?:县|区)直(?:属)?(?:机关)?(?=.)"), "直属"),
)
"""Customary short forms and what they stand for: 一中, 实小, 师大附中, 官庄镇中, 县直. A city's 市直 stays apart."""

MAIN = "本部"
BRANCH = "分部"
CAMPUS = re.compile(
    r"-?(?P<name>[^()]{0,10}?)"
    r"(?P<word>分校区|主校区|校区|分校|分园|分部|分院|总校|总园|总部|本部|本园|主园|校部|园区|园部|园所|教学点"
    r"|(?<=[东西南北新老])校|(?<=[东西南北新老])区|(?<=[东西南北])院|(?<=[东西南北])苑"
    r"|(?:小班|中班|大班|托班|中大班|托小班|托儿|幼儿|小学|初中|高中|中学|国际|境外)部|部|园)"
)
"""What stands behind the kind of school where one school has several places."""
SECTION = re.compile(r"-?(?:小学|初中|高中|中学)(?:部|校区|分校|校部)")
"""Behind the kind of school, a kind again that is a part of this school."""
MAIN_WORDS = frozenset(("主校区", "总校", "总园", "总部", "本部", "本园", "主园", "校部"))
SECTIONS = frozenset(
    (
        "小班部", "中班部", "大班部", "托班部", "中大班部", "托小班部", "托儿部", "幼儿部",
        "小学部", "初中部", "高中部", "中学部", "国际部", "境外部",
    )
)  # fmt: skip
SECTION_STAGES: Mapping[str, tuple[Stage, ...]] = MappingProxyType(
    {
        "幼儿部": (Stage.KINDERGARTEN,),
        "小学部": (Stage.PRIMARY,),
        "初中部": (Stage.JUNIOR,),
        "高中部": (Stage.SENIOR,),
        "中学部": (Stage.JUNIOR, Stage.SENIOR),
    }
)

IDLE = re.compile(
    r"暂停营业|装修中|建设中|在建|筹建|筹|停办|已撤并|公办|民办|私立|普惠性?|集团|有限公司|新建|暂名|[东西南北侧]*门|"
    r"九年一贯制?|完全中学|寄宿制|公立"
)
"""In brackets these say nothing about which school it is."""
OWNERSHIP = re.compile(r"民办|私立|公办|公立")

GENERIC = re.compile(
    r"[市县区]?(?:\d|实验|中心|直属|机关|城关|城区|外国语|双语|艺术|示范|民族|附属|新区|开发区|第|职工|教育局|妇联|初级|高级|完全)*"
)
"""Cores that many counties have; they tell a school only together with its place."""

DISTRICT_SUFFIXES = ("自治县", "自治旗", "新区", "矿区", "林区", "开发区", "区", "县", "市", "旗")
TOWNSHIP_SUFFIXES = ("街道办事处", "地区办事处", "办事处", "民族乡", "街道", "镇", "乡")

_TRADITIONAL = (
    "學学園园國国區区縣县鎮镇鄉乡實实驗验幼幼兒儿東东龍龙華华陽阳陳陈張张劉刘趙赵錢钱楊杨馬马黃黄蘭兰蘇苏廣广莊庄"
    "橋桥灣湾開开發发雙双語语藝艺術术師师範范屬属機机關关營营職职業业體体育育愛爱寶宝貝贝豐丰義义興兴榮荣葉叶鳳凤飛飞"
    "點点總总羅罗齊齐鄭郑呂吕顧顾賈贾魏魏孫孙許许鄧邓馮冯蔣蒋沈沈韓韩鐵铁鋼钢銀银鑫鑫輝辉勝胜聖圣遠远達达連连進进道道"
    "邊边過过運运選选門门間间閱阅閔闵問问聞闻陸陆陰阴隊队際际險险雲云電电靜静韻韵頂顶項项順顺須须預预領领頭头題题顏颜"
    "風风館馆養养騰腾驛驿魚鱼魯鲁鮑鲍鳥鸟鴻鸿鵝鹅鷹鹰鹽盐麗丽麥麦靈灵禮礼祿禄種种積积穩稳競竞筆笔節节築筑簡简糧粮紅红"
    "純纯級级紡纺終终結结給给統统經经綠绿維维綱纲網网緣缘線线縱纵繡绣續续纖纤聯联聰聪臺台舉举舊旧藍蓝萬万蓮莲蔭荫薛薛"
    "蘆芦虹虹蠶蚕補补裝装見见規规親亲覺觉觀观計计訓训記记設设評评詩诗誠诚課课調调諾诺謝谢譚谭護护讀读豔艳財财貴贵賀贺"
    "資资賓宾贊赞趣趣躍跃車车軍军軒轩輔辅輕轻輪轮轉转農农還还鄒邹鄔邬醫医釋释鋒锋錦锦鍾钟鏡镜長长閘闸闊阔韋韦頤颐願愿"
    "馳驰駿骏騎骑團团圖图圓圆場场塊块塢坞塵尘壇坛壩坝壯壮夢梦奧奥婦妇嬰婴寧宁審审寬宽專专將将對对導导嶺岭島岛嶽岳峽峡"
    "幣币幹干幾几庫库廟庙廠厂廳厅強强彈弹後后徑径從从復复德德憲宪應应懷怀戲戏戶户揚扬換换據据擁拥擇择數数時时書书曉晓"
    "曆历會会條条棟栋極极榆榆構构樂乐樓楼標标樣样樹树橫横檢检檔档歐欧歷历歲岁殘残氣气漢汉決决沖冲沒没況况涼凉淺浅淵渊"
    "漁渔滬沪滿满漸渐潔洁潤润澤泽澗涧濟济濱滨濤涛瀝沥瀾澜為为無无煉炼煙烟燈灯燕燕爭争爺爷牆墙獅狮獨独獲获現现環环瑩莹"
    "產产畝亩畫画異异當当療疗眾众碼码確确磚砖礦矿稅税穀谷窯窑竹竹"
)
TRADITIONAL = str.maketrans(
    {old: new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True) if old != new}
)
"""Traditional signs of names of schools and places; no full conversion, for which a dictionary would be needed."""
