// Other plans beside the main one: a table of what each reaches, and two maps that show who would be nearer to a school
// and who farther. Blue with a plus is nearer than in the other plan, orange with a minus farther.

const CHANGE = {
  nearer: { fill: "#5f9bbd", line: "#2f6685", zh: "比另一方案近", en: "nearer than in the other plan" },
  farther: { fill: "#d1602a", line: "#7a2f0c", zh: "比另一方案远", en: "farther than in the other plan" },
  same: { fill: "#d5d2c8", line: "#9b968a", zh: "一样远", en: "as far" },
};
const MAIN_PLAN = { zh: "主方案", en: "Main plan" };

function setUpScenarios(page) {
  const { data, store } = page;
  byId("scenarios").hidden = data.scenarios.length < 2;
  if (data.scenarios.length < 2) return;
  const figures = [0, 1].map((side) => el("figure", { class: "compared" }, el("figcaption", {}),
    el("canvas", { role: "img", id: `compared-${side}` }), el("p", { class: "fine" })));
  fill(byId("scenarios"),
    el("h2", { id: "scenarios-heading" }, bi("方案比较", "Comparing plans")),
    el("p", { class: "fine", id: "scenarios-note" }),
    el("div", { class: "table-scroll", id: "scenarios-table", tabindex: "0", role: "group", "aria-labelledby": "scenarios-heading" }),
    scenarioSwitch(page),
    el("p", { class: "answer", id: "scenarios-same" }),
    el("div", { id: "scenarios-changes" },
      el("div", { class: "compared-pair" }, ...figures),
      changeLegend(),
      el("div", { class: "table-scroll", id: "scenarios-districts", tabindex: "0", role: "group", "aria-label": { zh: "各区划谁近谁远", en: "Nearer and farther by district" } })));
  const update = (_state, changed) => {
    if (changed && !changed.some((key) => key === "stage" || key === "scenario")) return;
    showScenarioWords(page);
    figures.forEach((figure, side) => showCompared(page, figure, side));
  };
  store.listen(update);
  update();
  new ResizeObserver(() => figures.forEach((figure, side) => drawCompared(page, figure.querySelector("canvas"), side))).observe(byId("scenarios"));
}

function scenarioSwitch({ data, store }) {
  const choices = data.scenarios.slice(1).map((scenario, number) => {
    const input = el("input", {
      type: "radio", name: "scenario", class: "visually-hidden", checked: number === 0, on: { change: () => store.set({ scenario: number + 1 }) },
    });
    return el("label", { class: "segment" }, input, el("span", { class: "segment-face" }, pair(scenario)));
  });
  return el("fieldset", { class: "switch", id: "scenario-switch" }, el("legend", {}, bi("与主方案对比的方案", "Held against the main plan")),
    el("div", { class: "segments" }, ...choices));
}

/** A plan's figures for the chosen stage. */
function scenarioOf({ data, store }, number) {
  return entry(data.scenarios[number].stages, store.state.stage);
}

function sameWords(page, number) {
  const { same } = scenarioOf(page, number);
  if (same === null) return null;
  const name = scenarioName(page.data, same);
  return bi(`与${textOf(name.zh)}相同`, `the same as ${textOf(name.en || name.zh).toLowerCase()}`);
}

function scenarioName(data, number) {
  return number === 0 ? MAIN_PLAN : data.scenarios[number];
}

function showScenarioWords(page) {
  const { data, store } = page;
  const travel = data.travelById.get(scenarioOf(page, 0).travel);
  fill(byId("scenarios-note"), pair(data.stageById.get(store.state.stage)), " · ", travel ? pair(travel) : null, " · ",
    bi(`各方案都按全部建成后计算；${data.measureWords.wayZh}是到最近学校的路程。`,
      `Each plan as it is when finished; the mean way of ${data.measureWords.en} is that to the nearest school.`));
  fill(byId("scenarios-table"), el("table", { class: "data" },
    el("caption", { class: "visually-hidden" }, bi("各方案的结果", "What each plan reaches")),
    el("thead", {}, el("tr", {}, ...scenarioHeads(data).map(([zh, en]) => el("th", { scope: "col", class: zh === "方案" ? "" : "is-number" }, bi(zh, en))))),
    el("tbody", {}, todayRow(page), ...data.scenarios.map((_each, number) => scenarioRow(page, number)))));
  const isSame = scenarioOf(page, store.state.scenario).same === 0;
  byId("scenarios-changes").hidden = isSame;
  byId("scenarios-same").hidden = !isSame;
  fill(byId("scenarios-same"), pair(scenarioName(data, store.state.scenario)), bi("：本学段的选址和主方案完全一样，没有人更近或更远。",
    ": for this stage it builds at the same places as the main plan; nobody is nearer or farther."));
  fill(byId("scenarios-districts"), ...districtChanges(page));
}

