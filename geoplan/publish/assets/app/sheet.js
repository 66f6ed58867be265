// Geometry on a flat sheet, and a sheet on a canvas: what every scene is drawn with.

/** The sheet that a map is drawn on: the map at zoom 0 around the middle of its data, with every shape traced once. */
function makeSheet(data, map) {
  const { crs } = map.options;
  const [south, north] = data.bounds;
  const middle = map.project(L.latLng((south[0] + north[0]) / 2, (south[1] + north[1]) / 2), 0);
  const shapes = new WeakMap();
  const flat = (lat, lon) => {
    const point = map.project(L.latLng(lat, lon), 0);
    return [point.x - middle.x, point.y - middle.y];
  };
  // path and box of a shape (polygons of rings) or of lines
  const geometry = (rings, closed) => {
    if (!shapes.has(rings)) shapes.set(rings, tracedRings(rings, closed, flat));
    return shapes.get(rings);
  };
  return {
    data,
    middle,
    flat,
    shape: (shape) => (shape && shape.length > 0 ? geometry(shape, true) : null),
    lines: (lines) => geometry(lines, false),
    scaleAt: (zoom) => crs.scale(zoom) / crs.scale(0),
    schools: flatPoints(data.schools, flat),
    fitZoom: null,
  };
}

function flatPoints(columns, flat) {
  const points = new Float64Array(columns.id.length * 2);
  for (let index = 0; index < columns.id.length; index += 1) {
    const [x, y] = flat(columns.lat[index], columns.lon[index]);
    points[index * 2] = x;
    points[index * 2 + 1] = y;
  }
  return points;
}

function tracedRings(source, closed, flat) {
  const rings = closed ? source.flat() : source;
  const path = new Path2D();
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  let largest = { size: -1, x: 0, y: 0 };
  for (const ring of rings) {
    const around = traceRing(path, ring, closed, flat);
    const size = (around[2] - around[0]) * (around[3] - around[1]);
    if (size > largest.size) largest = { size, x: (around[0] + around[2]) / 2, y: (around[1] + around[3]) / 2 };
    for (const side of [0, 1]) box[side] = Math.min(box[side], around[side]);
    for (const side of [2, 3]) box[side] = Math.max(box[side], around[side]);
  }
  return { path, box, label: [largest.x, largest.y] };
}

/** Add one ring to a path; returns its box. */
function traceRing(path, ring, closed, flat) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at + 1 < ring.length; at += 2) {
    const [x, y] = flat(ring[at], ring[at + 1]);
    if (at === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  if (closed) path.closePath();
  return box;
}

// A frame is one canvas at one view: sheet coordinates times k plus (dx, dy) are its CSS pixels.

function onFrame(frame, x, y) {
  return [x * frame.k + frame.dx, y * frame.k + frame.dy];
}

function inFrame(frame, x, y, margin = 20) {
  return x > -margin && y > -margin && x < frame.width + margin && y < frame.height + margin;
}

function boxInFrame(frame, box) {
  const [x0, y0] = onFrame(frame, box[0], box[1]);
  const [x1, y1] = onFrame(frame, box[2], box[3]);
  return x1 > 0 && y1 > 0 && x0 < frame.width && y0 < frame.height;
}

/** A path of the sheet in the frame's pixels, so that lines and hatches keep their width at every zoom. */
function pathOn(frame, geometry) {
  const path = new Path2D();
  path.addPath(geometry.path, new DOMMatrix([frame.k, 0, 0, frame.k, frame.dx, frame.dy]));
  return path;
}

/** Symbols grow a little on the way in. */
function symbolScale(frame) {
  return Math.min(2.2, Math.max(0.75, 1 + (frame.zoom - frame.fitZoom) * 0.16));
}

/** Pixels between neighbours, were all of them spread evenly: what bounds the size of a symbol. */
function spacing(frame, number) {
  return Math.sqrt(frame.area / Math.max(1, number)) * 2 ** (frame.zoom - frame.fitZoom);
}

function clamp(size, least, most) {
  return Math.min(most, Math.max(least, size));
}

function haloPath(ctx, path) {
  strokeTwice(ctx, path, ["#fff", 6], [INK, 2.4]);
}

function eachPoint(frame, points, draw) {
  for (let index = 0; index * 2 < points.length; index += 1) {
    const [x, y] = onFrame(frame, points[index * 2], points[index * 2 + 1]);
    if (inFrame(frame, x, y)) draw(index, x, y);
  }
}

/** The shapes that reach into the frame. */
function eachShape({ scene, frame }, shapes, draw) {
  shapes.forEach((shape, index) => {
    const geometry = scene.shape(shape);
    if (geometry && boxInFrame(frame, geometry.box)) draw(pathOn(frame, geometry), index, geometry);
  });
}

/** A line along a broader one: each a colour and a width. */
function strokeTwice(ctx, path, ...lines) {
  for (const [colour, width] of lines) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke(path);
  }
}

/** The lines under everything else. */
function drawBase({ scene, store, data, frame, ctx }) {
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  data.base.forEach((line, index) => {
    if (!store.shows(`base${index}`) || line.lines.length === 0) return;
    ctx.strokeStyle = safeColour(line.colour, "#b5b5b5");
    ctx.lineWidth = clamp(Number(line.width) || 1, 0.4, 12);
    ctx.stroke(pathOn(frame, scene.lines(line.lines)));
  });
  ctx.lineCap = "butt";
}

/** Rings and lines that arrive as whole steps from vertex to vertex become plain coordinates, in place. */
function unpackShape(shape, steps) {
  (shape || []).forEach((polygon) => polygon.forEach((line) => unpackLine(line, steps)));
}

function unpackLine(line, steps) {
  const at = [0, 0];
  for (let i = 0; i < line.length; i += 1) {
    at[i % 2] += line[i];
    line[i] = at[i % 2] / steps;
  }
}
