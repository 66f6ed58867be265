// Remarks: a reader marks a place and writes. The page collects what was written and makes a text and a file of it, for
// the reader to send; nothing leaves the page by itself, and nothing is kept when it is closed.

const REMARK_FORMAT = "geoplan-remark/1";
const LONGEST_REMARK = 2000;
const REMARK = { fill: "#8e2a8b", chosen: "#c2348f" };
const NOT_TEXT = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
/** What would end a block of the text, or begin another one. */
const FRAME_LINE = /【\s*(\/|geoplan-remark\/1)\s*】/g;

function setUpRemarks(page) {
  page.unsent = false;
  const tapped = page.openTapped;
  page.openTapped = (feature, latlng) => {
    if (page.store.state.marking) page.store.set({ marking: markAt(page, feature, latlng) });
    else tapped(feature, latlng);
  };
  byId("remark-open").addEventListener("click", () => startRemark(page));
  buildRemarkForm(page);
  page.store.listen((_state, changed) => {
    if (changed.includes("selected") && page.store.state.marking && page.store.state.selected) {
      page.store.set({ marking: markOfSelection(page) });
    }
    if (changed.includes("marking")) showRemarkForm(page);
    if (changed.includes("remarks")) showRemarks(page);
  });
  window.addEventListener("beforeunload", (event) => { if (page.unsent) event.preventDefault(); });
  showRemarks(page);
}

/** Open the form at what is selected, or at the middle of the map. */
function startRemark(page) {
  const marking = page.store.state.selected ? markOfSelection(page) : markAt(page, null, page.atlas.map.getCenter());
  page.store.set({ marking });
  byId("remark-text").focus({ preventScroll: true });
}

function markOfSelection(page) {
  const { selected } = page.store.state;
  const it = describe(page.data, page.store.state, selected);
  const geometry = it.lat === null ? page.atlas.scene.shape(it.shape) : null;
  const at = selected.home || (it.lat === null ? page.atlas.scene.latLngOf(geometry ? geometry.label : [0, 0]) : it);
  return { ...rounded(page, at.lat, at.lon === undefined ? at.lng : at.lon), near: nearOf(page, selected) };
}

/** A mark where the reader pointed, named by what lies there: a feature, else the place with people nearest to it. */
function markAt(page, feature, latlng) {
  const { data, store, atlas } = page;
  const index = feature && feature.kind !== "district" ? -1 : nearestPlace(page, latlng);
  const off = index < 0 ? Infinity : atlas.map.distance(latlng, [data.places.lat[index], data.places.lon[index]]);
  const near = off <= FAR_FROM_ANYBODY_M ? makeFeature(data, store.state, "place", index) : feature;
  return { ...rounded(page, latlng.lat, latlng.lng), near: nearOf(page, near) };
}

function nearOf(page, feature) {
  if (!feature) return { kind: "map", id: "", name: "" };
  const it = describe(page.data, page.store.state, feature);
  return { kind: feature.kind, id: textOf(it.id), name: textOf(it.name) };
}

function rounded({ data }, lat, lon) {
  const steps = data.crs === "local" ? 10 : 1e5;
  return { lat: Math.round(lat * steps) / steps, lon: Math.round(lon * steps) / steps };
}

function buildRemarkForm(page) {
  const left = el("span", { id: "remark-left", class: "fine" });
  const box = el("textarea", {
    id: "remark-text", rows: 4, maxlength: LONGEST_REMARK, "aria-describedby": "remark-care remark-left",
    on: { input: () => fill(left, `${count(box.value.length)} / ${count(LONGEST_REMARK)}`) },
  });
  const close = () => { page.store.set({ marking: null }); byId("remark-open").focus({ preventScroll: true }); };
  fill(byId("remark-form"),
    el("div", { class: "card-head" }, el("h2", { id: "remark-heading" }, bi("提意见", "Comment")),
      el("button", { type: "button", class: "close", on: { click: close } }, bi("关闭", "Close"))),
    el("p", { id: "remark-where", "aria-live": "polite" }),
    el("label", { for: "remark-text" }, bi("您的意见", "Your comment"), " ", left), box,
    el("p", { class: "fine", id: "remark-care" }, bi("请不要写姓名、电话、身份证号等个人信息。", "Please leave out names, telephone and identity numbers.")),
    el("button", { type: "button", id: "remark-add", class: "action", on: { click: () => addRemark(page, box) } },
      bi("加入意见清单", "Add to my list")));
  byId("remark-form").addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
}

function showRemarkForm(page) {
  const { marking } = page.store.state;
  byId("remark-form").hidden = !marking;
  document.body.classList.toggle("has-remark", Boolean(marking));
  if (!marking) return;
  fill(byId("remark-where"), bi("位置：", "Place:"), " ", ...whereWords(page, marking), " ",
    el("span", { class: "fine" }, bi("点地图可以改位置。", "Tap the map to move it.")));
}

function whereWords(page, { lat, lon, near }) {
  const words = entry(KINDS, near.kind);
  return [words ? bi(words.zh, words.en) : bi("图上一点", "a point of the map"), " ", value(near.name || near.id), " ",
    el("code", {}, placeOf(page, lat, lon).join(", "))];
}

/** Latitude and longitude; x and y in a project without georeference. */
function placeOf({ data }, lat, lon) {
  return data.crs === "local" ? [lon, lat] : [lat, lon];
}

function addRemark(page, box) {
  const text = box.value.replace(/\r\n?/g, "\n").replace(NOT_TEXT, "").trim().slice(0, LONGEST_REMARK);
  if (text === "") {
    box.focus();
    return;
  }
  const { state } = page.store;
  page.unsent = true;
  page.store.set({ marking: null, remarks: [...state.remarks, { id: remarkId(), stage: state.stage, ...state.marking, text, date: "" }] });
  box.value = "";
  fill(byId("remark-left"));
  byId("remarks").scrollIntoView({ block: "start" });
  byId("remarks-heading").focus({ preventScroll: true });
}

