// The payload, read once, with the look-ups that every part of the page needs.

const PHASES = [
  { id: "before", zh: "现状", en: "Before" },
  { id: "after", zh: "规划后", en: "After" },
];
const COVER = [
  { id: "covered", zh: "已覆盖", en: "Covered" },
  { id: "partly", zh: "部分覆盖", en: "Partly covered" },
  { id: "uncovered", zh: "未覆盖", en: "Not covered" },
  { id: "none", zh: "未评估", en: "Not assessed" },
];
const AREAS = {
  urban: { zh: "城镇", en: "Urban" },
  rural: { zh: "农村", en: "Rural" },
  all: { zh: "城乡", en: "All areas" },
};
const MEASURES = {
  people: { zh: "人口", en: "people", unitZh: "人", wayZh: "人口平均到校距离" },
  pupils: { zh: "学生", en: "pupils", unitZh: "人", wayZh: "学生平均到校距离" },
};
const OWNERSHIP = {
  public: { zh: "公办", en: "Public" },
  private: { zh: "民办", en: "Private" },
};

/** A column of few different values arrives with each value once. */
function unpackColumn(column) {
  return Array.isArray(column) ? column : column.at.map((at) => column.values[at]);
}

function unpackColumns(raw) {
  for (const table of [raw.places, raw.schools, raw.districts]) {
    for (const [name, column] of Object.entries(table)) table[name] = unpackColumn(column);
  }
}

function unpackSteps(raw) {
  if (!raw.steps) return;
  const unpack = (shape) => unpackShape(shape, raw.steps);
  raw.districts.shape.forEach(unpack);
  (raw.places.shape || []).forEach(unpack);
  (raw.base || []).forEach((layer) => layer.lines.forEach((line) => unpackLine(line, raw.steps)));
  raw.views.forEach((view) => {
    const { before, added, ...whole } = view.service || {};
    [before, ...(added || []), ...Object.values(whole)].forEach(unpack);
    view.gaps.forEach((gap) => unpack(gap.shape));
  });
}

/** Today, the years of the plan, and the finished plan; ids are made here, so that no data can name a column. */
function phasesOf(raw) {
  if (!Array.isArray(raw.phases) || raw.phases.length < 2) return PHASES;
  const last = raw.phases.length - 1;
  return raw.phases.map((phase, at) => ({
    ...phase, at, id: at === 0 ? "before" : at === last ? "after" : String(Number(phase.year)),
  }));
}

/** What arrives as changes from phase to phase becomes a whole column, area or figure for every phase. */
function unpackPhases(raw, phases) {
  for (const view of raw.views) {
    for (const column of [view.covered, view.nearest, view.distance_m]) unpackChanges(column, phases);
    const service = view.service || {};
    (service.added || []).forEach((added, at) => {
      service[phases[at + 1].id] = service[phases[at].id].concat(added);
    });
    for (const gap of view.gaps) unpackGap(gap, phases);
  }
  for (const proposal of Object.values(raw.proposals || {})) {
    for (const site of proposal.sites) site.phase = clampPhase(site.phase, phases);
  }
}

/** Index, value, index, value … for each phase after the first. */
function unpackChanges(column, phases) {
  (column.changes || []).forEach((changes, at) => {
    const next = column[phases[at].id].slice();
    for (let i = 0; i < changes.length; i += 2) next[changes[i]] = changes[i + 1];
    column[phases[at + 1].id] = next;
  });
}

/** The position of a phase in which something opens: the last one where the data name none. */
function clampPhase(at, phases) {
  return Number.isInteger(at) && at > 0 && at < phases.length ? at : phases.length - 1;
}

