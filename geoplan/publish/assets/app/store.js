// What the reader of the map has chosen.

function makeStore(data) {
  const first = data.views[0];
  const store = makeState({
    stage: first.stage,
    travel: preferredTravel(data, first.stage, "walk"),
    phase: "before",
    selected: null,
    marking: null,
    scenario: 1,
    remarks: [],
    hidden: new Set(["otherSchools", "seats"]),
    tab: "districts",
  }, (next) => settle(data, next));
  // the getter of `state` must stay one, so that nothing is spread here
  return Object.assign(store, layerSwitch(store), {
    view: () => data.viewByKey.get(viewKey(store.state.stage, store.state.travel)),
    proposal: () => data.proposalByStage.get(store.state.stage) || null,
  });
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
