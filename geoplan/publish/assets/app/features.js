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

function featureKey(data, state, feature) {
  return `${feature.kind}:${describe(data, state, feature).id}`;
}

/** A feature that remembers its key, so that a change of view cannot silently turn it into another one. */
function makeFeature(data, state, kind, index) {
  const feature = { kind, index };
  return { ...feature, key: featureKey(data, state, feature) };
}

function sameFeature(one, other) {
  return Boolean(one && other) && one.key === other.key;
}

/** Choices under which a feature can be seen: its stage for a school, for a proposed site a year in which it stands. */
function choicesToShow(data, state, feature) {
  if (feature.kind === "site") {
    const site = sitesOf(data, state)[feature.index];
    return stands(data, site, state.phase) ? {} : { phase: data.phases[site.phase].id };
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

/** What the search box looks through, in the order in which it lists them. */
const SEARCHED = ["district", "place", "school", "site", "gap"];

/** What stands beside a name in the list of the search box. */
function besideName(data, it) {
  return districtName(data, it.district);
}
