// The payload of the zones page, read once, with its look-ups; and what the reader has chosen.

const PHASES = [
  { id: "before", zh: "现状学区", en: "Zones today" },
  { id: "after", zh: "建议学区", en: "Proposed zones" },
];

function unpackSteps(raw) {
  const { before, after } = raw.zones;
  [raw.districts, raw.units, before, after].forEach((each) => each.shape.forEach((shape) => unpackShape(shape, raw.steps)));
  raw.base.forEach((layer) => layer.lines.forEach((line) => unpackLine(line, raw.steps)));
}

function readData() {
  const data = JSON.parse(byId("geoplan-data").textContent);
  unpackSteps(data);
  data.showsDistricts = data.districts.shape.some((shape) => shape.length > 0);
  data.changeOf = new Map(data.changes.map((change, index) => [change.unit, index]));
  return data;
}

function makeStore() {
  const store = makeState({ phase: "after", selected: null, hidden: new Set(), tab: "zones" });
  return Object.assign(store, layerSwitch(store));
}

function zoneName(data, index) {
  return index >= 0 && index < data.zones.name.length ? data.zones.name[index] : "";
}

function zoneColour(data, index) {
  return safeColour(data.zones.colour[index], "#cccccc");
}

/** Zones that are there in a phase, by their row. */
function zonesIn(data, phase) {
  return data.zones.id.map((_id, index) => index).filter((index) => data.zones[phase].units[index] > 0
    || data.zones[phase].shape[index].length > 0);
}

function fullness(load) {
  return typeof load === "number" ? `${(load * 100).toFixed(1)}%` : MISSING;
}
