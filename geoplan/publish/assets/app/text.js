// Text and elements. Values from the data reach the page only through this file, as text nodes and attributes;
// markup is never assembled from strings.

const MISSING = "—";
const NUMBERS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const DECIMALS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const WALK_M_PER_MINUTE = 4000 / 60;

/** A new element; `props` are attributes (words as {zh, en} follow the language), but for `on`; children are nodes or text. */
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value !== null && typeof value === "object") {
      say(node, name, value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Chinese first, English after it, each announced in its own voice. */
function bi(zh, en) {
  const label = el("span", { class: "bi" }, el("span", { class: "zh" }, textOf(zh)));
  // the space belongs to the English, so that it goes with it
  if (en) label.append(el("span", { class: "en", lang: "en" }, ` ${textOf(en)}`));
  return label;
}

/** For a figure that would give a small count of children away. */
function notPublished() {
  return bi("不公布", "not published");
}

/** The same for a {zh, en} pair of the data, which may be missing. */
function pair(words) {
  return words ? bi(words.zh, words.en) : el("span", {}, MISSING);
}

/** A value from the data, kept apart from its surroundings so that no direction mark can reorder them. */
function value(text) {
  return el("bdi", {}, textOf(text));
}

function textOf(text) {
  return text === null || text === undefined ? "" : String(text);
}

/** Replace what an element holds. */
function fill(node, ...children) {
  node.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function byId(id) {
  return document.getElementById(id);
}

/** 12,345; text such as "<10" stays as it came; a missing figure is a dash. */
function count(number) {
  if (number === null || number === undefined || number === "") return MISSING;
  return typeof number === "number" ? NUMBERS.format(number) : String(number);
}

/** A figure with its Chinese measure word, which English does without. */
function measured(number, zh) {
  return el("span", {}, `${count(number)} `, el("span", { class: "zh-only" }, zh));
}

function decimal(number) {
  return typeof number === "number" ? DECIMALS.format(number) : count(number);
}

/** A share with one decimal. It says 100 % only for all of them and 0 % only for none. */
function percent(part, whole) {
  if (!(whole > 0)) return MISSING;
  const tenths = Math.round((part / whole) * 1000);
  if (part < whole && tenths >= 1000) return "99.9%";
  if (part > 0 && tenths <= 0) return "0.1%";
  return `${(tenths / 10).toFixed(1)}%`;
}

function metres(distance) {
  return typeof distance === "number" && distance >= 0 ? `${count(distance)} m` : MISSING;
}

/** Minutes on foot, never below one. */
function walkMinutes(distance) {
  return Math.max(1, Math.round(distance / WALK_M_PER_MINUTE));
}

/** A colour from the data, or the fallback: nothing but #rrggbb is ever handed to a style. */
function safeColour(colour, fallback) {
  return typeof colour === "string" && /^#[0-9a-f]{6}$/i.test(colour) ? colour : fallback;
}

/** A table's own entry, never what every object inherits under names such as "constructor". */
function entry(table, name) {
  return Object.keys(table).includes(name) ? table[name] : null;
}

/** One of a few known words, so that data never become class names of their own choice. */
function known(word, words, fallback = "") {
  return words.includes(word) ? word : fallback;
}
