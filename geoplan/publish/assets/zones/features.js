// Units, schools and zones as things that can be opened, under the same ids on the map, in tables and in the search.

const KINDS = {
  unit: { zh: "居住单元", en: "Unit", tab: "units" },
  school: { zh: "学校", en: "School", tab: "zones" },
  zone: { zh: "学区", en: "Zone", tab: "zones" },
};
const SEARCHED = ["unit", "school"];

function countOf(data, _state, kind) {
  return data[`${kind}s`].id.length;
}

function describe(data, state, feature) {
  const columns = data[`${feature.kind}s`];
  const { index } = feature;
  const phase = state.phase;
  return {
    kind: feature.kind,
    index,
    id: columns.id[index],
    name: columns.name[index],
    lat: columns.lat ? columns.lat[index] : null,
    lon: columns.lon ? columns.lon[index] : null,
    shape: feature.kind === "zone" ? columns[phase].shape[index] : columns.shape ? columns.shape[index] : null,
  };
}

function openFeature(page, feature, { move = true } = {}) {
  page.store.set({ selected: feature, tab: page.store.state.tab === "changes" && feature.kind === "unit" ? "changes" : KINDS[feature.kind].tab });
  if (move) page.atlas.goTo(feature);
}

/** Beside a unit in the list of the search box: its school before and after. */
function besideName(data, it) {
  if (it.kind !== "unit") return "";
  const before = zoneName(data, data.units.before[it.index]);
  const after = zoneName(data, data.units.after[it.index]);
  return before && before !== after ? `${before} → ${after}` : after;
}

/** The topmost visible feature at a point of the map's window: schools before units before zones. */
function featureAt(data, store, layer, scene, containerPoint, slack) {
  const frame = layer.frame();
  const at = layer.toFrame(containerPoint);
  const found = schoolAt(store, scene, frame, at, slack) || unitAt(data, store, scene, frame, at, slack);
  return found ? makeFeature(data, store.state, found.kind, found.index) : null;
}

function schoolAt(store, scene, frame, at, slack) {
  if (!store.shows("schools")) return null;
  let best = { over: slack, index: -1 };
  eachPoint(frame, scene.schools, (index, x, y) => {
    if (!isOpenSchool(scene.data, store.state, index)) return;
    const over = Math.hypot(x - at.x, y - at.y) - schoolRadius(frame);
    if (over <= best.over) best = { over, index };
  });
  return best.index < 0 ? null : { kind: "school", index: best.index };
}

/** The unit whose outline holds the point; of units without outlines the nearest within reach. */
function unitAt(data, store, scene, frame, at, slack) {
  const inside = data.units.shape.findIndex((shape) => isInside(frame.ctx, frame, scene.shape(shape), at));
  if (inside >= 0) return { kind: "unit", index: inside };
  let best = { over: slack + 6, index: -1 };
  eachPoint(frame, scene.units, (index, x, y) => {
    const over = Math.hypot(x - at.x, y - at.y);
    if (over <= best.over) best = { over, index };
  });
  return best.index < 0 ? null : { kind: "unit", index: best.index };
}

function isOpenSchool(data, state, index) {
  return state.phase === "after" || !data.schools.is_new[index];
}
