// What the reader has chosen. Every part of the page listens here; none calls another.

function makeStore(data) {
  const listeners = [];
  const first = data.views[0];
  let state = {
    stage: first.stage,
    travel: preferredTravel(data, first.stage, "walk"),
    phase: "before",
    selected: null,
    hidden: new Set(["otherSchools"]),
    tab: "districts",
  };

  function set(patch) {
    const next = settle(data, { ...state, ...patch });
    const changed = Object.keys(next).filter((key) => next[key] !== state[key]);
    if (changed.length === 0) return;
    state = next;
    for (const listener of listeners) listener(state, changed);
  }

  return {
    get state() { return state; },
    set,
    listen(listener) { listeners.push(listener); },
    view: () => data.viewByKey.get(viewKey(state.stage, state.travel)),
    proposal: () => data.proposalByStage.get(state.stage) || null,
    shows: (layer) => !state.hidden.has(layer),
    toggle(layer, visible) {
      const hidden = new Set(state.hidden);
      if (visible) hidden.delete(layer);
      else hidden.add(layer);
      set({ hidden });
    },
  };
}

/** A stage need not have every travel mode: keep the wanted one where it exists. */
function preferredTravel(data, stage, wanted) {
  const travels = travelsOf(data, stage).map((travel) => travel.id);
  return travels.includes(wanted) ? wanted : travels[0];
}

/** Make a combination of choices possible, and drop a selection that it no longer contains. */
function settle(data, state) {
  const travel = preferredTravel(data, state.stage, state.travel);
  const settled = { ...state, travel };
  if (settled.selected && !featureExists(data, settled, settled.selected)) settled.selected = null;
  return settled;
}
