// What each table lists. A row keeps the figures; a column says how to show and how to sort them.

function shareColumn(zh, en, read) {
  return {
    zh, en, number: true, first: -1,
    sort: (row) => { const { covered, assessed } = read(row); return assessed > 0 ? covered / assessed : null; },
    cell: (row) => { const { covered, assessed } = read(row); return percent(covered, assessed); },
  };
}

function featureRow(page, kind, index, more) {
  const { data, store } = page;
  const feature = makeFeature(data, store.state, kind, index);
  const it = describe(data, store.state, feature);
  return { ...more, feature, key: feature.key, id: it.id, name: it.name || it.id, district: districtName(data, it.district) };
}

function stageAndTravel(page) {
  const { data, store } = page;
  return [pair(data.stageById.get(store.state.stage)), " · ", pair(data.travelById.get(store.state.travel))];
}

function coverRank(row) {
  return row.share < 0 ? null : row.share;
}

function columnOf(page, kind, more = () => ({})) {
  return Array.from({ length: countOf(page.data, page.store.state, kind) }, (_none, index) =>
    featureRow(page, kind, index, more(index)));
}

const NAME = textColumn("名称", "Name", (row) => row.name);
const ID = textColumn("编号", "Id", (row) => row.id);
const DISTRICT_NAME = textColumn("区划", "District", (row) => row.district);

const TABLES = [
  {
    id: "districts", zh: "区划", en: "Districts",
    wanted: (data) => data.districts.id.length > 0,
    caption: (page) => [bi("各区划覆盖情况", "Coverage by district"), " · ", ...stageAndTravel(page), " · ", planYear(page)],
    rows: (page) => columnOf(page, "district", (index) => ({
      area: areaWords(page.data.districts.area[index]),
      before: page.store.view().districts.before[index],
      after: page.store.view().districts[otherPhase(page.data, page.store.state).id][index],
      ...districtSeats(page, index),
    })),
    columns: [
      NAME, ID, pairColumn("类别", "Type", (row) => row.area),
      numberColumn("总数", "Total", (row) => row.before.people),
      numberColumn("已评估", "Assessed", (row) => row.before.assessed),
      shareColumn("现状覆盖率", "Share before", (row) => row.before),
      shareColumn("规划后覆盖率", "Share after", (row) => row.after),
      numberColumn("现状未覆盖", "Not served before", (row) => row.before.assessed - row.before.covered),
      numberColumn("规划后未覆盖", "Not served after", (row) => row.after.assessed - row.after.covered),
    ],
  },
  {
    id: "schools", zh: "学校", en: "Schools",
    wanted: (data) => data.schools.id.length > 0,
    caption: (page) => [bi("学校（全部学段）", "Schools of all stages")],
    rows: (page) => columnOf(page, "school", (index) => ({
      stages: page.data.schools.stages[index],
      capacity: page.data.schools.capacity[index],
      ownership: page.data.schools.ownership[index],
    })),
    columns: [
      NAME, ID,
      { zh: "学段", en: "Stages", sort: (row) => row.stages.join(), cell: (row, page) => stageNames(page.data, row.stages) },
      numberColumn("办学规模（学位）", "Capacity (seats)", (row) => row.capacity),
      { zh: "办别", en: "Run by", sort: (row) => row.ownership, cell: (row) => ownershipWords(row.ownership) },
      DISTRICT_NAME,
    ],
  },
  {
    id: "gaps", zh: "服务空白区", en: "Gaps",
    wanted: () => true,
    caption: (page) => [bi("服务空白区", "Gaps in service"), " · ", ...stageAndTravel(page)],
    rows: (page) => columnOf(page, "gap", (index) => ({ ...page.store.view().gaps[index], index })),
    columns: [
      NAME, ID, DISTRICT_NAME,
      numberColumn("人口", "People", (row) => row.people),
      numberColumn("学生", "Pupils", (row) => row.pupils),
      {
        zh: "起因", en: "Cause", sort: (row) => row.since || row.comes,
        cell: (row, page) => gapClosings(page.data, row) || bi("现状", "today"),
      },
      {
        zh: "最近学校距离", en: "Nearest school", number: true, first: -1,
        sort: (row) => (row.distance_m < 0 ? null : row.distance_m),
        cell: (row) => (row.distance_m === null ? notPublished()
          : row.distance_m < 0 ? bi("不可达", "out of reach") : metres(row.distance_m)),
      },
      {
        zh: "规划后", en: "Under the plan", sort: (row) => row.closed_by,
        cell: (row, page) => gapUnderPlan(page.data, row),
      },
    ],
  },
  {
    id: "proposals", zh: "规划选址", en: "Proposals",
    wanted: (data) => data.proposalByStage.size > 0,
    caption: (page) => [bi("规划选址", "Proposed sites"), " · ", pair(page.data.stageById.get(page.store.state.stage))],
    rows: (page) => columnOf(page, "site", (index) => {
      const site = sitesOf(page.data, page.store.state)[index];
      return { ...site, number: index + 1, year: page.data.phases[site.phase].year };
    }),
    columns: [
      { ...NAME, cell: (row) => el("span", {}, `${row.number} `, value(row.name)) },
      ID, pairColumn("类型", "Kind", (row) => row.kind), DISTRICT_NAME,
      numberColumn("新增覆盖人口", "People newly served", (row) => row.people_newly),
      numberColumn("新增覆盖学生", "Pupils newly served", (row) => row.pupils_newly),
      numberColumn("就近人口", "People nearest to it", (row) => row.people_assigned),
      numberColumn("学位（个）", "Seats", (row) => row.seats),
      numberColumn("消除空白区", "Gaps closed", (row) => row.gaps.length),
      { zh: "条款判定", en: "Verdict", sort: (row) => row.verdict && row.verdict.zh,
        cell: (row) => (row.verdict ? verdictTag(row.verdict) : MISSING) },
    ],
  },
  {
    id: "verdicts", zh: "条款判定", en: "Verdicts",
    wanted: (data) => data.verdicts.length > 0,
    caption: () => [bi("逐条判定（全部学段）", "Verdicts by clause, all stages")],
    rows: (page) => page.data.verdicts.map((verdict, index) => ({
      ...verdict,
      key: `verdict:${index}`,
      feature: verdict.district >= 0 ? makeFeature(page.data, page.store.state, "district", verdict.district) : null,
      name: districtName(page.data, verdict.district) || "全域 / Whole area",
    })),
    columns: [
      textColumn("范围", "Where", (row) => row.name),
      { zh: "学段", en: "Stage", sort: (row) => row.stage, cell: (row, page) => stageNames(page.data, [row.stage]) },
      { zh: "指标", en: "Quantity", sort: (row) => row.rule, cell: (row, page) => ruleName(page.data, row.rule) },
      textColumn("数值", "Value", (row) => row.value),
      { zh: "标准", en: "Limit", sort: (row) => row.rule, cell: (row, page) => ruleLimit(page.data, row.rule) },
      { zh: "判定", en: "Verdict", sort: (row) => row.state, cell: (row) => verdictTag(row) },
    ],
  },
  {
    id: "places", zh: "居住点", en: "Places",
    wanted: (data) => data.places.id.length > 0,
    caption: (page) => [bi("居住点", "Places"), " · ", ...stageAndTravel(page), " · ",
      pair(page.data.phaseById.get(page.store.state.phase))],
    rows: (page) => columnOf(page, "place", (index) => placeFigures(page, index)),
    columns: [
      NAME, ID, DISTRICT_NAME,
      numberColumn("人数", "People", (row) => row.people),
      { zh: "覆盖", en: "Coverage", sort: coverRank, cell: (row) => coverCell(row.share) },
      textColumn("最近学校", "Nearest school", (row) => row.school),
      { zh: "距离", en: "Distance", number: true, first: -1,
        sort: (row) => (row.distance < 0 ? null : row.distance), cell: (row) => metres(row.distance) },
    ],
  },
];

