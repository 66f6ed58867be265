// What the reader has chosen, on every page. Every part of a page listens here; none calls another.

/** A store that begins with `first`; `settle` makes a combination of choices possible before anybody hears of it. */
function makeState(first, settle = (next) => next) {
  const listeners = [];
  let state = first;
  return {
    get state() { return state; },
    set(patch) {
      const next = settle({ ...state, ...patch });
      const changed = Object.keys(next).filter((key) => next[key] !== state[key]);
      if (changed.length === 0) return;
      state = next;
      for (const listener of listeners) listener(state, changed);
    },
    listen(listener) { listeners.push(listener); },
  };
}

/** The layers of a map that the reader has switched off, kept in its store under `hidden`. */
function layerSwitch(store) {
  return {
    shows: (layer) => !store.state.hidden.has(layer),
    toggle(layer, visible) {
      const hidden = new Set(store.state.hidden);
      if (visible) hidden.delete(layer);
      else hidden.add(layer);
      store.set({ hidden });
    },
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
