// On paper: the map drawn once more at print density, on a canvas that takes whatever width the paper has.

const PRINT_SIZE = { width: 900, height: 540, density: 3 };

function setUpPrint(page) {
  const prepare = () => {
    if (page.printing) return;
    page.printing = true;
    drawPrintMap(page, byId("print-map"));
    document.documentElement.classList.add("print-ready");
    page.redrawTables();
  };
  const restore = () => {
    if (!page.printing) return;
    page.printing = false;
    document.documentElement.classList.remove("print-ready");
    page.redrawTables();
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  // a browser that shows the print style without printing says so only here
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? prepare() : restore()));
}

function drawPrintMap(page, canvas) {
  const { width, height, density } = PRINT_SIZE;
  canvas.width = width * density;
  canvas.height = height * density;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(density, 0, 0, density, 0, 0);
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(0, 0, width, height);
  const frame = printFrame(page.atlas, ctx);
  drawScene(page.atlas.scene, page.store, frame);
  drawPrintScale(page.atlas, ctx, frame);
  drawNorth(ctx, width - 34, 46);
}

/** What the window shows, fitted to the paper's proportions. */
function printFrame({ map, scene }, ctx) {
  const { width, height, density } = PRINT_SIZE;
  const bounds = map.getPixelBounds();
  const onScreen = bounds.getSize();
  const grow = Math.min(width / onScreen.x, height / onScreen.y);
  const k = scene.scaleAt(map.getZoom()) * grow;
  const middle = bounds.getCenter().multiplyBy(grow);
  return {
    ctx, k, width, height, density,
    dx: scene.middle.x * k - middle.x + width / 2,
    dy: scene.middle.y * k - middle.y + height / 2,
    area: width * height,
    zoom: map.getZoom(),
    fitZoom: scene.fitZoom,
    grow,
  };
}

function drawPrintScale({ map }, ctx, frame) {
  const size = map.getSize();
  const perPixel = map.distance(map.containerPointToLatLng([0, size.y / 2]), map.containerPointToLatLng([100, size.y / 2]))
    / (100 * frame.grow);
  const length = roundDown(perPixel * 160);
  const width = length / perPixel;
  const y = frame.height - 18;
  ctx.fillStyle = "rgba(255,255,255,0.85)";
  ctx.fillRect(10, y - 20, width + 20, 32);
  ctx.strokeStyle = INK;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(20, y - 6);
  ctx.lineTo(20, y);
  ctx.lineTo(20 + width, y);
  ctx.lineTo(20 + width, y - 6);
  ctx.stroke();
  ctx.font = `12px ${LABEL_FONT}`;
  ctx.fillStyle = INK;
  ctx.textAlign = "center";
  ctx.fillText(length >= 1000 ? `${decimal(length / 1000)} km` : `${decimal(length)} m`, 20 + width / 2, y - 9);
}

/** 1, 2 or 5 times a power of ten, as on Leaflet's own bar. */
function roundDown(length) {
  const power = 10 ** Math.floor(Math.log10(length));
  const lead = length / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

function drawNorth(ctx, x, y) {
  ctx.beginPath();
  ctx.moveTo(x, y - 30);
  ctx.lineTo(x + 10, y);
  ctx.lineTo(x, y - 6);
  ctx.lineTo(x - 10, y);
  ctx.closePath();
  ctx.fillStyle = "#fff";
  ctx.fill();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 1.4;
  ctx.stroke();
  ctx.font = `600 12px ${LABEL_FONT}`;
  ctx.fillStyle = INK;
  ctx.textAlign = "center";
  ctx.fillText("北 N", x, y + 12);
}
