"""How each kind of figure comes about, in a sentence of each language."""

from __future__ import annotations

from geoplan.publish.figures.figure import Method

ROWS = Method(
    "rows", "图层中通过检查的行数。", "Rows of the layer that passed its checks.",
)  # fmt: skip
PEOPLE = Method(
    "people",
    "人口图层各处人数之和，每处只计一次；位置不明的人口另列。",
    "Sum of the population layer, each place once; people without a place are told apart.",
)
SCHOOLS = Method(
    "schools",
    "学校图层中设有该学段的学校数；规划后另加规划选址。",
    "Schools of the layer that offer the stage; the proposed sites are added after.",
    ("tables: 现状", "page: #summary"),
)
ASSESSED = Method(
    "assessed",
    "居住地有服务半径标准的人口，逐点相加；最近的初中为寄宿制的农村人口不计。",
    "People to whom a radius applies where they live, point by point; not rural people whose junior school boards.",
    ("tables: 覆盖", "page: #summary"),
)
COVERED = Method(
    "covered",
    "逐点求到最近学校的距离，不超过当地服务半径的人口之和；重叠处不重复计。",
    "Sum of the people whose way to their nearest school is within the radius in force where they live; nobody twice.",
    ("tables: 覆盖", "page: #summary"),
)
SHARE = Method(
    "share",
    "半径内人口 ÷ 有半径标准的人口；会泄露少量学生时不公布。",
    "People within the radius over those a radius applies to; left out where it would give a handful of pupils away.",
    ("tables: 覆盖", "page: #summary"),
)
UNCOVERED = Method(
    "uncovered",
    "有半径标准的人口减去半径内人口。",
    "People a radius applies to less those within it.",
    ("page: #summary",),
)
GAPS = Method(
    "gaps",
    "半径以外的人口点落入边长为四分之一半径的方格，相邻方格合为一处缺口，过大的按人口再分；规划后只数仍有人在半径外的。",
    "Points beyond the radius fall on squares of a quarter radius; touching squares are one gap, large ones are "
    "divided; after, those count in which somebody is left.",
    ("tables: 缺口", "page: #summary"),
)
SITES = Method(
    "sites",
    "按选址模型在备选地块中选出的地块数。",
    "Candidate sites that the location model chose.",
    ("tables: 建议", "page: #summary"),
)
NEWLY = Method(
    "newly",
    "规划前在半径外、规划后在半径内的人口；各新校之间按最近者归属，不重复计。",
    "People outside the radius before and within it after; each counts for the nearest of the new schools.",
    ("tables: 建议", "page: card of the site"),
)
ASSIGNED = Method(
    "assigned",
    "以该新校为最近学校且在半径内的人口，含原已覆盖者。",
    "People within the radius for whom the new school is the nearest, those covered before included.",
    ("tables: 建议", "page: card of the site"),
)
SITE_GIVEN = Method(
    "site-given",
    "备选用地图层所列，未作换算。",
    "As the layer of sites lists it.",
    ("tables: 建议", "page: card of the site"),
)
YEAR = Method(
    "year",
    "在已选定的地块中，逐期先建新增覆盖人口最多者，且不早于用地可供年份。",
    "Among the chosen sites, those that serve most people anew first, step by step, and none before its land is there.",
    ("tables: 近期建设项目表", "page: slider"),
)
NEXT_BEST = Method(
    "next-best",
    "其余新校不变，逐一换成其他备选地块重新计算目标，损失最小者为次优。",
    "All other new sites kept, each other candidate is tried in its place; the one with the least loss is next best.",
    ("tables: 建议", "page: card of the site"),
)
SOLVER = Method(
    "solver",
    "求解器报告的目标值、界、相对差距与状态；只有证明后才称最优。",
    "The solver's objective, bound, relative gap and status; optimal is said only when it was proved.",
    ("tables: 建议", "page: #solver"),
)
FORECAST = Method(
    "forecast",
    "按分年龄儿童逐年升级（或项目所选方法）推算，假设见说明；区县人数相加为全域。",
    "Children by age grow up year by year (or the method that the project chose), with the assumptions that are "
    "printed; the whole is the sum of the districts.",
    ("tables: 学龄人口预测表",),
)
PEAK = Method(
    "peak",
    "数据年份起预测期内人数最多的一年，并列取最早。",
    "The year of most pupils in the forecast, from the year of the data on; the first of a tie.",
    ("tables: 学龄人口预测表",),
)
BALANCE_PUPILS = Method(
    "balance-pupils",
    "中方案预测的在校需求，与学位比较。",
    "Pupils of the middle scenario, set against seats.",
    ("tables: 学位供需平衡表",),
)
SEATS = Method(
    "seats",
    "公办学位：班数 × 班额上限（或所列容量），扣除大班额占用，加上届时建成的项目；民办不计。",
    "Public seats: classes × the class cap (or the capacity listed), less what large classes take, plus projects that "
    "are finished by then; private seats do not count.",
    ("tables: 学位供需平衡表",),
)
SHORT = Method(
    "short",
    "无公办学位的学生数；全域为各区县缺口之和，不与空余抵扣。",
    "Pupils without a public seat; of the whole the sum over districts, nothing netted.",
    ("tables: 学位供需平衡表",),
)
SURPLUS = Method(
    "surplus",
    "没有学生的公办学位；全域为各区县空余之和，不与缺口抵扣。",
    "Public seats without a pupil; of the whole the sum over districts, nothing netted.",
    ("tables: 学位供需平衡表",),
)
LOST = Method(
    "lost",
    "班额降到上限后减少的学位。",
    "Seats that go when classes come down to the cap.",
    ("tables: 学位供需平衡表",),
)
BORROWED = Method(
    "borrowed",
    "可达的邻近区县空余学位中可调剂的部分，同一学位只借一次。",
    "What empty seats of reachable neighbours can take; no seat is lent twice.",
    ("tables: 学位供需平衡表",),
)
CLOSES = Method(
    "closes",
    "此后直到期末缺口均为零的第一年。",
    "The first year from which the gap stays zero to the end.",
    ("tables: 学位供需平衡表",),
)
ACCESS = Method(
    "access",
    "到最近学校的距离，按学生（缺则按人口）加权；无校可达者不计入平均。",
    "The way to the nearest school, weighted by pupils (else people); who reaches none is not in the mean.",
    ("tables: 可及性",),
)
TWO_STEP = Method(
    "two-step",
    "两步移动搜索法（2SFCA）的人均可及公办学位及其基尼系数。",
    "Public seats per head by the two-step floating catchment, and their Gini coefficient.",
    ("tables: 可及性",),
)
CLAUSE = Method(
    "clause",
    "按条文的指标定义由图层和表计算，依据见台账该行。",
    "Computed from layers and tables as the clause defines its indicator; the ledger's row says how.",
    ("tables: 指标表",),
)
TARGET = Method(
    "target", "条文原文所定。", "As the clause itself says.", ("tables: 指标表",),
)  # fmt: skip
CLAUSE_COUNT = Method(
    "clause-count",
    "台账中可核查条款在全域的判定计数；一条两解的取首解。",
    "How the clauses that can be checked stand for the whole area; of two readings the first.",
    ("tables: 指标表",),
)
RULE = Method(
    "rule",
    "规则库所录条文，换算为基本单位。",
    "The clause as the profile records it, in base units.",
    ("tables: 规则", "page: #rules"),
)
LOST_REACH = Method(
    "lost-reach",
    "规划前在半径内、规划后在半径外的人口：其学校撤并后，最近的学校超出半径。",
    "People within the radius before and outside it after: once their school is closed, the nearest one is too far.",
    ("tables: 覆盖", "page: #summary"),
)
KEPT = Method(
    "kept",
    "现在由拟撤并学校服务、规划后由该新校服务的半径内人口。",
    "People within the radius today by a school that closes, and with the plan by this new one.",
    ("page: card of the site",),
)
NET = Method(
    "net",
    "新增覆盖减去不再覆盖；为负表示覆盖的人减少。",
    "People newly within the radius less those who fall out of it; below zero where fewer are within it than before.",
    ("page: #summary",),
)
ASKED = Method(
    "asked",
    "项目文件 [propose] 所要求的新建数；未列者按需要计。",
    "The number of new schools that [propose] in project.toml asks for; nothing where it asks for as many as needed.",
    ("page: #solver",),
)
BEYOND_PLOTS = Method(
    "beyond-plots",
    "规划后仍在半径外、且所有可用备选地块到此均超出半径的人口，逐点相加。",
    "People who are beyond the radius with the plan, and whom no plot that may be used would bring within it.",
    ("page: #solver",),
)
