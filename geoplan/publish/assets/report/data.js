// The payload of a report, read once, and what the reader has chosen.

function readData() {
  return JSON.parse(byId("geoplan-data").textContent);
}

/** A report shows no boundaries, so that no map review is needed. */
function isUnreviewed() {
  return false;
}

function makeStore(data) {
  return makeState({ tab: data.tables[0].id, selected: null });
}
