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
  people: { zh: "人口", en: "people", unitZh: "人" },
  pupils: { zh: "学生", en: "pupils", unitZh: "人" },
};
const OWNERSHIP = {
  public: { zh: "公办", en: "Public" },
  private: { zh: "民办", en: "Private" },
};

/** Rings and lines that arrive as whole steps from vertex to vertex become plain coordinates, in place. */
function unpackSteps(raw) {
  if (!raw.steps) return;
  const unpack = (line) => {
    const at = [0, 0];
    for (let i = 0; i < line.length; i += 1) {
      at[i % 2] += line[i];
      line[i] = at[i % 2] / raw.steps;
    }
  };
  const unpackShape = (shape) => (shape || []).forEach((polygon) => polygon.forEach(unpack));
  raw.districts.shape.forEach(unpackShape);
  (raw.places.shape || []).forEach(unpackShape);
  (raw.base || []).forEach((layer) => layer.lines.forEach(unpack));
  raw.views.forEach((view) => {
    Object.values(view.service || {}).forEach(unpackShape);
    if (view.service && view.service.added) view.service.after = view.service.before.concat(view.service.added);
    view.gaps.forEach((gap) => unpackShape(gap.shape));
  });
}

/** A column "after" that arrives as changes (index, value, index, value …) becomes a whole column. */
function unpackChanges(raw) {
  for (const view of raw.views) {
    for (const column of [view.covered, view.nearest, view.distance_m]) {
      if (!column.changes) continue;
      column.after = column.before.slice();
      for (let i = 0; i < column.changes.length; i += 2) column.after[column.changes[i]] = column.changes[i + 1];
    }
  }
}

function readData() {
  const raw = JSON.parse(byId("geoplan-data").textContent);
  unpackSteps(raw);
  unpackChanges(raw);
  const data = {
    ...raw,
    base: raw.base || [],
    notices: raw.notices || [],
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

/** People of a gap who are still beyond the radius in a phase: a plan may close a gap in part. */
function peopleLeft(gap, phase) {
  return phase === "after" && gap.people_left !== undefined ? gap.people_left : gap.people;
}

/** What the plan does for a gap, in words. */
function gapUnderPlan(gap) {
  if (gap.closed_by >= 0) return bi(`由选址 ${gap.closed_by + 1} 消除`, `closed by site ${gap.closed_by + 1}`);
  const left = peopleLeft(gap, "after");
  if (left === gap.people) return bi("仍为空白", "still a gap");
  return bi(`部分消除，尚余 ${count(left)} 人`, `closed in part, ${count(left)} people left`);
}

/** Gaps still open in a phase. */
function openGaps(view, phase) {
  return phase === "before" ? view.gaps : view.gaps.filter((gap) => gap.closed_by < 0);
}