function readData() {
  const raw = JSON.parse(byId("geoplan-data").textContent);
  const phases = phasesOf(raw);
  unpackColumns(raw);
  unpackSteps(raw);
  unpackPhases(raw, phases);
  const data = {
    ...raw,
    phases,
    phaseById: new Map(phases.map((phase, at) => [phase.id, { ...phase, at }])),
    base: raw.base || [],
    // row of a school → position of the phase in which it is gone, or there
    closes: raw.closes || {},
    opens: raw.opens || {},
    notices: raw.notices || [],
    channels: raw.channels || [],
    balance: raw.balance || null,
    scenarios: raw.scenarios || [],
    verdicts: raw.verdicts || [],
    rules: raw.rules || [],
    findings: raw.findings || [],
    footer: raw.footer || [],
    measureWords: entry(MEASURES, raw.measure) || MEASURES.people,
    stageById: new Map(raw.stages.map((stage) => [stage.id, stage])),
    travelById: new Map(raw.travels.map((travel) => [travel.id, travel])),
    ruleById: new Map((raw.rules || []).map((rule) => [rule.id, rule])),
    proposalByStage: new Map(Object.entries(raw.proposals || {})),
    viewByKey: new Map(raw.views.map((view) => [viewKey(view.stage, view.travel), view])),
  };
  data.showsDistricts = raw.districts.shape.some((shape) => shape.length > 0);
  data.mostPeople = raw.places.people.reduce((most, people) => Math.max(most, Number(people) || 0), 1);
  return data;
}

/** Where a phase stands among all: 0 is today. */
function phaseAt(data, id) {
  return data.phaseById.get(id).at;
}

function lastPhase(data) {
  return data.phases[data.phases.length - 1];
}

/** The phase that today is held against: the chosen one, or the finished plan where today is chosen. */
function otherPhase(data, state) {
  return state.phase === "before" ? lastPhase(data) : data.phaseById.get(state.phase);
}

function viewKey(stage, travel) {
  return JSON.stringify([stage, travel]);
}

/** The travel modes that were assessed for a stage, in the order of the payload. */
function travelsOf(data, stage) {
  return data.travels.filter((travel) => data.viewByKey.has(viewKey(stage, travel.id)));
}

/** How a place is served: its share arrives as 0 to 100, or -1 where it was not assessed. */
function coverOf(share) {
  if (!(share >= 0)) return "none";
  if (share >= 100) return "covered";
  return share > 0 ? "partly" : "uncovered";
}

function areaWords(area) {
  return entry(AREAS, area);
}

function districtName(data, index) {
  return index >= 0 && index < data.districts.name.length ? data.districts.name[index] : "";
}

/** The rule that sets the radius for a place, if the view has one for its area. */
function radiusFor(view, area) {
  return view.radius.find((radius) => radius.area === area)
    || view.radius.find((radius) => radius.area === "all")
    || (view.radius.length === 1 ? view.radius[0] : null);
}

/** Places and people by state of coverage, in one phase. */
function coverCounts(data, view, phase) {
  const counts = Object.fromEntries(COVER.map((cover) => [cover.id, { places: 0, people: 0 }]));
  view.covered[phase].forEach((share, index) => {
    const cell = counts[coverOf(share)];
    cell.places += 1;
    cell.people += Number(data.places.people[index]) || 0;
  });
  // sums of the payload are exact; those of places miss every place whose count is suppressed
  const exact = view.cover_people && view.cover_people[phase];
  if (exact) COVER.forEach((cover) => { counts[cover.id].people = exact[cover.id]; });
  return counts;
}

/** Whether a school of the layer stands in a phase: some close, some open only later. */
function schoolStands(data, index, phase) {
  const at = phaseAt(data, phase);
  return !(at >= data.closes[index]) && !(at < data.opens[index]);
}

/** What becomes of a school, in words; null where it stays as it is. */
function schoolUnderPlan(data, index) {
  const at = data.closes[index] || data.opens[index];
  if (!at) return null;
  const { year } = data.phases[at];
  if (data.closes[index]) return bi(year ? `${year} 年前撤并` : "撤并", year ? `closes by ${year}` : "closes");
  return bi(year ? `${year} 年前开办` : "开办", year ? `opens by ${year}` : "opens");
}

/** Whether a proposed site stands in a phase. */
function stands(data, site, phase) {
  return site.phase <= phaseAt(data, phase);
}
