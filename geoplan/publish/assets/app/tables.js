// The tables: the same features as on the map, under the same ids, for readers who cannot or will not use a map.

// Only some rows stand in the page at a time: thousands of them would make every step of the reader slow.
const ROWS_AT_ONCE = 200;
const FILTER_FROM_ROWS = 12;
const ROWS_PER_PAGE_KEY = 10;
const COLLATOR = new Intl.Collator("zh-CN", { numeric: true });

function setUpTables(page) {
  const tables = TABLES.filter((table) => table.wanted(page.data));
  const shown = new Map();
  const memory = { sorting: new Map(), shown, words: new Map() };
  for (const table of tables) {
    byId("tabs").append(tabButton(page, tables, table));
    byId("panels").append(el("div", {
      role: "tabpanel", id: `panel-${table.id}`, class: "panel", tabindex: "-1", "aria-labelledby": `tab-${table.id}`,
      on: { keydown: (event) => moveRow(event) },
    }, rowFilter(page, table, memory), el("div", { class: "panel-rows" })));
  }
  const update = (state, changed) => {
    const data = ["stage", "travel", "phase"].some((key) => !changed || changed.includes(key));
    if (data) shown.clear();
    if (data || changed.includes("tab") || changed.includes("selected")) showTables(page, tables, memory, data);
  };
  page.store.listen(update);
  page.redrawTables = () => showTables(page, tables, memory, true);
  update(page.store.state, null);
}

function tabButton(page, tables, table) {
  const choose = (step) => {
    const at = tables.indexOf(table) + step;
    const next = tables[(at + tables.length) % tables.length];
    page.store.set({ tab: next.id });
    byId(`tab-${next.id}`).focus();
  };
  return el("button", {
    type: "button", role: "tab", id: `tab-${table.id}`, "aria-controls": `panel-${table.id}`, class: "tab",
    on: {
      click: () => page.store.set({ tab: table.id }),
      keydown: (event) => {
        if (event.key === "ArrowRight") choose(1);
        else if (event.key === "ArrowLeft") choose(-1);
      },
    },
  }, bi(table.zh, table.en), el("span", { class: "tab-count" }));
}

/** Show the chosen table; build it only when its content has changed. On paper all of them are shown. */
function showTables(page, tables, memory, rebuild) {
  const { state } = page.store;
  const current = tables.some((table) => table.id === state.tab) ? state.tab : tables[0].id;
  for (const table of tables) {
    const active = table.id === current;
    const tab = byId(`tab-${table.id}`);
    tab.setAttribute("aria-selected", String(active));
    tab.setAttribute("tabindex", active ? "0" : "-1");
    const panel = byId(`panel-${table.id}`);
    panel.classList.toggle("is-current", active);
    if (rebuild) panel.stale = true;
    if (!active && !page.printing) continue;
    const hadFocus = panel.contains(document.activeElement) && document.activeElement.closest("tbody");
    if (panel.stale || !containsRow(panel, state.selected)) buildPanel(page, table, panel, memory);
    markRow(panel, state.selected);
    rove(panel);
    if (hadFocus) focusMarked(panel);
  }
  if (rebuild) countTabs(page, tables);
}

function countTabs(page, tables) {
  for (const table of tables) {
    byId(`tab-${table.id}`).querySelector(".tab-count").textContent = count(table.rows(page).length);
  }
}

function containsRow(panel, feature) {
  return !feature || Array.from(panel.querySelectorAll("tbody tr")).some((row) => row.dataset.id === feature.key);
}

function markRow(panel, feature) {
  for (const row of panel.querySelectorAll("tbody tr")) {
    const marked = Boolean(feature) && row.dataset.id === feature.key;
    row.classList.toggle("is-selected", marked);
    if (marked) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    if (marked) reveal(row);
  }
}

/** Scroll the table, never the page, until a row is seen. */
function reveal(row) {
  const box = row.closest(".table-scroll");
  const [at, around] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
  if (at.top < around.top + at.height || at.bottom > around.bottom) box.scrollTop += at.top - around.top - around.height / 2;
}

/** One row takes part in the Tab key's round, the marked one or the first; arrows go on from there. */
function rove(panel, button = panel.querySelector("tr.is-selected th button") || panel.querySelector("tbody th button")) {
  for (const each of panel.querySelectorAll("tbody th button")) each.tabIndex = each === button ? 0 : -1;
}

function moveRow(event) {
  const panel = event.currentTarget;
  const buttons = Array.from(panel.querySelectorAll("tbody th button"));
  const at = buttons.indexOf(event.target);
  if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + ROWS_PER_PAGE_KEY, PageUp: at - ROWS_PER_PAGE_KEY, Home: 0, End: buttons.length - 1 };
  if (!Object.keys(steps).includes(event.key)) return;
  event.preventDefault();
  const more = panel.querySelector(".more.is-below");
  if (steps[event.key] >= buttons.length && more) more.click();
  const now = Array.from(panel.querySelectorAll("tbody th button"));
  const next = now[Math.max(0, Math.min(now.length - 1, steps[event.key]))];
  rove(panel, next);
  next.focus({ preventScroll: true });
  reveal(next.closest("tr"));
}

/** A box that keeps the rows with certain words; a page that chooses rows by itself has none. */
function rowFilter(page, table, memory) {
  const box = el("input", { type: "search", autocomplete: "off", spellcheck: "false", on: {
    input: () => {
      memory.words.set(table.id, box.value.trim().toLowerCase());
      memory.shown.delete(table.id);
      byId(`panel-${table.id}`).stale = true;
      showTables(page, [table], memory, false);
    },
  } });
  return el("div", { class: "panel-tools", hidden: true },
    el("label", {}, bi("在本表中查找", "Find in this table"), " ", box), el("span", { class: "fine", role: "status" }));
}

