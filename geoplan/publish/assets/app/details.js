// The card of one feature: what it is, who serves it now and under the plan, and why.

function setUpDetails(page) {
  setUpCard(page, ["stage", "travel", "phase", "selected"],
    { place: homeCard, school: schoolCard, gap: gapCard, site: siteCard, district: districtCard }, ["site"]);
}

/** A link to another feature, by name. */
function featureButton(page, feature) {
  const it = describe(page.data, page.store.state, feature);
  return el("button", { type: "button", class: "link", on: { click: () => openFeature(page, feature) } },
    feature.kind === "site" ? `${feature.index + 1} ` : null, value(it.name || it.id));
}

function supplierCell(page, index) {
  const feature = supplierOf(page.data, page.store.state, index);
  return feature ? featureButton(page, feature) : bi("可达范围内没有学校", "none within reach");
}

/** Distance and minutes; along a straight line the walk is at least that long. Null is one that is not told. */
function distanceCell(distance, travel) {
  if (distance === null) return notPublished();
  if (!(distance >= 0)) return bi("不可达", "out of reach");
  const least = travel === "straight";
  const minutes = walkMinutes(distance);
  return el("span", {}, el("b", {}, metres(distance)), " ",
    bi(`步行${least ? "至少" : "约"} ${minutes} 分钟`, `${least ? "at least" : "about"} ${minutes} min on foot`));
}

function areaRow(data, district, area) {
  const name = districtName(data, district);
  if (!name && !areaWords(area)) return null;
  return ["所在区划", "District", el("span", {}, value(name), name && areaWords(area) ? " · " : null,
    areaWords(area) ? pair(areaWords(area)) : null)];
}

function coverCell(share) {
  const cover = COVER.find(({ id }) => id === coverOf(share));
  return el("span", { class: "cover" }, sample((ctx, x, y) => drawPlace(ctx, cover.id, x, y, 5), 14, 14), " ", pair(cover),
    cover.id === "partly" ? ` ${share}%` : null);
}

/** Today beside the chosen year, or beside the finished plan while today is chosen. */
function phaseTable({ data, store }, rows) {
  const phases = [data.phases[0], otherPhase(data, store.state)];
  return el("table", { class: "phases" },
    el("thead", {}, el("tr", {}, el("td", {}), ...phases.map((phase) => el("th", { scope: "col" }, pair(phase))))),
    el("tbody", {}, ...rows.map(([zh, en, cell]) => el("tr", {}, el("th", { scope: "row" }, bi(zh, en)),
      ...phases.map((phase) => el("td", {}, cell(phase.id)))))));
}

function stageNames(data, ids) {
  const box = el("span", {});
  ids.forEach((id, number) => {
    const stage = data.stageById.get(id);
    box.append(number > 0 ? "、" : "", stage ? pair(stage) : value(id));
  });
  return box;
}

function ownershipWords(word) {
  return pair(entry(OWNERSHIP, word));
}

function schoolCard(page, index) {
  const { data, store } = page;
  const { schools } = data;
  const view = store.view();
  const served = (phase) => {
    const places = placesServedBy(data, view, phase, { kind: "school", index });
    const people = places.reduce((sum, place) => sum + (Number(data.places.people[place]) || 0), 0);
    return el("span", {}, measured(places.length, "处"), " · ", measured(people, data.measureWords.unitZh));
  };
  return [
    rowsOf(
      ["学段", "Stages", stageNames(data, schools.stages[index])],
      ["办学规模", "Capacity", schools.capacity[index] === null ? bi("未知", "unknown") : measured(schools.capacity[index], "个学位")],
      ["办别", "Run by", ownershipWords(schools.ownership[index])],
      areaRow(data, schools.district[index], ""),
      ...(schoolUnderPlan(data, index) ? [["规划", "Under the plan", schoolUnderPlan(data, index)]] : []),
    ),
    schools.stages[index].includes(store.state.stage)
      ? phaseTable(page, [["以此校为最近学校的居住点", "Places nearest to it", served]]) : null,
    el("p", {}, el("button", {
      type: "button", class: "link from-here",
      on: { click: () => openTapped(page, null, L.latLng(schools.lat[index], schools.lon[index])) },
    }, bi("我住在这所学校旁边：从这里查", "I live beside this school: look from here"))),
  ];
}

