// The tables of a report come with their columns; a column's kind says how its cells are shown and sorted.

const STATES = ["met", "not_met", "pool", "no_data", "not_applicable", "ambiguous", "shown"];
const TABLES = [];

/** "符合 / met" as its two languages; a text without the slash is one language only. */
function halves(text) {
  const at = textOf(text).lastIndexOf(" / ");
  return at < 0 ? { zh: textOf(text), en: "" } : { zh: text.slice(0, at), en: text.slice(at + 3) };
}

function stateTag(text) {
  if (!text) return "";
  const words = halves(text);
  return el("span", { class: `tag verdict-${known(words.en.replaceAll(" ", "_"), STATES, "other")}` }, bi(words.zh, words.en));
}

const CELLS = {
  text: (cell) => value(cell),
  lines: (cell) => el("span", { class: "lines" }, value(cell)),
  words: (cell) => { const words = halves(cell); return bi(words.zh, words.en); },
  state: stateTag,
  count,
  year: (cell) => textOf(cell ?? MISSING),
  share: (cell) => (typeof cell === "number" ? percent(cell, 1) : count(cell)),
  decimal,
};
const NUMERIC = ["count", "share", "decimal", "year", "plain", "metres"];

function reportColumn(column, position) {
  const show = entry(CELLS, column.kind) || decimal;
  const number = NUMERIC.includes(column.kind);
  return {
    zh: column.zh, en: column.en, number, first: number ? -1 : 1,
    sort: (row) => sortable(row.cells[position]),
    cell: (row) => show(row.cells[position]),
  };
}

function setUpColumns(page) {
  for (const table of page.data.tables) {
    TABLES.push({
      id: table.id, zh: table.zh, en: table.en, wanted: () => true,
      caption: () => [table.note ? pair(table.note) : bi(table.zh, table.en)],
      rows: () => filteredRows(page, table),
      columns: table.columns.map(reportColumn),
    });
  }
}
