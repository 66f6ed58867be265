// Choosing rows: one list for each column that may be filtered, and a box that searches every column.

function filteredRows(page, table) {
  const { words, chosen } = page.filters.get(table.id);
  const wanted = words.trim().toLowerCase();
  return table.rows
    .map((cells, index) => ({ key: `${table.id}:${index}`, cells }))
    .filter(({ cells }) => [...chosen].every(([column, choice]) => choice === "" || textOf(cells[column]) === choice)
      && (wanted === "" || cells.some((cell) => textOf(cell).toLowerCase().includes(wanted))));
}

function setUpFilters(page) {
  page.filters = new Map(page.data.tables.map((table) => [table.id, { words: "", chosen: new Map(table.chosen) }]));
  const show = () => {
    const table = page.data.tables.find((each) => each.id === page.store.state.tab);
    fill(byId("filters"), searchBox(page, table), ...table.filters.map((column) => chooser(page, table, column)));
  };
  page.store.listen((_state, changed) => { if (changed.includes("tab")) show(); });
  return show;
}

function searchBox(page, table) {
  const filter = page.filters.get(table.id);
  const box = el("input", { type: "search", autocomplete: "off", spellcheck: "false", on: {
    input: () => { filter.words = box.value; page.redrawTables(); },
  } });
  box.value = filter.words;
  return el("label", { class: "filter" }, bi("查找", "Find"), box);
}

function chooser(page, table, column) {
  const filter = page.filters.get(table.id);
  const choices = [...new Set(table.rows.map((cells) => textOf(cells[column])))].sort(COLLATOR.compare);
  const list = el("select", { on: { change: () => { filter.chosen.set(column, list.value); page.redrawTables(); } } },
    el("option", { value: "" }, "全部 / all"),
    ...choices.filter((choice) => choice !== "").map((choice) => el("option", { value: choice }, choice)));
  list.value = filter.chosen.get(column) || "";
  const { zh, en } = table.columns[column];
  return el("label", { class: "filter" }, bi(zh, en), list);
}