function gapCard(page, index) {
  const gap = page.store.view().gaps[index];
  const closing = gap.closed_by >= 0 ? supplierOf(page.data, page.store.state, page.data.schools.id.length + gap.closed_by) : null;
  return [
    rowsOf(
      ["人口", "People", count(gap.people)],
      ["学生", "Pupils", count(gap.pupils)],
      areaRow(page.data, gap.district, ""),
      gap.closings.length > 0 ? ["起因", "Cause", el("span", {}, gapClosings(page.data, gap), " ",
        ...gap.closings.map((row) => featureButton(page, supplierOf(page.data, page.store.state, row))))] : null,
      gap.closings.length > 0 ? ["撤并后最近学校", "Nearest school then", supplierCell(page, gap.nearest)]
        : ["现状最近学校", "Nearest school today", supplierCell(page, gap.nearest)],
      ["距离", "Distance", distanceCell(gap.distance_m, page.store.state.travel)],
      ["规划后", "Under the plan", closing
        ? el("span", {}, gapUnderPlan(page.data, gap), " ", featureButton(page, closing)) : gapUnderPlan(page.data, gap)],
    ),
  ];
}

function gapLinks(page, ids) {
  const gaps = gapsOf(page.data, page.store.state);
  const box = el("span", { class: "links" });
  for (const id of ids) {
    const index = gaps.findIndex((gap) => gap.id === id);
    box.append(index >= 0 ? featureButton(page, makeFeature(page.data, page.store.state, "gap", index)) : value(id), " ");
  }
  return box;
}

/** The outcome in words, so that it is read in black and white, too. */
const STATES = {
  met: { zh: "符合", en: "met" },
  not_met: { zh: "不符合", en: "not met" },
  pool: { zh: "与邻近单元统筹", en: "pool with neighbours" },
  no_data: { zh: "缺数据", en: "no data" },
  not_applicable: { zh: "不适用", en: "not applicable" },
};

function verdictTag(verdict) {
  const state = known(verdict.state, ["met", "not_met", "pool", "no_data", "not_applicable"], "other");
  const words = entry(STATES, verdict.state);
  return el("span", { class: `tag verdict-${state}` },
    words ? bi(words.zh, words.en) : null, words ? " · " : null, pair(verdict));
}

function districtCard(page, index) {
  const { data, store } = page;
  const view = store.view();
  const row = (phase) => view.districts[phase][index];
  const verdicts = data.verdicts.filter((verdict) => verdict.district === index && verdict.stage === store.state.stage);
  return [
    rowsOf(
      ["类别", "Type", areaWords(data.districts.area[index]) ? pair(areaWords(data.districts.area[index])) : MISSING],
      [data.measureWords.zh, capital(data.measureWords.en), count(row("before").people)],
    ),
    phaseTable(page, [
      ["覆盖率", "Share served", (phase) => percent(row(phase).covered, row(phase).assessed)],
      ["未覆盖", "Not served", (phase) => count(row(phase).assessed - row(phase).covered)],
    ]),
    ...seatsTable(data, store.state, index),
    verdicts.length > 0 ? el("h3", {}, bi("条款判定", "Verdicts")) : null,
    verdicts.length > 0 ? el("ul", { class: "why" }, ...verdicts.map((verdict) =>
      el("li", {}, ruleName(data, verdict.rule), " ", value(verdict.value), " ", verdictTag(verdict)))) : null,
  ];
}

function ruleName(data, id) {
  const rule = data.ruleById.get(id);
  return rule ? pair(rule.quantity) : value(id);
}
