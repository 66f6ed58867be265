// The chosen view in the page's address, behind "#", so that it can be copied and sent on. It is read when the page
// opens; nothing of it reaches a network.

const ADDRESS_KINDS = ["place", "school", "site", "gap", "district"];

function setUpAddress(page) {
  readAddress(page);
  window.addEventListener("hashchange", () => readAddress(page));
  page.store.listen((state, changed) => {
    if (["stage", "travel", "phase", "selected"].some((key) => changed.includes(key))) writeAddress(state);
  });
}

function writeAddress({ stage, travel, phase, selected }) {
  const words = new URLSearchParams({ stage, travel, year: phase });
  if (selected) words.set("open", selected.key);
  if (selected && selected.home) words.set("at", [selected.home.lat.toFixed(5), selected.home.lon.toFixed(5)].join());
  const address = `#${words}`;
  // a page inside another one's frame without an origin has no address of its own to write
  if (window.origin !== "null" || window.location.protocol === "file:") window.history.replaceState(null, "", address);
}

/** Choose what the address names, as far as the page has it. */
function readAddress(page) {
  const { data, store } = page;
  const words = new URLSearchParams(window.location.hash.slice(1));
  const [stage, travel, phase] = ["stage", "travel", "year"].map((name) => words.get(name));
  const patch = {};
  if (data.stageById.has(stage) && travelsOf(data, stage).length > 0) patch.stage = stage;
  if (data.travelById.has(travel)) patch.travel = travel;
  if (data.phaseById.has(phase)) patch.phase = phase;
  store.set(patch);
  const feature = featureByKey(page, words.get("open") || "");
  if (!feature) return;
  const at = (words.get("at") || "").split(",").map(Number);
  if (feature.kind === "place" && at.length === 2 && at.every(Number.isFinite)) openHome(page, feature.index, L.latLng(at[0], at[1]));
  else openFeature(page, feature, { move: false });
  page.atlas.goTo(store.state.selected || feature);
}

function featureByKey({ data, store }, key) {
  const kind = ADDRESS_KINDS.find((each) => key.startsWith(`${each}:`));
  if (!kind) return null;
  const index = Array.from({ length: countOf(data, store.state, kind) }, (_none, at) => at)
    .find((at) => featureKey(data, store.state, { kind, index: at }) === key);
  return index === undefined ? null : makeFeature(data, store.state, kind, index);
}
