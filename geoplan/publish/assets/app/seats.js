// Seats against pupils by district and year: a layer of the map, rows of the summary and of the district's card.

const SEATS = {
  line: "#4a2469",
  classes: [
    { above: 0, fill: "#e6d9f0", zh: "5% 以下", en: "up to 5%" },
    { above: 0.05, fill: "#c9aee0", zh: "5%–15%", en: "5 to 15%" },
    { above: 0.15, fill: "#a37cc8", zh: "15%–30%", en: "15 to 30%" },
    { above: 0.3, fill: "#7b4fa6", zh: "30% 以上", en: "above 30%" },
  ],
};

/** The balance that belongs to a phase: its own year, else the last one before it; null without one. */
function seatsOf(data, state) {
  const stages = data.balance ? data.balance.stages : {};
  const byYear = entry(stages, state.stage);
  if (!byYear) return null;
  const { years } = data.balance;
  const wanted = data.phaseById.get(state.phase).year;
  const year = wanted ? years.filter((each) => each <= wanted).pop()
    : state.phase === "before" ? years[0] : years[years.length - 1];
  return year === undefined ? null : { year, ...byYear[year] };
}

function hasSeats(data) {
  return Boolean(data.balance);
}

function drawSeats(context) {
  const seats = context.store.shows("seats") ? seatsOf(context.data, context.state) : null;
  if (!seats) return;
  eachDistrict(context, (path, index) => {
    const shade = seatsClass(seats, index);
    if (!shade) return;
    context.ctx.fillStyle = shade.fill;
    context.ctx.fill(path, "evenodd");
  });
}

/** The shade of a district, by the share of its pupils who have no public seat; null where none is short or told. */
function seatsClass(seats, index) {
  const short = seats.short[index];
  const pupils = seats.pupils[index];
  if (!(short > 0) || typeof pupils !== "number") return null;
  return SEATS.classes.filter((shade) => short / pupils > shade.above).pop();
}

function seatsLabel(data, state, index) {
  const seats = seatsOf(data, state);
  const short = seats ? seats.short[index] : null;
  return short > 0 ? `${seats.year} 年学位缺 ${count(short)}` : "";
}

/** "缺 123", "余 45", or that it is not published. */
function seatsWords(seats, index) {
  const short = seats.short[index];
  if (seats.pupils[index] === null || seats.pupils[index] === undefined) return bi("没有数据", "no data");
  if (short === null) return notPublished();
  if (short > 0) return el("b", { class: "short" }, bi(`缺 ${count(short)}`, `${count(short)} short`));
  return bi(`不缺，余 ${count(seats.spare[index])}`, `none short, ${count(seats.spare[index])} to spare`);
}

function seatsLegend(page) {
  const { data, store } = page;
  const seats = hasSeats(data) && data.showsDistricts ? seatsOf(data, store.state) : null;
  if (!seats) return [];
  const short = data.districts.id.filter((_id, index) => seats.short[index] > 0).length;
  const rows = [legendRow(store, "seats", areaSample(SEATS.classes[2].fill, SEATS.line),
    bi(`学位缺口，${seats.year} 年（区划着色）`, `Seats short in ${seats.year}, by district`), measured(short, "个"))];
  if (!store.shows("seats")) return rows;
  return [...rows, ...SEATS.classes.map((shade) => el("div", { class: "legend-row is-note" }, el("span", { class: "no-box" }),
    areaSample(shade.fill, SEATS.line), el("span", { class: "legend-label" }, bi(`${shade.zh}的学生没有公办学位`, `${shade.en} of pupils without a public seat`))))];
}

/** Every year of the balance, for one district. */
function seatsTable(data, state, index) {
  const byYear = data.balance ? entry(data.balance.stages, state.stage) : null;
  if (!byYear) return [];
  const heads = [["年份", "Year"], ["学生", "Pupils"], ["公办学位", "Public seats"], ["缺或余", "Short or spare"]];
  const current = seatsOf(data, state);
  return [
    el("h3", {}, bi("学位够不够", "Are there enough seats?")),
    el("table", { class: "phases seats" },
      el("thead", {}, el("tr", {}, ...heads.map(([zh, en]) => el("th", { scope: "col" }, bi(zh, en))))),
      el("tbody", {}, ...data.balance.years.map((year) => el("tr", { class: current && current.year === year ? "is-current" : "" },
        el("th", { scope: "row" }, String(year)),
        el("td", {}, count(byYear[year].pupils[index])),
        el("td", {}, count(byYear[year].seats[index])),
        el("td", {}, seatsWords(byYear[year], index)))))),
    el("p", { class: "fine" }, bi("只计公办学位：已有的和已立项的。民办学位和本图规划选址的学位都不计入。",
      "Public seats only, existing and decided. Private seats and those of the sites proposed here are not counted.")),
  ];
}

/** One fact of the summary: seats short in the whole area. */
function seatsFact(data, state) {
  const seats = seatsOf(data, state);
  if (!seats) return null;
  return el("div", { class: "fact is-wide", "data-fact": "seats" },
    el("dt", {}, bi(`${seats.year} 年公办学位（各区划缺口之和）`, `Public seats in ${seats.year}, shortages of all districts added up`)),
    el("dd", {}, seatsWords(seats, data.districts.id.length)));
}
