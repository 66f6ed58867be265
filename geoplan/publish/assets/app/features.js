// The five kinds of things that can be found, opened and listed. A feature is {kind, index}; its key is made of
// its kind and its id, and is the same on the map, in the tables (data-id) and in the search.

const KINDS = {
  district: { zh: "区划", en: "District", tab: "districts" },
  place: { zh: "居住点", en: "Place", tab: "places" },
  school: { zh: "学校", en: "School", tab: "schools" },
  gap: { zh: "服务空白区", en: "Gap", tab: "gaps" },
  site: { zh: "规划选址", en: "Proposed site", tab: "proposals" },
};

function gapsOf(data, state) {
  const view = data.viewByKey.get(viewKey(state.stage, state.travel));
  return view ? view.gaps : [];
}

function sitesOf(data, state) {
  const proposal = data.proposalByStage.get(state.stage);
  return proposal ? proposal.sites : [];
}

function featureExists(data, state, feature) {
  return feature.index >= 0 && feature.index < countOf(data, state, feature.kind)
    && (feature.key === undefined || feature.key === featureKey(data, state, feature));
}

function countOf(data, state, kind) {
  if (kind === "gap") return gapsOf(data, state).length;
  if (kind === "site") return sitesOf(data, state).length;
  return data[`${kind}s`].id.length;
}

/** The fields that every kind shares, whichever way it is stored. */
function describe(data, state, { kind, index }) {
  if (kind === "gap" || kind === "site") {
    const row = (kind === "gap" ? gapsOf : sitesOf)(data, state)[index];
    return { id: row.id, name: row.name, lat: row.lat, lon: row.lon, shape: row.shape || null, district: row.district };
  }
  const columns = data[`${kind}s`];
  return {
    id: columns.id[index],
    name: columns.name[index],
    lat: columns.lat ? columns.lat[index] : null,
    lon: columns.lon ? columns.lon[index] : null,
    shape: columns.shape ? columns.shape[index] : null,
    district: columns.district ? columns.district[index] : -1,
  };
}

function sameFeature(one, other) {
  return Boolean(one && other) && one.key === other.key;
}

/** Choices under which a feature can be seen: its stage for a school, for a site or a gap a year in which it is there. */
function choicesToShow(data, state, feature) {
  if (feature.kind === "site") {
    const site = sitesOf(data, state)[feature.index];
    return stands(data, site, state.phase) ? {} : { phase: data.phases[site.phase].id };
  }
  if (feature.kind === "gap") {
    const { comes } = gapsOf(data, state)[feature.index];
    return phaseAt(data, state.phase) >= comes ? {} : { phase: data.phases[comes].id };
  }
  if (feature.kind !== "school") return {};
  const stages = data.schools.stages[feature.index];
  if (stages.includes(state.stage)) return {};
  const stage = stages.find((id) => travelsOf(data, id).length > 0);
  return stage === undefined ? {} : { stage };
}

/** Open a feature: choose what shows it, mark it, and (unless it was clicked on the map) move there. */
function openFeature(page, feature, { move = true } = {}) {
  const choices = choicesToShow(page.data, page.store.state, feature);
  page.store.set({ ...choices, selected: feature, tab: KINDS[feature.kind].tab });
  if (move) page.atlas.goTo(page.store.state.selected || feature);
}

/** The school that serves a place: an existing one, a proposed site, or none within reach. */
function supplierOf(data, state, index) {
  if (index < 0) return null;
  const schools = data.schools.id.length;
  const kind = index < schools ? "school" : "site";
  const feature = { kind, index: index < schools ? index : index - schools };
  return featureExists(data, state, feature) ? makeFeature(data, state, feature.kind, feature.index) : null;
}

/** What serves a feature, or what it serves. */
function linkedFeatures({ data, state, view }, feature) {
  if (feature.kind === "place") {
    const supplier = supplierOf(data, state, view.nearest[state.phase][feature.index]);
    return supplier ? [supplier] : [];
  }
  if (feature.kind === "gap") {
    const gap = view.gaps[feature.index];
    const supplier = phaseAt(data, state.phase) >= gap.closed_in && gap.closed_by >= 0
      ? supplierOf(data, state, data.schools.id.length + gap.closed_by) : supplierOf(data, state, gap.nearest);
    return supplier ? [supplier] : [];
  }
  return placesServedBy(data, view, state.phase, feature).map((index) => ({ kind: "place", index }));
}

/** Places whose nearest school is this one. */
function placesServedBy(data, view, phase, feature) {
  if (feature.kind !== "school" && feature.kind !== "site") return [];
  const wanted = feature.index + (feature.kind === "site" ? data.schools.id.length : 0);
  const served = [];
  view.nearest[phase].forEach((school, index) => {
    if (school === wanted) served.push(index);
  });
  return served;
}

/** What the search box looks through, in the order in which it lists them. */
const SEARCHED = ["district", "place", "school", "site", "gap"];

/** What stands beside a name in the list of the search box. */
function besideName(data, it) {
  return districtName(data, it.district);
}
