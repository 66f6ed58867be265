// How things look. The map, the printed map and the legend call the same functions, so they cannot differ.
// Every state has a colour and a shape of its own, and stays apart for colour-blind readers and in grey.

// The map is lettered in the system's own Chinese face, as the page is.
const LABEL_FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
const INK = "#22313a";
const PALETTE = {
  covered: { fill: "#5f9bbd", line: "#2f6685", area: "rgba(95,155,189,0.28)" },
  partly: { fill: "#f3d9a4", line: "#8a6414", area: "rgba(243,217,164,0.55)" },
  uncovered: { fill: "#d1602a", line: "#7a2f0c", area: "rgba(209,96,42,0.25)" },
  none: { fill: "#ffffff", line: "#7c868c", area: "rgba(124,134,140,0.12)" },
};
const SERVICE = { fill: "rgba(120,176,204,0.30)", line: "rgba(62,122,155,0.75)" };
const GAP = { open: "#b3261e", closed: "#6b7780" };
const SITE = { fill: "#f4b81f", line: "#4a3200" };
const DISTRICT = { urban: "#f6f3ec", rural: "#eef2e6", other: "#f5f4f0", line: "#8b8577" };

function tracePath(ctx, shape, x, y, r) {
  ctx.beginPath();
  if (shape === "square") {
    ctx.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
  } else if (shape === "triangle") {
    polygonPath(ctx, x, y + r * 0.16, r * 1.2, 3);
  } else if (shape === "diamond") {
    polygonPath(ctx, x, y, r * 1.2, 4);
  } else {
    ctx.arc(x, y, r, 0, Math.PI * 2);
  }
}

function polygonPath(ctx, x, y, r, corners) {
  for (let corner = 0; corner < corners; corner += 1) {
    const turn = (corner / corners) * Math.PI * 2 - Math.PI / 2;
    ctx.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn));
  }
  ctx.closePath();
}

/** A school: a solid mark in the stage's shape and colour on a white ring, so that it stands on any ground. */
function drawSchool(ctx, stage, x, y, r) {
  tracePath(ctx, stage ? stage.shape : "circle", x, y, r + Math.min(1.6, r * 0.35));
  ctx.fillStyle = "#fff";
  ctx.fill();
  tracePath(ctx, stage ? stage.shape : "circle", x, y, r);
  ctx.fillStyle = safeColour(stage && stage.colour, "#555555");
  ctx.fill();
  tracePath(ctx, "circle", x, y, r * 0.3);
  ctx.fillStyle = "#fff";
  ctx.fill();
}

/** A school that has closed, or does not stand yet: an empty ring with a stroke through it. */
function drawClosedSchool(ctx, x, y, r) {
  tracePath(ctx, "circle", x, y, r);
  ctx.fillStyle = "#fff";
  ctx.fill();
  ctx.strokeStyle = GAP.closed;
  ctx.lineWidth = Math.max(1, r * 0.3);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - r, y + r);
  ctx.lineTo(x + r, y - r);
  ctx.stroke();
}