function remarkId() {
  const [number] = window.crypto.getRandomValues(new Uint32Array(1));
  return `r-${number.toString(16).padStart(8, "0")}`;
}

function showRemarks(page) {
  const { remarks } = page.store.state;
  const parts = remarks.length === 0 ? [] : [
    el("ol", { class: "remark-list" }, ...remarks.map((remark) => remarkLine(page, remark))),
    el("label", { for: "remark-out" }, bi("要寄出的文字", "The text to send")),
    remarkText(page, remarks),
    el("p", { class: "remark-buttons" },
      el("button", { type: "button", class: "action", id: "remark-copy", on: { click: () => copyRemarks(page) } }, bi("复制文字", "Copy the text")), " ",
      el("button", { type: "button", class: "action", id: "remark-save", on: { click: () => saveRemarks(page) } }, bi("保存为文件", "Save as a file"))),
    el("p", { id: "remark-done", class: "fine", role: "status" }),
  ];
  fill(byId("remarks"), el("h2", { id: "remarks-heading", tabindex: "-1" }, bi("提意见", "Comment")), sendingWords(page), ...parts);
}

/** What the page does not do, and where to send the remarks. */
function sendingWords({ data }) {
  const known_ = data.channels.length > 0;
  return el("div", { class: "remark-how" },
    el("p", {}, bi("在地图上点“提意见”，标出位置，写下意见。本页不会发送任何内容，关闭后也不保留：请复制文字或保存文件，自己寄出。",
      "Choose “Comment” on the map, mark a place and write. This page sends nothing and keeps nothing once it is closed: copy the text or save the file, and send it yourself.")),
    known_ ? el("p", {}, bi("寄到：", "Send it to:")) : el("p", {}, bi("寄到哪里，以公布本图的单位的通知为准。", "Where to: see the notice of the office that published this map.")),
    known_ ? el("ul", { class: "why" }, ...data.channels.map((each) => el("li", {}, value(each)))) : null);
}

function remarkLine(page, remark) {
  const remove = () => {
    page.store.set({ remarks: page.store.state.remarks.filter((each) => each.id !== remark.id) });
    byId("remarks-heading").focus({ preventScroll: true });
  };
  const stage = page.data.stageById.get(remark.stage);
  return el("li", { "data-id": remark.id }, stage ? pair(stage) : null, " · ", ...whereWords(page, remark),
    el("p", { class: "remark-words" }, value(remark.text)),
    el("button", { type: "button", class: "link", on: { click: remove } }, bi("删除", "Delete")));
}

function remarkText(page, remarks) {
  const box = el("textarea", { id: "remark-out", rows: Math.min(16, 9 * remarks.length), readonly: true });
  box.value = remarks.map((remark) => remarkBlock(page, remark)).join("\n\n");
  return box;
}

/** One remark as a text that survives a letter or a chat. */
function remarkBlock(page, remark) {
  const oneLine = (text) => text.replace(/\s+/g, " ").trim();
  const { near } = remark;
  return [
    `【${REMARK_FORMAT}】`,
    `plan: ${textOf(page.data.edition)}`,
    `id: ${remark.id}`,
    `at: ${placeOf(page, remark.lat, remark.lon).join(", ")}`,
    `stage: ${remark.stage}`,
    `near: ${near.kind} ${oneLine(near.id)} ${oneLine(near.name)}`.trim(),
    "",
    remark.text.replace(FRAME_LINE, "[$1]"),
    "【/】",
  ].map((line, at) => (at === 0 || at > 6 ? line : line.replace(FRAME_LINE, "[$1]"))).join("\n");
}

function remarkFile(page) {
  const remarks = page.store.state.remarks.map(({ lat, lon, ...rest }) =>
    (page.data.crs === "local" ? { ...rest, x: lon, y: lat } : { ...rest, lat, lon }));
  return JSON.stringify({ format: REMARK_FORMAT, plan: textOf(page.data.edition), map: textOf(page.data.map), remarks }, null, 1);
}

/** The old way to copy: it works on a page that was opened from a disk, and asks for no permission. */
function copyRemarks(page) {
  const box = byId("remark-out");
  box.select();
  const copied = document.execCommand("copy");
  page.unsent = page.unsent && !copied;
  fill(byId("remark-done"), copied ? bi("已复制，可以粘贴到邮件或微信。", "Copied: paste it into a letter or a chat.")
    : bi("已选中，请用复制键复制。", "Selected: copy it with your keyboard."));
}

function saveRemarks(page) {
  const link = el("a", { download: `geoplan-remarks-${textOf(page.data.edition).replace(/[^0-9a-z]/gi, "") || "map"}.json` });
  link.href = URL.createObjectURL(new Blob([remarkFile(page)], { type: "application/json" }));
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  page.unsent = false;
  fill(byId("remark-done"), bi("已保存到下载文件夹。", "Saved in the downloads folder."));
}

/** Numbered drops where remarks stand, and one for the remark that is being written. */
function drawRemarks({ scene, state, frame, ctx }) {
  const drop = (mark, text, colour) => {
    const [x, y] = onFrame(frame, ...scene.flat(mark.lat, mark.lon));
    drawDrop(ctx, x, y, colour);
    drawWord(ctx, text, x, y - 19, 13);
  };
  state.remarks.forEach((remark, index) => drop(remark, String(index + 1), REMARK.fill));
  if (state.marking) drop(state.marking, "?", REMARK.chosen);
}
