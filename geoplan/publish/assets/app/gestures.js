// Pointer, wheel, fingers and keys on the map. The page must always scroll: one finger and the wheel belong to the
// page until the reader shows that the map is meant.

const HINTS = {
  fingers: { zh: "用两根手指移动地图", en: "Use two fingers to move the map" },
  wheel: { zh: "先点击地图，再用滚轮缩放", en: "Click the map first, then zoom with the wheel" },
};
const HINT_MS = 1600;
const HOVER_SLACK_PX = 3;
const TOUCH_SLACK_PX = 12;

function setUpGestures(page) {
  const { map } = page.atlas;
  const container = map.getContainer();
  container.setAttribute("aria-describedby", "map-help");
  container.setAttribute("role", "application");
  say(container, "aria-label", page.label || { zh: "覆盖地图", en: "Coverage map" });
  setUpOpening(page, map);
  setUpTip(page, map);
  setUpWheel(map, container);
  setUpFingers(map, container);
  setUpFullSize(page, map);
}

function setUpOpening(page, map) {
  map.on("click", (event) => {
    const slack = event.originalEvent.pointerType === "touch" ? TOUCH_SLACK_PX : HOVER_SLACK_PX;
    const feature = page.atlas.featureAt(event.containerPoint, slack);
    openAt(page, feature, event.latlng);
  });
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.target !== map.getContainer()) return;
    if (event.key === "Enter") {
      const feature = page.atlas.featureAt(map.getSize().divideBy(2), 40);
      openAt(page, feature, map.getCenter());
    } else if (event.key === "Escape") {
      page.store.set({ selected: null });
    }
  });
}

/** Open what lies under the pointer; a page may have its own answer for the ground between the features. */
function openAt(page, feature, latlng) {
  if (page.openTapped) page.openTapped(feature, latlng);
  else if (feature) openFeature(page, feature, { move: false });
  else page.store.set({ selected: null });
}

/** A name beside the pointer. It helps the eye only; the same name opens by click, key, search and table. */
function setUpTip(page, map) {
  const tip = byId("map-tip");
  const hide = () => { tip.hidden = true; };
  map.on("mousemove", (event) => {
    const feature = page.atlas.featureAt(event.containerPoint, HOVER_SLACK_PX);
    const small = feature && feature.kind !== "district";
    map.getContainer().classList.toggle("over-feature", Boolean(small));
    tip.hidden = !small;
    if (!small) return;
    fill(tip, value(describe(page.data, page.store.state, feature).name));
    const left = Math.min(event.containerPoint.x + 14, map.getSize().x - tip.offsetWidth - 6);
    tip.style.transform = `translate(${Math.max(4, left)}px, ${event.containerPoint.y + 16}px)`;
  });
  map.on("mouseout dragstart zoomstart", hide);
}

function setUpWheel(map, container) {
  map.scrollWheelZoom.disable();
  container.addEventListener("focus", () => map.scrollWheelZoom.enable());
  container.addEventListener("blur", () => map.scrollWheelZoom.disable());
  container.addEventListener("wheel", (event) => {
    if (!map.scrollWheelZoom.enabled() && !event.ctrlKey) showHint(HINTS.wheel);
  }, { passive: true });
}

function setUpFingers(map, container) {
  const isFull = () => byId("map-frame").classList.contains("is-full");
  const settleFor = (touch) => {
    if (touch && !isFull()) map.dragging.disable();
    else map.dragging.enable();
  };
  settleFor(window.matchMedia("(pointer: coarse)").matches);
  container.addEventListener("pointerover", (event) => settleFor(event.pointerType === "touch"));
  container.addEventListener("touchmove", (event) => {
    if (event.touches.length === 1 && !isFull()) showHint(HINTS.fingers);
  }, { passive: true });
}

let hintTimer = 0;

function showHint(hint) {
  const box = byId("map-hint");
  fill(box, bi(hint.zh, hint.en));
  box.hidden = false;
  window.clearTimeout(hintTimer);
  hintTimer = window.setTimeout(() => { box.hidden = true; }, HINT_MS);
}

/** The map over the whole window. Not the browser's own full screen, which some phones refuse to a local file. */
function setUpFullSize(page, map) {
  byId("map-all").addEventListener("click", () => page.atlas.showAll());
  const frame = byId("map-frame");
  const button = byId("map-full");
  const show = (full) => {
    frame.classList.toggle("is-full", full);
    document.body.classList.toggle("has-full-map", full);
    button.setAttribute("aria-pressed", String(full));
    fill(button, full ? bi("退出全屏", "Close") : bi("全屏", "Full size"));
    map.invalidateSize({ animate: false });
    if (full) map.dragging.enable();
    else if (window.matchMedia("(pointer: coarse)").matches) map.dragging.disable();
  };
  show(false);
  button.addEventListener("click", () => show(!frame.classList.contains("is-full")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame.classList.contains("is-full")) show(false);
  });
}
