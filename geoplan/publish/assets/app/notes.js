// The words around the map: title, notices, review number, rules, findings, how to read the page.

const READING = [
  { zh: "圆表示居住点，面积越大人越多；全蓝为在标准距离内，半色为部分在内，橙色打叉为超出，虚线空心为未评估。",
    en: "A disc is a place where people live, larger for more people: blue is within the standard distance, half dark is partly within, orange with a cross is beyond, a broken empty ring was not assessed." },
  { zh: "红色斜线区是服务空白区：其中的居民到最近学校超出标准距离。灰色虚线表示规划消除或避免的空白区。学校撤并后新出现的空白区，从撤并的年份起显示。",
    en: "Red hatching marks a gap: people in it live beyond the standard distance. A grey broken outline is a gap that the plan closes or averts. One that a closing makes is shown from that year on." },
  { zh: "星形是规划选址，编号与表格一致。点击地图上的要素或表格中的行，可查看理由和依据。",
    en: "A star is a proposed site, numbered as in the table. Click a feature or a row to read its reasons." },
  { zh: "少于 10 名的学生数以“<10”表示，以保护个人信息。",
    en: "Pupil counts under ten are shown as “<10” to protect individuals." },
];

function setUpNotes(page) {
  const { data } = page;
  fill(byId("title"), value(data.title));
  fill(byId("byline"), ...bylineParts(data));
  showNotices(data);
  showApproval(data);
  showSolvers(data);
  showRules(data);
  showFindings(data);
  fill(byId("footer"), ...footerParts(data));
  const caption = () => showCaption(page);
  page.store.listen(caption);
  caption();
}

/** What the map shows at this moment, on the map itself, so that a picture of it explains itself. */
function showCaption({ data, store }) {
  const { state } = store;
  fill(byId("map-caption"), pair(data.stageById.get(state.stage)), " · ",
    pair(data.phaseById.get(state.phase)), " · ", pair(data.travelById.get(state.travel)));
}

function showSolvers(data) {
  const cards = data.stages.filter((stage) => data.proposalByStage.has(stage.id)).map((stage) => {
    const proposal = data.proposalByStage.get(stage.id);
    const travel = data.travelById.get(proposal.travel);
    return el("li", { class: "solver-card" },
      el("h3", {}, pair(stage), " ", el("span", { class: `seal seal-${known(proposal.status, Object.keys(STATUS), "other")}` },
        statusWords(proposal.status))),
      el("p", {}, pair(proposal.model), " · ", travel ? pair(travel) : value(proposal.travel)),
      el("p", { class: "fine" }, ...boundLine(proposal), " · ", bi("随机种子", "Seed"), " ", value(proposal.seed)),
      el("ul", { class: "why" }, ...proposal.notes.map((note) => el("li", {}, pair(note)))));
  });
  byId("solver").hidden = cards.length === 0;
  fill(byId("solver"), el("h2", { id: "solver-heading" }, bi("选址方案的可靠程度", "How sure the proposals are")),
    el("ul", { class: "solver-cards" }, ...cards));
}

function showRules(data) {
  byId("rules").hidden = data.rules.length === 0;
  const heads = [["指标", "Quantity"], ["适用", "Where"], ["标准", "Limit"], ["条款", "Clause"], ["出处", "Source"],
    ["依据等级", "Evidence"], ["规则集", "Profile"]];
  fill(byId("rules"), el("h2", { id: "rules-heading" }, bi("所用条款及依据", "Rules and their sources")),
    el("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-labelledby": "rules-heading" },
      el("table", { class: "data rules" },
        el("caption", {}, bi("每条标准的条款、来源文件与行号", "Clause, source file and line of each standard")),
        el("thead", {}, el("tr", {}, ...heads.map(([zh, en]) => el("th", { scope: "col" }, bi(zh, en))))),
        el("tbody", {}, ...data.rules.map((rule) => ruleRow(data, rule))))));
}

function ruleRow(data, rule) {
  return el("tr", { "data-id": `rule:${rule.id}` },
    el("th", { scope: "row" }, pair(rule.quantity), rule.notice ? el("p", { class: "rule-notice" }, pair(rule.notice)) : null),
    el("td", {}, stageNames(data, rule.stage ? [rule.stage] : []), " ", pair(rule.area)),
    el("td", {}, pair(rule.text)),
    el("td", {}, value(rule.clause)),
    el("td", {}, value(rule.source), " ", el("span", { class: "fine" }, value(rule.line))),
    el("td", {}, evidenceTag(rule.evidence)),
    el("td", {}, value(rule.profile)));
}

function footerParts(data) {
  return [
    el("section", {}, el("h2", {}, bi("怎样看这张图", "How to read this map")),
      el("ul", {}, ...READING.map((line) => el("li", {}, pair(line))))),
    el("section", {}, el("h2", {}, bi("来源与说明", "Sources and notes")),
      el("ul", {}, ...data.footer.map((line) => el("li", {}, pair(line))),
        el("li", {}, bi("本页为单个文件，不连接网络；地图组件 Leaflet 1.9.4（BSD-2-Clause）已内置。",
          "This page is one file and connects to nothing; Leaflet 1.9.4 (BSD-2-Clause) is inside it.")))),
  ];
}
