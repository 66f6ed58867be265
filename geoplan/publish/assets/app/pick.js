// Which feature lies under the pointer.

/** The topmost visible feature at a point of the map's window: small things before large ones. */
function featureAt(data, store, layer, scene, containerPoint, slack) {
  const frame = layer.frame();
  const at = layer.toFrame(containerPoint);
  const context = { scene, store, frame, ctx: frame.ctx, data, state: store.state, view: store.view() };
  const found = siteAt(context, at, slack) || pointAt(context, at, slack) || gapAt(context, at)
    || districtAt(context, at);
  return found ? makeFeature(data, store.state, found.kind, found.index) : null;
}

function siteAt(context, at, slack) {
  if (!context.store.shows("sites")) return null;
  const index = sitesOf(context.data, context.state).findIndex((site, number) => {
    if (!stands(context.data, site, context.state.phase)) return false;
    const [x, y, radius] = spotOf(context, { kind: "site", index: number });
    return Math.hypot(x - at.x, y - at.y) <= radius + slack;
  });
  return index < 0 ? null : { kind: "site", index };
}

/** The nearest school or place; a school wins over a place that it stands on. */
function pointAt({ scene, store, data, state, view, frame }, at, slack) {
  let best = { over: slack, kind: "", index: -1 };
  const consider = (kind, index, x, y, radius, favour) => {
    const over = Math.hypot(x - at.x, y - at.y) - radius - favour;
    if (over <= best.over) best = { over, kind, index };
  };
  eachPoint(frame, scene.places, (index, x, y) => {
    if (!store.shows(coverOf(view.covered[state.phase][index]))) return;
    consider("place", index, x, y, placeRadius(scene, frame, index), 0);
  });
  eachPoint(frame, scene.schools, (index, x, y) => {
    if (!store.shows(data.schools.stages[index].includes(state.stage) ? "schools" : "otherSchools")) return;
    consider("school", index, x, y, schoolRadius(scene, frame), 3);
  });
  return best.index < 0 ? null : best;
}

function gapAt({ scene, store, data, state, view, frame, ctx }, at) {
  if (!store.shows("gaps")) return null;
  const index = view.gaps.findIndex((gap) => phaseAt(data, state.phase) >= gap.comes
    && isInside(ctx, frame, scene.shape(gap.shape), at));
  return index < 0 ? null : { kind: "gap", index };
}

function districtAt({ scene, store, data, frame, ctx }, at) {
  if (!store.shows("districts")) return null;
  const index = data.districts.shape.findIndex((shape) => isInside(ctx, frame, scene.shape(shape), at));
  return index < 0 ? null : { kind: "district", index };
}