const scenarioHeads = ({ measureWords: unit }) => [["方案", "Plan"], ["新建（所）", "New schools"], ["标准内人口", "Within the standard"], ["占比", "Share"],
  ["新增覆盖", "Newly within"], ["不再覆盖", "No longer within"], [unit.wayZh, `Mean way of ${unit.en}`], ["造价（单位同备选用地表）", "Cost, in the unit of the sites layer"], ["求解结果", "Solver"]];

function figureCells(cells) {
  return cells.map((cell) => el("td", { class: "is-number" }, cell));
}

function todayRow({ data, store }) {
  const { travel, today_m: mean } = scenarioOf({ data, store }, 0);
  const { covered, assessed } = data.viewByKey.get(viewKey(store.state.stage, travel)).totals.before;
  return el("tr", {}, el("th", { scope: "row" }, pair(data.phases[0])),
    ...figureCells([MISSING, count(covered), percent(covered, assessed), MISSING, MISSING, metres(mean), MISSING, MISSING]));
}

function scenarioRow(page, number) {
  const it = scenarioOf(page, number);
  const gap = it.gap > 0 ? ` ${gapText(it.gap)}` : null;
  return el("tr", { "data-scenario": number, class: number === page.store.state.scenario ? "is-selected" : "" },
    el("th", { scope: "row" }, pair(scenarioName(page.data, number)), el("small", {}, " ", sameWords(page, number))),
    ...figureCells([count(it.sites.length), count(it.covered), percent(it.covered, it.assessed), count(it.newly), count(it.lost), metres(it.mean_m),
      count(it.cost), el("span", {}, el("span", { class: `seal seal-${known(it.status, Object.keys(STATUS), "other")}` }, statusWords(it.status)), gap,
        " ", pair(it.model))]));
}

/** People who are nearer and farther, by district: the chosen plan against the main one. */
function districtChanges(page) {
  const { data, store } = page;
  const it = scenarioOf(page, store.state.scenario);
  const name = scenarioName(data, store.state.scenario);
  const unit = data.measureWords;
  const rows = data.districts.id.map((_id, index) => [value(data.districts.name[index]), it.gain[index], it.lose[index]])
    .filter(([, gain, lose]) => gain !== 0 || lose !== 0);
  const whole = [bi("合计", "All"), it.gain[data.districts.id.length], it.lose[data.districts.id.length]];
  return [el("table", { class: "data" },
    el("caption", {}, pair(name), " ", bi("与主方案相比，谁离学校近了，谁远了", "against the main plan: who is nearer to a school, who farther")),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, bi("区划", "District")),
      el("th", { scope: "col", class: "is-number" }, bi(`更近（${unit.unitZh}）`, `Nearer, ${unit.en}`)),
      el("th", { scope: "col", class: "is-number" }, bi(`更远（${unit.unitZh}）`, `Farther, ${unit.en}`)))),
    el("tbody", {}, ...[whole, ...rows].map(([where, gain, lose]) =>
      el("tr", {}, el("th", { scope: "row" }, where), ...figureCells([count(gain), count(lose)])))))];
}

/** The places of one map: the other plan's nearer ones are this plan's farther ones. */
function changesOn(page, side) {
  const it = scenarioOf(page, page.store.state.scenario);
  return side === 1 ? { nearer: new Set(it.nearer), farther: new Set(it.farther) } : { nearer: new Set(it.farther), farther: new Set(it.nearer) };
}

function showCompared(page, figure, side) {
  const number = side === 0 ? 0 : page.store.state.scenario;
  const [own, other] = [scenarioOf(page, number), scenarioOf(page, side === 0 ? page.store.state.scenario : 0)];
  const shared = new Set(other.sites.map((site) => site.id));
  const mine = own.sites.filter((site) => !shared.has(site.id));
  const { nearer, farther } = changesOn(page, side);
  const name = scenarioName(page.data, number);
  const canvas = figure.querySelector("canvas");
  fill(figure.querySelector("figcaption"), pair(name), " · ", bi(`新建 ${count(own.sites.length)} 所`, `${count(own.sites.length)} new schools`));
  fill(figure.querySelector("p"), mine.length > 0 ? bi("只在这个方案里：", "Only in this plan:") : bi("没有另一方案以外的选址。", "No site that the other plan does not have."),
    mine.length > 0 ? " " : null, ...mine.map((site, at) => el("span", {}, at > 0 ? "、" : "", value(site.name || site.id))));
  say(canvas, "aria-label", {
    zh: `${textOf(name.zh)}：${count(nearer.size)} 个居住点比另一方案近，${count(farther.size)} 个远`,
    en: `${textOf(name.en || name.zh)}: ${count(nearer.size)} places nearer than in the other plan, ${count(farther.size)} farther`,
  });
  drawCompared(page, canvas, side);
}

