// Columns of the usual kinds: how to show a figure, and how to sort it.

function textColumn(zh, en, read) {
  return { zh, en, sort: read, cell: (row) => value(read(row)) };
}

function numberColumn(zh, en, read) {
  return { zh, en, number: true, first: -1, sort: (row) => sortable(read(row)), cell: (row) => count(read(row)) };
}

/** A suppressed figure such as "<10" sorts below every figure that is shown. */
function sortable(figure) {
  return typeof figure === "string" && figure.startsWith("<") ? 0 : figure;
}

function pairColumn(zh, en, read) {
  return { zh, en, sort: (row) => { const words = read(row); return words ? words.zh : ""; }, cell: (row) => pair(read(row)) };
}
