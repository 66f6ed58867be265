// The ways from a place to its nearest school: by phase and by travel mode, and the table of the years that differ.

/** A place in one phase by one travel mode. */
function servedAt(data, state, travel, phase, index) {
  const view = data.viewByKey.get(viewKey(state.stage, travel));
  const supplier = supplierOf(data, state, view.nearest[phase][index]);
  return {
    supplier,
    name: supplier ? textOf(describe(data, state, supplier).name) : "",
    distance: view.distance_m[phase][index],
    share: view.covered[phase][index],
    school: view.nearest[phase][index],
  };
}

/** The first position after today in which a place is served otherwise; -1 where nothing changes. */
function changeAfter({ data, store }, index, from = 0) {
  const { state } = store;
  const at = (position) => travelsOf(data, state.stage).map((travel) =>
    servedAt(data, state, travel.id, data.phases[position].id, index)).map((it) => [it.school, it.distance, it.share].join()).join(";");
  for (let position = from + 1; position < data.phases.length; position += 1) {
    if (at(position) !== at(from)) return position;
  }
  return -1;
}

/** Each year in which something is different, with both ways of measuring. */
function schoolYears(page, index) {
  const { data, store } = page;
  const travels = travelsOf(data, store.state.stage);
  const heads = [["算法", "Measured"], ["最近学校", "Nearest school"], ["距离", "Distance"], ["是否达标", "Within?"]];
  const rows = [];
  for (let at = 0; at >= 0;) {
    const next = changeAfter(page, index, at);
    rows.push(el("tr", { class: "year-row" }, el("th", { colspan: heads.length, scope: "rowgroup" }, pair(spanWords(data, at, next)))));
    for (const travel of travels) rows.push(wayRow(page, travel, data.phases[at].id, index));
    at = next;
  }
  return el("table", { class: "phases home-years" },
    el("caption", { class: "visually-hidden" }, bi("各年最近的学校", "The nearest school by year")),
    el("thead", {}, el("tr", {}, ...heads.map(([zh, en]) => el("th", { scope: "col" }, bi(zh, en))))),
    el("tbody", {}, ...rows));
}

/** "现状 2020 至 2025 年": the years for which a row holds. */
function spanWords(data, from, next) {
  const first = phaseWords(data, from);
  const to = next < 0 ? data.phases.length - 1 : next - 1;
  if (to === from) return first;
  if (next < 0 && from > 0) return { zh: `${first.zh}起`, en: `from ${first.en} on` };
  const last = phaseWords(data, to);
  return { zh: `${first.zh} 至 ${last.zh}`, en: `${first.en} to ${last.en}` };
}

function wayRow(page, travel, phase, index) {
  const { data, store } = page;
  const it = servedAt(data, store.state, travel.id, phase, index);
  return el("tr", {},
    el("th", { scope: "row" }, pair(travel)),
    el("td", {}, it.supplier ? featureButton(page, it.supplier) : bi("走不到", "none in reach")),
    el("td", {}, distanceCell(it.distance, travel.id)),
    el("td", {}, withinCell(it.share)));
}

function withinCell(share) {
  const words = {
    covered: bi("达标", "yes"), partly: bi(`${share}% 的人达标`, `for ${share}%`),
    uncovered: bi("超出", "no"), none: bi("无标准", "no standard"),
  };
  const cover = coverOf(share);
  return el("span", { class: `cover is-${cover}` }, sample((ctx, x, y) => drawPlace(ctx, cover, x, y, 5), 14, 14), " ", words[cover]);
}
