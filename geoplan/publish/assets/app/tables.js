// The tables: the same features as on the map, under the same ids, for readers who cannot or will not use a map.

const ROWS_AT_ONCE = 200;
const COLLATOR = new Intl.Collator("zh-CN", { numeric: true });

function setUpTables(page) {
  const tables = TABLES.filter((table) => table.wanted(page.data));
  const sorting = new Map();
  const shown = new Map();
  for (const table of tables) {
    byId("tabs").append(tabButton(page, tables, table));
    byId("panels").append(el("div", {
      role: "tabpanel", id: `panel-${table.id}`, class: "panel", tabindex: "-1", "aria-labelledby": `tab-${table.id}`,
    }));
  }
  const memory = { sorting, shown };
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
  }
}

/** The row that was opened from the keyboard may have been built anew: stay on it. */
function focusMarked(panel) {
  const button = panel.querySelector("tr.is-selected button");
  if (button && !panel.contains(document.activeElement)) button.focus({ preventScroll: true });
}

function buildPanel(page, table, panel, memory) {
  panel.stale = false;
  const rows = sortRows(table, table.rows(page), memory.sorting.get(table.id));
  const selected = page.store.state.selected;
  const at = selected ? rows.findIndex((row) => row.key === selected.key) : -1;
  const limit = page.printing ? ROWS_AT_ONCE : Math.max(memory.shown.get(table.id) || ROWS_AT_ONCE, at + 1);
  const more = rows.length - limit;
  fill(panel,
    el("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-labelledby": `tab-${table.id}` },
      el("table", { class: "data" }, el("caption", {}, ...table.caption(page)),
        el("thead", {}, el("tr", {}, ...table.columns.map((column, number) =>
          headCell(page, table, column, number, memory)))),
        el("tbody", {}, ...rows.slice(0, limit).map((row) => bodyRow(page, table, row))))),
    rows.length === 0 ? el("p", { class: "fine" }, bi("没有记录。", "Nothing to list.")) : null,
    more > 0 ? moreButton(page, table, memory, limit, more) : null);
}

function moreButton(page, table, memory, limit, more) {
  return el("button", {
    type: "button", class: "more", on: {
      click: () => {
        memory.shown.set(table.id, limit + ROWS_AT_ONCE);
        byId(`panel-${table.id}`).stale = true;
        page.redrawTables();
      },
    },
  }, bi(`再显示 ${count(Math.min(more, ROWS_AT_ONCE))} 行（还有 ${count(more)} 行）`, `Show more (${count(more)} left)`));
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