/** Which year the columns "under the plan" speak of. */
function planYear(page) {
  const words = phaseWords(page.data, phaseAt(page.data, otherPhase(page.data, page.store.state).id));
  return bi(`规划列指${words.zh}`, `plan: ${words.en}`);
}

function districtSeats({ data, store }, index) {
  const seats = seatsOf(data, store.state);
  return seats ? { pupils: seats.pupils[index], seats: seats.seats[index], short: seats.short[index] } : {};
}

/** Columns that only some plans have: the balance of seats, the years in which sites open. */
function setUpColumns(data) {
  const columns = (id) => TABLES.find((table) => table.id === id).columns;
  if (hasSeats(data)) {
    columns("districts").push(
      numberColumn("学生（该年）", "Pupils that year", (row) => row.pupils),
      numberColumn("公办学位（该年）", "Public seats that year", (row) => row.seats),
      numberColumn("学位缺（该年）", "Seats short that year", (row) => row.short));
  }
  if (data.phases.length > 2) {
    columns("proposals").splice(3, 0, {
      zh: "建成年份", en: "Opens in", number: true, sort: (row) => row.year, cell: (row) => textOf(row.year) || MISSING,
    });
  }
}

function placeFigures({ data, store }, index) {
  const view = store.view();
  const { phase } = store.state;
  const supplier = supplierOf(data, store.state, view.nearest[phase][index]);
  return {
    people: data.places.people[index],
    share: view.covered[phase][index],
    distance: view.distance_m[phase][index],
    school: supplier ? describe(data, store.state, supplier).name : MISSING,
  };
}

function ruleLimit(data, id) {
  const rule = data.ruleById.get(id);
  return rule ? pair(rule.text) : MISSING;
}
