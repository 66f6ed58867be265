// What the map shows, as geometry on a flat sheet. A scene draws itself into any canvas: the map's own, the
// printed one. Coordinates on the sheet are the map's pixels at zoom 0, counted from the middle of the map, where
// single precision is still finer than a pixel at the deepest zoom.

const LAYERS = ["schools", "otherSchools", "sites", "covered", "partly", "uncovered", "none", "service", "gaps",
  "districts"];
const SCHOOL_LABELS_BELOW = 28;
const PLACE_LABELS_BELOW = 22;
const GAP_LABELS_BELOW = 16;

function makeScene(data, map) {
  const sheet = makeSheet(data, map);
  return {
    ...sheet,
    latLngOf: ([x, y]) => map.unproject(L.point(x + sheet.middle.x, y + sheet.middle.y), 0),
    places: flatPoints(data.places, sheet.flat),
    most: data.mostPeople,
  };
}

/** The area of the disc follows the people; where there are very many discs, all are smaller. */
function placeRadius(scene, frame, index) {
  const room = spacing(frame, scene.data.places.id.length);
  const scale = symbolScale(frame);
  const share = Math.sqrt(Math.max(0, Number(scene.data.places.people[index]) || 0) / scene.most);
  return clamp(room * 0.1, 1, 2.4 * scale) + clamp(room * 0.22, 2, 9 * scale) * share;
}

function schoolRadius(scene, frame) {
  return clamp(spacing(frame, scene.data.schools.id.length) * 0.19, 2.3, 6.5 * Math.min(1.5, symbolScale(frame)));
}

function siteRadius(frame) {
  return 15 * Math.min(1.3, symbolScale(frame));
}

/** Everything, from the ground up. */
function drawScene(scene, store, frame) {
  const context = { scene, store, frame, ctx: frame.ctx, data: scene.data, state: store.state, view: store.view() };
  drawGround(context);
  drawSeats(context);
  drawService(context);
  drawPlaceShapes(context);
  drawBase(context);
  drawGaps(context);
  drawOutlines(context);
  drawLinks(context);
  drawPlaces(context);
  drawSchools(context);
  drawSites(context);
  drawSelection(context);
  drawHome(context);
  drawRemarks(context);
  drawLabels(context);
  drawWatermark(context);
}

function eachDistrict(context, draw) {
  eachShape(context, context.data.districts.shape, draw);
}

function drawGround(context) {
  if (!context.store.shows("districts")) return;
  eachDistrict(context, (path, index) => {
    context.ctx.fillStyle = DISTRICT[known(context.data.districts.area[index], ["urban", "rural"], "other")];
    context.ctx.fill(path, "evenodd");
  });
}

function drawOutlines(context) {
  if (!context.store.shows("districts")) return;
  const { ctx } = context;
  ctx.lineJoin = "round";
  eachDistrict(context, (path) => {
    strokeTwice(ctx, path, ["rgba(139,133,119,0.22)", 5], [DISTRICT.line, 1.2]);
  });
}

function drawService({ scene, store, state, view, frame, ctx }) {
  const geometry = store.shows("service") && view.service ? scene.shape(view.service[state.phase]) : null;
  if (!geometry) return;
  const path = pathOn(frame, geometry);
  ctx.fillStyle = SERVICE.fill;
  ctx.fill(path, "nonzero");
  ctx.save();
  // what a closing takes away lies in the path, too, with its rings turned round: no edge is drawn around nothing
  if (Object.keys(scene.data.closes).length > 0) ctx.clip(path, "nonzero");
  ctx.strokeStyle = SERVICE.line;
  ctx.lineWidth = 0.8;
  ctx.stroke(path);
  ctx.restore();
}

function drawPlaceShapes({ scene, store, data, state, view, frame, ctx }) {
  data.places.shape.forEach((shape, index) => {
    const cover = coverOf(view.covered[state.phase][index]);
    const geometry = store.shows(cover) ? scene.shape(shape) : null;
    if (!geometry || !boxInFrame(frame, geometry.box)) return;
    const path = pathOn(frame, geometry);
    ctx.fillStyle = PALETTE[cover].area;
    ctx.fill(path, "evenodd");
    ctx.strokeStyle = PALETTE[cover].line;
    ctx.lineWidth = 0.8;
    ctx.stroke(path);
  });
}

