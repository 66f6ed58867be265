// "Why here": the card of a proposed site, in words for somebody who has never seen a planning report.

const LAND = {
  idle_campus: { zh: "闲置校舍，可以改用", en: "a vacated campus that can be used again" },
  reserved: { zh: "规划已预留的教育用地", en: "land that is reserved for a school" },
  expand: { zh: "可以扩建的校园", en: "a campus that can be extended" },
  other: { zh: "备选地块，用地尚未落实", en: "a candidate plot; the land is not secured" },
  grid: { zh: "程序生成的候选点，没有核实过用地", en: "a generated candidate; nobody has checked the land" },
};
/** What no other choice can do better, by the aim of the model. */
const AIMS = {
  max_cover: { zh: "能让更多的人在标准距离之内", en: "brings more people within the standard distance" },
  p_median: { zh: "能让大家走的路加起来更短", en: "makes the ways of all people together shorter" },
  p_center: { zh: "能让最远的人少走路", en: "makes the longest way shorter" },
  set_cover: { zh: "能用更少的学校做到", en: "does it with fewer schools" },
};
const BETTER = { zh: "更好", en: "is better" };

function siteCard(page, index) {
  const { data, store } = page;
  const site = sitesOf(data, store.state)[index];
  const feature = makeFeature(data, store.state, "site", index);
  return [
    el("div", { class: "card-links" },
      el("button", { type: "button", class: "link", on: { click: () => page.atlas.goTo(feature) } }, bi("在地图上看", "Show on the map")),
      el("button", { type: "button", class: "link", on: { click: () => showRow(page, feature) } }, bi("在表格中看", "Show in the table"))),
    el("h3", {}, bi("为什么选在这里", "Why here")),
    el("ul", { class: "why" }, ...whyLines(page, site).filter(Boolean).map((line) => el("li", {}, line))),
    el("h3", {}, bi("换一块地行不行", "Would another plot do?")),
    el("p", { class: "next-best" }, otherPlot(store.proposal(), site)),
    el("h3", {}, bi("还有没有更好的选法", "Is there a better choice?")),
    el("p", { class: "proof" }, pair(proofWords(store.proposal()))),
    el("h3", {}, bi("依据", "By which clause")),
    el("ul", { class: "why clauses" }, ...siteClauses(data, store).map((line) => el("li", {}, line))),
    rowsOf(areaRow(data, site.district, ""), ["就近的人口", "People nearest to it", count(site.people_assigned)]),
  ];
}

function whyLines(page, site) {
  const { data, store } = page;
  const words = data.measureWords;
  const vacant = vacantOf(data, store, site);
  const pupils = site.pupils_newly === null || site.pupils_newly === undefined ? "" : `，其中学生 ${count(site.pupils_newly)} 人`;
  const pupilsEn = pupils ? `, ${count(site.pupils_newly)} of them pupils` : "";
  return [
    bi(`建成后，${count(site.people_newly)} ${words.unitZh}从标准距离之外变到之内${pupils}。`,
      `It brings ${count(site.people_newly)} ${words.en} within the standard distance${pupilsEn}.`),
    site.people_kept && site.people_kept !== 0 ? bi(
      `原来的学校将要撤并的 ${count(site.people_kept)} ${words.unitZh}，改由这里服务${vacant ? `；但 ${vacant.map((it) => it.zh).join("，")}` : "，仍在标准距离之内"}。`,
      `${count(site.people_kept)} ${words.en} whose school is to close ${vacant
        ? `come to it, after ${vacant.map((it) => it.en).join(", ")}` : "stay within the standard distance because of it"}.`) : null,
    site.gaps.length > 0 ? el("span", {}, bi("补上、缩小或避免服务空白区：", "It closes, narrows or averts gaps:"), " ", gapLinks(page, site.gaps)) : null,
    landWords(site),
    openingWords(data, site),
    site.seats > 0 ? bi(`可提供学位 ${count(site.seats)} 个。`, `Room for ${count(site.seats)} seats.`) : null,
    site.verdict && site.verdict.state !== "not_applicable"
      ? el("span", {}, bi("服务人口：", "People served:"), " ", verdictTag(site.verdict)) : null,
    store.proposal().travel !== store.state.travel ? bi(
      `选址按${textOf((data.travelById.get(store.proposal().travel) || {}).zh)}计算。`,
      `Sites were chosen by: ${textOf((data.travelById.get(store.proposal().travel) || {}).en)}.`) : null,
  ];
}

/** When those who come to a site have no school before; null where that is never. */
function vacantOf(data, store, site) {
  const gaps = gapsOf(data, { ...store.state, travel: store.proposal().travel });
  const found = gaps.filter((gap) => site.gaps.includes(gap.id)).map(vacantWords).filter((it) => it);
  return found.length > 0 ? [...new Map(found.map((it) => [it.zh, it])).values()] : null;
}