/** A place: a full disc, a half disc, a disc with a cross, or an empty broken ring. */
function drawPlace(ctx, cover, x, y, r) {
  const look = PALETTE[cover];
  ctx.lineWidth = Math.max(0.8, r * 0.16);
  ctx.strokeStyle = look.line;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, Math.PI * 2);
  ctx.fillStyle = look.fill;
  ctx.fill();
  if (cover === "none") ctx.setLineDash([2, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (cover === "partly") drawHalf(ctx, look, x, y, r);
  if (cover === "uncovered" && r >= 2.6) drawCross(ctx, x, y, r * 0.5);
}

function drawHalf(ctx, look, x, y, r) {
  ctx.beginPath();
  ctx.arc(x, y, r, Math.PI / 2, -Math.PI / 2);
  ctx.closePath();
  ctx.fillStyle = look.line;
  ctx.fill();
}

function drawCross(ctx, x, y, arm) {
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = Math.max(1, arm * 0.55);
  ctx.beginPath();
  ctx.moveTo(x - arm, y - arm);
  ctx.lineTo(x + arm, y + arm);
  ctx.moveTo(x + arm, y - arm);
  ctx.lineTo(x - arm, y + arm);
  ctx.stroke();
}

/** A proposed site: a star with its number. */
function drawSite(ctx, number, x, y, r) {
  ctx.beginPath();
  for (let step = 0; step < 10; step += 1) {
    const turn = (step / 10) * Math.PI * 2 - Math.PI / 2;
    const reach = step % 2 === 0 ? r : r * 0.52;
    ctx.lineTo(x + reach * Math.cos(turn), y + reach * Math.sin(turn));
  }
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = 5;
  ctx.stroke();
  ctx.strokeStyle = SITE.line;
  ctx.lineWidth = 2.2;
  ctx.stroke();
  ctx.fillStyle = SITE.fill;
  ctx.fill();
  if (number === "") return;
  ctx.fillStyle = SITE.line;
  drawWord(ctx, String(number), x, y + r * 0.08, Math.round(r * 0.78));
}

/** A drop whose tip is at a point: where the reader pointed. */
function drawDrop(ctx, x, y, colour) {
  ctx.beginPath();
  ctx.arc(x, y - 20, 11, Math.PI * 0.82, Math.PI * 0.18);
  ctx.lineTo(x, y);
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = 5;
  ctx.stroke();
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.fillStyle = "#fff";
}

/** The reader's home: a house on a drop. */
function drawPin(ctx, x, y) {
  drawDrop(ctx, x, y, INK);
  ctx.beginPath();
  for (const [dx, dy] of [[-6, -20], [0, -26], [6, -20], [4, -20], [4, -15], [-4, -15], [-4, -20]]) ctx.lineTo(x + dx, y + dy);
  ctx.closePath();
  ctx.fill();
}

/** A word in the middle of a symbol, in the colour that is set. */
function drawWord(ctx, text, x, y, size) {
  ctx.font = `700 ${size}px ${LABEL_FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y);
}

/** Diagonal lines at screen size, whatever the zoom; `density` is the canvas's pixels for one CSS pixel. */
function hatch(ctx, colour, density, gap = 7) {
  const tile = document.createElement("canvas");
  const size = Math.round(gap * density);
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3 * density;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  const pattern = ctx.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / density));
  return pattern;
}

function paintGap(ctx, path, closed, density) {
  ctx.fillStyle = hatch(ctx, closed ? "rgba(107,119,128,0.35)" : "rgba(179,38,30,0.55)", density);
  if (!closed) ctx.fill(path, "evenodd");
  ctx.setLineDash(closed ? [3, 3] : []);
  ctx.strokeStyle = closed ? GAP.closed : GAP.open;
  ctx.lineWidth = closed ? 1.2 : 1.6;
  ctx.stroke(path);
  ctx.setLineDash([]);
}

/** A small sample of a symbol for the legend, drawn at three times its size so that it prints sharply. */
function sample(draw, width = 26, height = 20) {
  const density = 3;
  const canvas = el("canvas", {
    class: "sample", width: width * density, height: height * density, "aria-hidden": "true",
  });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext("2d");
  ctx.scale(density, density);
  draw(ctx, width / 2, height / 2, density);
  return canvas;
}

function boxPath(x, y, width, height) {
  const path = new Path2D();
  path.rect(x - width / 2, y - height / 2, width, height);
  return path;
}

/** A small area in the legend: how it is filled (a colour, or what makes one of a canvas) and edged. */
function areaSample(fill, line, width = 0.8, alpha = 1) {
  return sample((ctx, x, y, density) => {
    const path = boxPath(x, y, 20, 13);
    ctx.globalAlpha = alpha;
    ctx.fillStyle = typeof fill === "function" ? fill(ctx, density) : fill;
    ctx.fill(path);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = line;
    ctx.lineWidth = width;
    ctx.stroke(path);
  });
}

/** A row of the legend that shows and hides its layer. */
function legendRow(store, layer, mark, label, figures, note) {
  const input = el("input", {
    type: "checkbox", checked: store.shows(layer), on: { change: (event) => store.toggle(layer, event.target.checked) },
  });
  return el("label", { class: "legend-row", "data-layer": layer }, input, mark, el("span", { class: "legend-label" }, label),
    el("span", { class: "legend-count" }, figures, note ? el("small", {}, " ", note) : null));
}
