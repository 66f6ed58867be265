// The map on the screen: one canvas that Leaflet moves and zooms, and that draws the scene anew when it rests.

const LOWEST_ZOOM = -24;
const FINEST_METRES_PER_PIXEL = 0.25;

const SceneLayer = L.Renderer.extend({
  options: { padding: 0.3 },

  initialize(scene, store) {
    L.Renderer.prototype.initialize.call(this, {});
    this._scene = scene;
    this._store = store;
  },

  _initContainer() {
    this._container = el("canvas", { class: "scene", "aria-hidden": "true" });
    this._ctx = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const density = Math.max(1, Math.min(3, window.devicePixelRatio || 1));
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = size.x * density;
    this._container.height = size.y * density;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._ctx.setTransform(density, 0, 0, density, 0, 0);
    this._frame = this._makeFrame(size, density);
    drawScene(this._scene, this._store, this._frame);
  },

  _makeFrame(size, density) {
    const zoom = this._map.getZoom();
    const k = this._scene.scaleAt(zoom);
    const origin = this._map.getPixelOrigin().add(this._bounds.min);
    return {
      ctx: this._ctx,
      k,
      dx: this._scene.middle.x * k - origin.x,
      dy: this._scene.middle.y * k - origin.y,
      width: size.x,
      height: size.y,
      density,
      area: (size.x * size.y) / (1 + 2 * this.options.padding) ** 2,
      zoom,
      fitZoom: this._scene.fitZoom,
    };
  },

  /** Draw again in place, after a choice or a layer has changed. */
  redraw() {
    if (!this._frame) return;
    this._ctx.setTransform(1, 0, 0, 1, 0, 0);
    this._ctx.clearRect(0, 0, this._container.width, this._container.height);
    const { density } = this._frame;
    this._ctx.setTransform(density, 0, 0, density, 0, 0);
    drawScene(this._scene, this._store, this._frame);
  },

  /** A point of the map's window in the pixels of the frame. */
  toFrame(containerPoint) {
    return this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min);
  },

  frame() {
    return this._frame;
  },
});

/** The map with its drawing, its way to move to a feature, and its way to find one under the pointer. */
function makeAtlas(data, store, map) {
  const bounds = L.latLngBounds(data.bounds);
  const scene = makeScene(data, map);
  const layer = new SceneLayer(scene, store);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function fitAll() {
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds, { animate: false, padding: [12, 12] });
    scene.fitZoom = map.getZoom();
  }

  map.options.zoomAnimation = !calm;
  map._zoomAnimated = map._zoomAnimated && !calm;
  limitZoom(map, fitAll, scene);
  map.setMaxBounds(bounds.pad(1));
  layer.addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140, position: "bottomleft" }).addTo(map);
  L.control.zoom({ position: "topright", zoomInTitle: "放大 / Zoom in", zoomOutTitle: "缩小 / Zoom out" }).addTo(map);
  readLabels(map.getContainer().querySelector(".leaflet-control-zoom"));
  L.control.attribution({ prefix: "Leaflet", position: "bottomright" }).addTo(map);
  keepSize(map);

  return {
    map,
    scene,
    layer,
    redraw: () => layer.redraw(),
    showAll: () => map.fitBounds(bounds, { animate: !calm, padding: [12, 12] }),
    goTo: (feature) => goTo(data, store, map, scene, feature, !calm),
    featureAt: (point, slack) => featureAt(data, store, layer, scene, point, slack),
  };
}

/** From a little more than the whole area down to a quarter of a metre a pixel, in any reference system. */
function limitZoom(map, fitAll, scene) {
  map.options.minZoom = LOWEST_ZOOM; // Leaflet's own limit of 0 is far too close for metres
  fitAll();
  const size = map.getSize();
  const across = map.distance(map.containerPointToLatLng([0, size.y / 2]), map.containerPointToLatLng([size.x, size.y / 2]));
  const deeper = Math.log2(across / Math.max(1, size.x) / FINEST_METRES_PER_PIXEL);
  map.setMinZoom(scene.fitZoom - 1.5);
  map.setMaxZoom(scene.fitZoom + Math.max(3, Math.round(deeper)));
}

/** The panels around the map change size with the window; the map must follow without losing its place. */
function keepSize(map) {
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: true })).observe(map.getContainer());
}

function goTo(data, store, map, scene, feature, animate) {
  // from a table row the map may be out of sight; on a phone the card covers the lower half of the window
  const block = window.matchMedia("(max-width: 980px)").matches ? "start" : "nearest";
  byId("map-frame").scrollIntoView({ block, behavior: animate ? "smooth" : "auto" });
  const it = describe(data, store.state, feature);
  const geometry = scene.shape(it.shape);
  if (geometry && feature.kind !== "place" && feature.kind !== "unit") {
    const corner = (x, y) => map.unproject(L.point(x + scene.middle.x, y + scene.middle.y), 0);
    const [x0, y0, x1, y1] = geometry.box;
    const around = L.latLngBounds(corner(x0, y0), corner(x1, y1));
    map.fitBounds(around, { animate, padding: [60, 60], maxZoom: scene.fitZoom + 2.5 });
  } else if (it.lat !== null) {
    map.setView([it.lat, it.lon], Math.max(map.getZoom(), scene.fitZoom + (scene.closer || 1.5)), { animate });
  }
}

function isInside(ctx, frame, geometry, at) {
  if (!geometry) return false;
  const x = (at.x - frame.dx) / frame.k;
  const y = (at.y - frame.dy) / frame.k;
  const [x0, y0, x1, y1] = geometry.box;
  if (x < x0 || y < y0 || x > x1 || y > y1) return false;
  ctx.save();
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  const inside = ctx.isPointInPath(geometry.path, x, y, "evenodd");
  ctx.restore();
  return inside;
}
