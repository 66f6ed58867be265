// Start: a report stands as soon as its page is read.

function showHead(data) {
  fill(byId("title"), bi(data.title, data.title_en));
  fill(byId("byline"), el("span", {}, value(data.project)), ...bylineParts(data));
  showNotices(data);
  fill(byId("summary"),
    el("div", { class: "cards" }, ...data.cards.map(card)),
    el("ul", { class: "headline" }, ...data.summary.map((line) => el("li", {}, pair(line)))));
  fill(byId("charts"), ...data.charts.map(figure));
  byId("charts").hidden = data.charts.length === 0;
  showFindings(data);
  fill(byId("footer"), el("ul", {}, ...data.footer.map((line) => el("li", {}, pair(line)))));
}

function card(it) {
  return el("div", { class: `figure-card tone-${known(it.tone, ["good", "bad", "doubt"], "plain")}` },
    el("strong", {}, value(it.value), it.unit ? el("small", {}, ` ${it.unit}`) : null), bi(it.zh, it.en));
}

function figure(chart) {
  return el("figure", { class: "block chart", id: `chart-${chart.id}` },
    el("figcaption", {}, el("h2", {}, bi(chart.zh, chart.en))),
    el("img", { src: chart.picture, alt: `${chart.alt.zh} ${chart.alt.en}` }),
    el("p", { class: "fine" }, pair(chart.alt)));
}

function setUpPaper(page) {
  const print = (printing) => () => {
    if (page.printing === printing) return;
    page.printing = printing;
    page.redrawTables();
  };
  window.addEventListener("beforeprint", print(true));
  window.addEventListener("afterprint", print(false));
}

function start() {
  const data = readData();
  const page = { data, store: makeStore(data), printing: false };
  setUpLanguage();
  showHead(data);
  setUpColumns(page);
  const showFilters = setUpFilters(page);
  setUpTables(page);
  showFilters();
  setUpPaper(page);
  document.documentElement.classList.add("is-ready");
}

start();
