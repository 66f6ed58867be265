// The payload of a report, read once, and what the reader has chosen.

function readData() {
  return JSON.parse(byId("geoplan-data").textContent);
}

/** A report shows no boundaries, so that no map review is needed. */
function isUnreviewed() {
  return false;
}

function makeStore(data) {
  const listeners = [];
  let state = { tab: data.tables[0].id, selected: null };
  return {
    get state() { return state; },
    set(patch) {
      const next = { ...state, ...patch };
      const changed = Object.keys(next).filter((key) => next[key] !== state[key]);
      if (changed.length === 0) return;
      state = next;
      for (const listener of listeners) listener(state, changed);
    },
    listen(listener) { listeners.push(listener); },
  };
}