function drawGaps({ scene, store, state, view, frame, ctx }) {
  if (!store.shows("gaps")) return;
  for (const gap of view.gaps) {
    const geometry = scene.shape(gap.shape);
    if (phaseAt(scene.data, state.phase) < gap.comes || !geometry || !boxInFrame(frame, geometry.box)) continue;
    paintGap(ctx, pathOn(frame, geometry), !isOpenGap(scene.data, gap, state.phase), frame.density);
  }
}

/** Served places first: what is not served must never lie hidden under what is. */
function drawPlaces({ scene, store, state, view, frame, ctx }) {
  for (const cover of ["none", "covered", "partly", "uncovered"]) {
    if (!store.shows(cover)) continue;
    eachPoint(frame, scene.places, (index, x, y) => {
      if (coverOf(view.covered[state.phase][index]) !== cover) return;
      drawPlace(ctx, cover, x, y, placeRadius(scene, frame, index));
    });
  }
}

function drawSchools({ scene, store, data, state, frame, ctx }) {
  const radius = schoolRadius(scene, frame);
  const stage = data.stageById.get(state.stage);
  const isOwn = (index) => data.schools.stages[index].includes(state.stage);
  if (store.shows("otherSchools")) {
    ctx.globalAlpha = 0.55;
    eachPoint(frame, scene.schools, (index, x, y) => {
      if (!isOwn(index) && schoolStands(data, index, state.phase)) drawSchool(ctx, data.stageById.get(data.schools.stages[index][0]), x, y, radius * 0.75);
    });
    ctx.globalAlpha = 1;
  }
  if (!store.shows("schools")) return;
  eachPoint(frame, scene.schools, (index, x, y) => {
    if (!isOwn(index)) return;
    if (schoolStands(data, index, state.phase)) drawSchool(ctx, stage, x, y, radius);
    else if (phaseAt(data, state.phase) > 0) drawClosedSchool(ctx, x, y, radius);
  });
}

function drawSites({ scene, store, data, state, frame, ctx }) {
  if (!store.shows("sites")) return;
  sitesOf(data, state).forEach((site, index) => {
    if (!stands(data, site, state.phase)) return;
    const [x, y] = onFrame(frame, ...scene.flat(site.lat, site.lon));
    drawSite(ctx, index + 1, x, y, siteRadius(frame));
  });
}

/** Where a feature stands on the frame, and how large its symbol is. */
function spotOf({ scene, data, state, frame }, feature) {
  const it = describe(data, state, feature);
  if (feature.kind === "district") {
    const geometry = scene.shape(it.shape);
    return geometry ? [...onFrame(frame, ...geometry.label), 0] : null;
  }
  const [x, y] = onFrame(frame, ...scene.flat(it.lat, it.lon));
  const radius = {
    place: () => placeRadius(scene, frame, feature.index),
    school: () => schoolRadius(scene, frame),
    site: () => siteRadius(frame),
    gap: () => 4,
  };
  return [x, y, radius[feature.kind]()];
}

function drawSelection(context) {
  const { scene, data, state, frame, ctx } = context;
  if (!state.selected) return;
  const geometry = scene.shape(describe(data, state, state.selected).shape);
  if (geometry) haloPath(ctx, pathOn(frame, geometry));
  const spot = spotOf(context, state.selected);
  if (!spot || state.selected.kind === "district") return;
  const ring = new Path2D();
  ring.arc(spot[0], spot[1], spot[2] + 6, 0, Math.PI * 2);
  haloPath(ctx, ring);
}

/** The spot that the reader pointed at, and the way to the place that answers for it. */
function drawHome(context) {
  const { scene, state, frame, ctx } = context;
  const home = state.selected && state.selected.home;
  if (!home) return;
  const [x, y] = onFrame(frame, ...scene.flat(home.lat, home.lon));
  const place = spotOf(context, state.selected);
  ctx.setLineDash([5, 4]);
  ctx.strokeStyle = INK;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(place[0], place[1]);
  ctx.stroke();
  ctx.setLineDash([]);
  drawPin(ctx, x, y);
}

/** Lines from the opened feature to those that it serves, or that serve it. */
function drawLinks(context) {
  const { state, ctx } = context;
  if (!state.selected) return;
  const here = spotOf(context, state.selected);
  if (!here) return;
  ctx.strokeStyle = "rgba(34,49,58,0.6)";
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const other of linkedFeatures(context, state.selected)) {
    const there = spotOf(context, other);
    ctx.moveTo(here[0], here[1]);
    ctx.lineTo(there[0], there[1]);
  }
  ctx.stroke();
}
