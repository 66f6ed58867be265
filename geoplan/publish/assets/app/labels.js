// Names on the map. The important ones come first; a name that would cover another is left out.

const DISTRICT_OFFSETS = [0, -28, 28, -56, 56, -84, 84];

function drawLabels(context) {
  const taken = symbolBoxes(context);
  const write = (label) => writeLabel(context.ctx, taken, label);
  selectedLabel(context, write);
  siteLabels(context, write);
  districtLabels(context, write);
  gapLabels(context, write);
  schoolLabels(context, write);
  placeLabels(context, write);
}

/** Names must not lie on schools and sites; where there are few, not on places that are not served either. */
function symbolBoxes({ scene, store, data, state, view, frame }) {
  const boxes = [];
  const keep = (x, y, r) => boxes.push([x - r, y - r, x + r, y + r]);
  if (store.shows("schools")) {
    eachPoint(frame, scene.schools, (index, x, y) => {
      if (data.schools.stages[index].includes(state.stage)) keep(x, y, schoolRadius(scene, frame));
    });
  }
  if (store.shows("uncovered") && data.places.id.length < 400) {
    eachPoint(frame, scene.places, (index, x, y) => {
      if (view.covered[state.phase][index] === 0) keep(x, y, placeRadius(scene, frame, index));
    });
  }
  if (store.shows("sites")) {
    for (const site of sitesOf(data, state).filter((each) => stands(data, each, state.phase))) keep(...onFrame(frame, ...scene.flat(site.lat, site.lon)), siteRadius(frame));
  }
  return boxes.length > 600 ? [] : boxes;
}

function selectedLabel(context, write) {
  const { state, data } = context;
  if (!state.selected || state.selected.kind === "district") return;
  const [x, y, radius] = spotOf(context, state.selected);
  write({ text: describe(data, state, state.selected).name, x, y, offset: radius + 15, weight: 700, always: true });
}

function siteLabels(context, write) {
  const { store, state, data } = context;
  if (!store.shows("sites")) return;
  sitesOf(data, state).forEach((site, index) => {
    if (!stands(data, site, state.phase)) return;
    const [x, y, radius] = spotOf(context, { kind: "site", index });
    write({ text: site.name, x, y, offset: radius + 10, weight: 700, colour: SITE.line });
  });
}

function districtLabels(context, write) {
  if (!context.store.shows("districts")) return;
  eachDistrict(context, (_path, index, geometry) => {
    const [x, y] = onFrame(context.frame, ...geometry.label);
    const label = { text: context.data.districts.name[index], x, y, size: 15, weight: 700, colour: "#6b6453" };
    DISTRICT_OFFSETS.some((offset) => write({ ...label, offset }));
    const seats = context.store.shows("seats") ? seatsLabel(context.data, context.state, index) : "";
    if (seats) write({ text: seats, x, y, offset: 18, size: 13, weight: 700, colour: SEATS.line });
  });
}

function gapLabels(context, write) {
  const { store, state, view, frame } = context;
  const open = store.shows("gaps") ? openGaps(context.data, view, state.phase) : [];
  const seen = open.map((gap) => ({ gap, spot: onFrame(frame, ...context.scene.flat(gap.lat, gap.lon)) }))
    .filter(({ spot }) => inFrame(frame, ...spot, 0));
  if (seen.length >= GAP_LABELS_BELOW) return;
  for (const { gap, spot } of seen) {
    write({ text: gap.name, x: spot[0], y: spot[1], offset: 21, size: 11, colour: "#8f1d16" });
  }
}

function schoolLabels({ scene, store, data, state, frame }, write) {
  if (!store.shows("schools")) return;
  const seen = [];
  eachPoint(frame, scene.schools, (index, x, y) => {
    if (data.schools.stages[index].includes(state.stage)) seen.push([index, x, y]);
  });
  if (seen.length >= SCHOOL_LABELS_BELOW) return;
  const offset = schoolRadius(scene, frame) + 9;
  for (const [index, x, y] of seen) write({ text: data.schools.name[index], x, y, offset, weight: 600 });
}

function placeLabels({ scene, store, data, state, view, frame }, write) {
  if (frame.zoom < frame.fitZoom + 1) return;
  const seen = [];
  eachPoint(frame, scene.places, (index, x, y) => {
    if (store.shows(coverOf(view.covered[state.phase][index]))) seen.push([index, x, y]);
  });
  if (seen.length >= PLACE_LABELS_BELOW * 2) return;
  for (const [index, x, y] of seen) {
    const offset = placeRadius(scene, frame, index) + 8;
    write({ text: data.places.name[index], x, y, offset, size: 11, colour: "#4a5a63" });
  }
}
