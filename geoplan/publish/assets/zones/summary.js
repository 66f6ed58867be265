// What the plan comes to, in sentences; how sure it is; what was asked.

const SEALS = {
  optimal: { zh: "已证明最优", en: "Proved best" },
  feasible: { zh: "未证明最优", en: "Not proved best" },
  infeasible: { zh: "未满足全部要求", en: "Breaks some rules" },
  time_limit: { zh: "时限内未找到方案", en: "No plan in time" },
};

function setUpSummary(page) {
  const { data } = page;
  const status = known(data.solver.status, Object.keys(SEALS), "feasible");
  fill(byId("summary"),
    el("h2", { id: "summary-heading" }, bi("结论", "Result"), " ", el("span", { class: `seal seal-${status}` }, pair(SEALS[status]))),
    el("ul", { class: "why" }, ...data.summary.map((line) => el("li", {}, pair(line)))),
    ...data.certainty.map((line) => el("p", { class: "certainty" }, pair(line))));
  const { solver } = data;
  fill(byId("solver"), el("h2", { id: "solver-heading" }, bi("方案的可靠程度与要求", "How sure the plan is, and what was asked")),
    el("ul", { class: "why" }, ...data.certainty.map((line) => el("li", {}, pair(line)))),
    el("h3", {}, bi("所提要求", "What was asked")),
    el("ul", { class: "why" }, ...data.asked.map((line) => el("li", {}, pair(line)))),
    el("p", { class: "fine" }, bi(`目标值 ${count(solver.objective)}（学生·米，含加价），理论下限 ${count(solver.bound)}`,
      `Objective ${count(solver.objective)} (pupil-metres with prices), bound ${count(solver.bound)}`), " · ",
    bi(`时限 ${count(solver.time_limit_s)} 秒`, `time limit ${count(solver.time_limit_s)} s`), " · ",
    bi("随机种子", "Seed"), " ", value(solver.seed)),
    data.balance.length > 0 ? balanceTable(data) : null);
}

function balanceTable(data) {
  const heads = [["限值", "Limit"], ["最高学位使用率", "Largest load"], ["最远路程", "Longest way"], ["增加的代价", "Price"], ["状态", "Status"]];
  return el("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-labelledby": "solver-heading" },
    el("table", { class: "data" }, el("caption", {}, bi("校际均衡的代价", "What balance costs")),
      el("thead", {}, el("tr", {}, ...heads.map(([zh, en]) => el("th", { scope: "col" }, bi(zh, en))))),
      el("tbody", {}, ...data.balance.map((step) => el("tr", {},
        el("th", { scope: "row" }, decimal(step.limit)), el("td", {}, fullness(step.largest_load)),
        el("td", {}, metres(step.longest_m)), el("td", {}, count(step.price)),
        el("td", {}, pair(SEALS[known(step.status, Object.keys(SEALS), "feasible")])))))));
}

function setUpNotes(page) {
  const { data, store } = page;
  fill(byId("title"), value(data.title));
  fill(byId("byline"), ...bylineParts(data));
  showNotices(data);
  showApproval(data);
  showFindings(data);
  const reading = [
    { zh: "颜色相同且连片的地块属于同一学区；粗线是学区界线，符号是学校，星形是新开办的学校。",
      en: "Blocks of one colour belong to one zone; thick lines are zone boundaries, marks are schools, stars are new ones." },
    { zh: "斜线表示学校将有调整的居住单元；点击可查看原因。", en: "Hatched units change schools; click one for the reasons." },
    { zh: "少于 10 名的学生数以“<10”表示；为防止推算，有些数字写作“≥10”或“不公布”。",
      en: "Pupil counts under ten are shown as “<10”; some others are hidden so that none of these can be worked out." },
  ];
  fill(byId("footer"),
    el("section", {}, el("h2", {}, bi("怎样看这张图", "How to read this map")),
      el("ul", {}, ...reading.map((line) => el("li", {}, pair(line))))),
    el("section", {}, el("h2", {}, bi("来源与说明", "Sources and notes")),
      el("ul", {}, ...data.footer.map((line) => el("li", {}, pair(line))))));
  const caption = () => fill(byId("map-caption"), pair(data.stage), " · ", pair(PHASES.find((phase) => phase.id === store.state.phase)));
  store.listen(caption);
  caption();
}