function drawCompared(page, canvas, side) {
  const { data, store, atlas } = page;
  const frame = comparedFrame(atlas.scene, canvas);
  if (!frame) return;
  // roads would hide what these maps are about
  const ground = { ...data, base: data.base.filter((line) => line.id !== "roads") };
  const context = { scene: atlas.scene, store: { shows: () => true }, frame, ctx: frame.ctx, data: ground, state: store.state };
  const own = scenarioOf(page, side === 0 ? 0 : store.state.scenario);
  drawGround(context);
  drawBase(context);
  drawOutlines(context);
  drawChanges(context, changesOn(page, side));
  const taken = own.sites.map((site, index) => drawFlag(frame, index + 1, ...onFrame(frame, ...atlas.scene.flat(site.lat, site.lon))));
  eachDistrict(context, (_path, index, geometry) => {
    const [x, y] = onFrame(frame, ...geometry.label);
    writeLabel(frame.ctx, taken, { text: data.districts.name[index], x, y, size: 12, weight: 700, colour: "#6b6453" });
  });
  drawWatermark(context);
}

/** A site's star on a stem, so that the places around it stay in sight; returns the room that it takes. */
function drawFlag({ ctx }, number, x, y) {
  ctx.strokeStyle = SITE.line;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x, y - 14);
  ctx.stroke();
  drawSite(ctx, number, x, y - 20, 10);
  return [x - 10, y - 30, x + 10, y];
}

/** The whole area on a canvas as wide as the page gives it. */
function comparedFrame(scene, canvas) {
  const width = canvas.clientWidth;
  if (!(width > 0)) return null;
  const [[x0, y0], [x1, y1]] = scene.data.bounds.map(([lat, lon]) => scene.flat(lat, lon));
  const [across, up] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
  const height = Math.round(clamp((width * up) / across, width * 0.6, width * 1.15));
  const density = Math.max(1, Math.min(3, window.devicePixelRatio || 1));
  canvas.width = width * density;
  canvas.height = height * density;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(density, 0, 0, density, 0, 0);
  ctx.fillStyle = "#fbfaf7";
  ctx.fillRect(0, 0, width, height);
  const k = Math.min(width / across, height / up);
  return {
    ctx, k, width, height, density, area: width * height, zoom: scene.fitZoom, fitZoom: scene.fitZoom,
    dx: width / 2 - ((x0 + x1) / 2) * k, dy: height / 2 - ((y0 + y1) / 2) * k,
  };
}

/** What stays the same first, and smaller: what changes must never lie hidden. */
function drawChanges({ scene, frame, ctx }, { nearer, farther }) {
  const kindOf = (index) => (nearer.has(index) ? "nearer" : farther.has(index) ? "farther" : "same");
  for (const kind of ["same", "nearer", "farther"]) {
    eachPoint(frame, scene.places, (index, x, y) => {
      if (kindOf(index) === kind) drawChange(ctx, kind, x, y, changeRadius(placeRadius(scene, frame, index), kind));
    });
  }
}

function changeRadius(radius, kind) {
  return kind === "same" ? radius * 0.7 : Math.max(3.4, radius * 1.25);
}

function drawChange(ctx, kind, x, y, r) {
  const look = CHANGE[kind];
  ctx.beginPath();
  ctx.arc(x, y, r, 0, Math.PI * 2);
  ctx.fillStyle = look.fill;
  ctx.fill();
  ctx.strokeStyle = look.line;
  ctx.lineWidth = 0.8;
  ctx.stroke();
  if (kind === "same" || r < 2.6) return;
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = Math.max(1, r * 0.28);
  ctx.beginPath();
  ctx.moveTo(x - r * 0.55, y);
  ctx.lineTo(x + r * 0.55, y);
  if (kind === "nearer") {
    ctx.moveTo(x, y - r * 0.55);
    ctx.lineTo(x, y + r * 0.55);
  }
  ctx.stroke();
}

function changeLegend() {
  const mark = (kind) => sample((ctx, x, y) => drawChange(ctx, kind, x, y, 6), 18, 18);
  return el("ul", { class: "change-legend" },
    ...Object.entries(CHANGE).map(([kind, words]) => el("li", {}, mark(kind), " ", pair(words))),
    el("li", {}, sample((ctx, x, y) => drawSite(ctx, "", x, y, 8), 20, 20), " ", bi("该方案的选址", "sites of that plan")));
}
