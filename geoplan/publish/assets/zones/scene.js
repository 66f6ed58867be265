// The zones on a sheet, drawn into any canvas: the map's own, the printed one.

function makeScene(data, map) {
  const sheet = makeSheet(data, map);
  return {
    ...sheet,
    units: flatPoints(data.units, sheet.flat),
    // a place is shown with the few zones around it, however many there are
    closer: clamp(Math.log2(Math.sqrt(data.zones.id.length) / 2), 1.5, 6),
  };
}

/** Everything, from the ground up. */
function drawScene(scene, store, frame) {
  const context = { scene, store, frame, ctx: frame.ctx, data: scene.data, state: store.state };
  context.ctx.lineJoin = "round";
  drawZones(context);
  drawUnits(context);
  drawBase(context);
  drawEdges(context);
  drawDistricts(context);
  drawChanges(context);
  drawChosen(context);
  drawSchoolMarks(context);
  drawNames(context);
  drawWatermark(context);
}

function eachZone(context, draw) {
  eachShape(context, context.data.zones[context.state.phase].shape, draw);
}

function drawZones(context) {
  if (!context.store.shows("zones")) return;
  const { ctx, data } = context;
  ctx.globalAlpha = 0.6;
  eachZone(context, (path, index) => {
    ctx.fillStyle = zoneColour(data, index);
    ctx.fill(path, "evenodd");
  });
  ctx.globalAlpha = 1;
}

function drawEdges(context) {
  if (!context.store.shows("zones")) return;
  const { ctx } = context;
  eachZone(context, (path) => {
    strokeTwice(ctx, path, ["rgba(255,255,255,0.85)", 4], [INK, 1.8]);
  });
}

function drawUnits({ scene, store, data, state, frame, ctx }) {
  if (!store.shows("units")) return;
  ctx.strokeStyle = "rgba(34,49,58,0.28)";
  ctx.lineWidth = 0.7;
  const dots = [];
  eachPoint(frame, scene.units, (index, x, y) => { if (data.units.shape[index].length === 0) dots.push([index, x, y]); });
  data.units.shape.forEach((shape) => {
    const geometry = scene.shape(shape);
    if (geometry && boxInFrame(frame, geometry.box)) ctx.stroke(pathOn(frame, geometry));
  });
  const radius = clamp(spacing(frame, data.units.id.length) * 0.12, 1.2, 4.5);
  for (const [index, x, y] of dots) {
    const zone = data.units[state.phase][index];
    drawUnitDot(ctx, x, y, radius, zone >= 0 ? zoneColour(data, zone) : "#ffffff");
  }
}

/** A unit without an outline. */
function drawUnitDot(ctx, x, y, radius, colour) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, Math.PI * 2);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.lineWidth = 0.7;
  ctx.strokeStyle = "rgba(34,49,58,0.7)";
  ctx.stroke();
}

/** Around a unit without an outline whose school changes. */
function drawChangeRing(ctx, x, y, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, Math.PI * 2);
  ctx.strokeStyle = "#6e1e0a";
  ctx.lineWidth = 1.6;
  ctx.stroke();
}

/** Units whose school changes: hatched; of units without outlines a ring. */
function drawChanges({ scene, store, data, state, frame, ctx }) {
  if (!store.shows("changes") || state.phase !== "after") return;
  const pattern = hatch(ctx, "rgba(110,30,10,0.55)", frame.density, 6);
  for (const change of data.changes) {
    const geometry = scene.shape(data.units.shape[change.unit]);
    if (geometry && boxInFrame(frame, geometry.box)) {
      ctx.fillStyle = pattern;
      ctx.fill(pathOn(frame, geometry), "evenodd");
    } else if (!geometry) {
      const [x, y] = onFrame(frame, scene.units[change.unit * 2], scene.units[change.unit * 2 + 1]);
      if (!inFrame(frame, x, y)) continue;
      drawChangeRing(ctx, x, y, clamp(spacing(frame, data.units.id.length) * 0.2, 3, 8));
    }
  }
}

function drawDistricts({ scene, store, data, frame, ctx }) {
  if (!store.shows("districts")) return;
  ctx.strokeStyle = DISTRICT.line;
  ctx.lineWidth = 1.2;
  ctx.setLineDash([6, 4]);
  for (const shape of data.districts.shape) {
    const geometry = scene.shape(shape);
    if (geometry && boxInFrame(frame, geometry.box)) ctx.stroke(pathOn(frame, geometry));
  }
  ctx.setLineDash([]);
}

/** The opened feature: its outline, and lines to the schools that serve it before and after. */
function drawChosen({ scene, data, state, frame, ctx }) {
  const { selected } = state;
  if (!selected) return;
  const geometry = scene.shape(describe(data, state, selected).shape);
  if (geometry) haloPath(ctx, pathOn(frame, geometry));
  if (selected.kind === "zone") return;
  const points = scene[`${selected.kind}s`];
  const [x, y] = onFrame(frame, points[selected.index * 2], points[selected.index * 2 + 1]);
  if (selected.kind === "unit") {
    for (const school of schoolsOf(data, data.units[state.phase][selected.index])) {
      const there = onFrame(frame, scene.schools[school * 2], scene.schools[school * 2 + 1]);
      const line = new Path2D();
      line.moveTo(x, y);
      line.lineTo(there[0], there[1]);
      haloPath(ctx, line);
    }
  }
  const ring = new Path2D();
  ring.arc(x, y, selected.kind === "unit" ? 6 : schoolRadius(frame) + 6, 0, Math.PI * 2);
  haloPath(ctx, ring);
}

/** Schools of a zone, by their row. */
function schoolsOf(data, zone) {
  return data.schools.zone.map((each, index) => (each === zone && zone >= 0 ? index : -1)).filter((index) => index >= 0);
}

function schoolRadius(frame) {
  return 6.5 * Math.min(1.5, symbolScale(frame));
}