function filterRows(page, table, panel, memory) {
  const rows = table.rows(page);
  const words = memory.words.get(table.id) || "";
  const found = words === "" ? rows : rows.filter((row) => rowText(row).includes(words));
  const tools = panel.querySelector(".panel-tools");
  tools.hidden = Boolean(page.filters) || (words === "" && rows.length <= FILTER_FROM_ROWS);
  fill(tools.querySelector("[role=status]"), words === "" ? null : bi(`${count(found.length)} / ${count(rows.length)} 行`, `${count(found.length)} of ${count(rows.length)} rows`));
  return found;
}

/** Every word of a row, whatever its columns. */
function rowText(row) {
  const words = Object.entries(row).flatMap(([name, it]) => {
    if (typeof it === "string") return name === "key" ? [] : [it];
    return it && typeof it.zh === "string" ? [it.zh, textOf(it.en)] : [];
  });
  return words.join("\n").toLowerCase();
}

/** The row that was opened from the keyboard may have been built anew: stay on it. */
function focusMarked(panel) {
  const button = panel.querySelector("tr.is-selected button");
  if (button && !panel.contains(document.activeElement)) button.focus({ preventScroll: true });
}

function buildPanel(page, table, panel, memory) {
  panel.stale = false;
  const rows = sortRows(table, filterRows(page, table, panel, memory), memory.sorting.get(table.id));
  const { from, to } = rowsInView(page, table, rows, memory);
  const show = (next) => {
    memory.shown.set(table.id, next);
    panel.stale = true;
    page.redrawTables();
  };
  fill(panel.querySelector(".panel-rows"),
    from > 0 ? el("button", { type: "button", class: "more", on: { click: () => show({ from: Math.max(0, from - ROWS_AT_ONCE), to }) } },
      bi(`显示前面的行（${count(from)} 行）`, `Show the ${count(from)} rows before`)) : null,
    el("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-labelledby": `tab-${table.id}` },
      el("table", { class: "data" }, el("caption", {}, ...table.caption(page)),
        el("thead", {}, el("tr", {}, ...table.columns.map((column, number) =>
          headCell(page, table, column, number, memory)))),
        el("tbody", {}, ...rows.slice(from, to).map((row) => bodyRow(page, table, row))))),
    rows.length === 0 ? el("p", { class: "fine" }, bi("没有记录。", "Nothing to list.")) : null,
    rows.length > to ? el("button", { type: "button", class: "more is-below", on: { click: () => show({ from, to: to + ROWS_AT_ONCE }) } },
      bi(`再显示 ${count(Math.min(rows.length - to, ROWS_AT_ONCE))} 行（还有 ${count(rows.length - to)} 行）`, `Show more (${count(rows.length - to)} left)`)) : null);
}

/** The rows to show, first and behind the last: as far as the reader has opened them, or those around the marked one. */
function rowsInView(page, table, rows, memory) {
  const whole = { from: 0, to: ROWS_AT_ONCE };
  if (page.printing) return whole;
  const { selected } = page.store.state;
  const at = selected ? rows.findIndex((row) => row.key === selected.key) : -1;
  const shown = memory.shown.get(table.id) || whole;
  if (at < 0 || (at >= shown.from && at < shown.to)) return shown;
  const from = Math.floor(at / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  memory.shown.set(table.id, { from, to: from + ROWS_AT_ONCE });
  return memory.shown.get(table.id);
}

function headCell(page, table, column, number, memory) {
  const sort = memory.sorting.get(table.id);
  const direction = sort && sort.column === number ? sort.direction : 0;
  const turn = () => {
    memory.sorting.set(table.id, { column: number, direction: direction === 0 ? column.first || 1 : -direction });
    page.redrawTables();
    byId(`panel-${table.id}`).querySelectorAll("thead button")[number].focus();
  };
  return el("th", {
    scope: "col", class: column.number ? "is-number" : "",
    "aria-sort": direction === 0 ? null : direction > 0 ? "ascending" : "descending",
  }, el("button", { type: "button", on: { click: turn } }, bi(column.zh, column.en),
    el("span", { class: "sort-mark", "aria-hidden": "true" }, direction === 0 ? "↕" : direction > 0 ? "↑" : "↓")));
}

/** Stable, missing values last whichever way; figures by size, names as a Chinese reader expects. */
function sortRows(table, rows, sort) {
  if (!sort) return rows;
  const of = table.columns[sort.column].sort;
  return [...rows].sort((one, other) => compare(of(one), of(other), sort.direction));
}

function compare(one, other, direction) {
  const blank = (item) => item === null || item === undefined || item === "";
  if (blank(one) || blank(other)) return Number(blank(one)) - Number(blank(other));
  if (typeof one === "number" && typeof other === "number") return (one - other) * direction;
  return COLLATOR.compare(String(one), String(other)) * direction;
}

function bodyRow(page, table, row) {
  const open = () => { if (row.feature) openFeature(page, row.feature); };
  const line = el("tr", { "data-id": row.key, class: row.feature ? "is-link" : "", on: { click: open } });
  table.columns.forEach((column, number) => {
    const content = column.cell(row, page);
    if (number > 0) {
      line.append(el("td", { class: column.number ? "is-number" : "" }, content));
    } else if (row.feature) {
      // the row's own click opens the feature; the button is there for the keyboard
      line.append(el("th", { scope: "row" }, el("button", { type: "button", class: "link" }, content)));
    } else {
      line.append(el("th", { scope: "row" }, content));
    }
  });
  return line;
}