function landWords(site) {
  const land = entry(LAND, site.land) || site.kind || { zh: MISSING, en: MISSING };
  return bi(`用地：${textOf(land.zh)}${site.available ? `，${site.available} 年起可用` : ""}。`,
    `Land: ${textOf(land.en)}${site.available ? `, to be had from ${site.available}` : ""}.`);
}

function openingWords(data, site) {
  const { year } = data.phases[site.phase];
  if (!year) return null;
  return bi(`计划 ${year} 年建成；新增覆盖人数多的先建。`, `Planned for ${year}; sites that newly serve more people come first.`);
}

/** The next best plot: what would be lost, and what it would cost. */
function otherPlot(proposal, site) {
  const other = site.next_best;
  if (!other) {
    return bi("没有可替代的地块：备选用地里没有别的地块能代替它，其他可用的地块都到不了这些人。",
      "Nothing replaces it: no other candidate can take its place, for no other usable plot reaches these people.");
  }
  const name = `${textOf(other.name || other.id)}（${textOf(other.id)}）`;
  const loss = lossWords(proposal, other);
  const cost = costWords(site, other);
  return bi(`次优的是${name}：${loss.zh}${cost.zh}。`, `Next best is ${name}: ${loss.en}${cost.en}.`);
}

function lossWords(proposal, other) {
  if (proposal.aim !== "max_cover" || other.loss === null || other.loss === undefined) {
    return { zh: textOf(other.zh), en: textOf(other.en) };
  }
  if (typeof other.loss === "number" && other.loss < 0.5) return { zh: "覆盖的人一样多", en: "it serves as many people" };
  return { zh: `会少覆盖 ${count(other.loss)} 人`, en: `${count(other.loss)} people fewer are served` };
}

function costWords(site, other) {
  if (typeof site.cost !== "number") return { zh: "", en: "" };
  const own = { zh: `本处造价 ${count(site.cost)}，单位同备选用地表`, en: `cost here ${count(site.cost)}, in the unit of the sites layer` };
  if (typeof other.cost !== "number") return { zh: `（${own.zh}）`, en: ` (${own.en})` };
  const more = other.cost - site.cost;
  const zh = more === 0 ? "造价相同" : `造价${more > 0 ? "多" : "少"} ${count(Math.abs(more))}`;
  const en = more === 0 ? "at the same cost" : `${count(Math.abs(more))} ${more > 0 ? "dearer" : "cheaper"}`;
  return { zh: `，${zh}（${own.zh}）`, en: `, ${en} (${own.en})` };
}

/** How sure the choice is, without the words of the trade. */
function proofWords(proposal) {
  const aim = entry(AIMS, proposal.aim) || BETTER;
  const chosen = proposal.sites.length;
  const among = typeof proposal.candidates === "number"
    ? { zh: `在给定的 ${count(proposal.candidates)} 块备选地中选 ${count(chosen)} 处`, en: `Among all ways to choose ${count(chosen)} of the ${count(proposal.candidates)} candidates` }
    : { zh: `在给定的备选地中选 ${count(chosen)} 处`, en: `Among all ways to choose ${count(chosen)} candidates` };
  if (proposal.status === "optimal") {
    return { zh: `已证明：${among.zh}，没有别的选法${aim.zh}。`, en: `Proved: ${among.en.toLowerCase()}, none ${aim.en}.` };
  }
  const short = typeof proposal.gap === "number" ? gapText(proposal.gap) : null;
  return {
    zh: `没有证明这是最好的选法：${among.zh}，也许有别的选法${aim.zh}${short ? `，但最多好 ${short}` : ""}。`,
    en: `Not proved to be the best: ${among.en.toLowerCase()}, there may be one that ${aim.en}${short ? `, by ${short} at most` : ""}.`,
  };
}

/** The radii that the sites were chosen by, with clause and source. */
function siteClauses(data, store) {
  const view = data.viewByKey.get(viewKey(store.state.stage, store.proposal().travel)) || store.view();
  return view.radius.filter((radius) => data.ruleById.has(radius.rule)).map((radius) => {
    const rule = data.ruleById.get(radius.rule);
    return el("span", {}, pair(rule.area), " ", pair(rule.text), " ", clauseWords(rule));
  });
}

/** Open the table at the row of a feature, and put the keyboard on it. */
function showRow(page, feature) {
  page.store.set({ tab: KINDS[feature.kind].tab });
  const row = Array.from(document.querySelectorAll(`#panel-${KINDS[feature.kind].tab} tbody tr`))
    .find((each) => each.dataset.id === feature.key);
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  const button = row.querySelector("button");
  if (button) button.focus({ preventScroll: true });
}
