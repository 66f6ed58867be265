// What a reader with one minute needs: who is served today and under the plan, and how sure that is.

const STATUS = {
  optimal: { zh: "已证明最优", en: "proved optimal" },
  feasible: { zh: "可行，未证明最优", en: "feasible, not proved optimal" },
  time_limit: { zh: "到时停止，未证明最优", en: "stopped at the time limit, not proved optimal" },
  infeasible: { zh: "无可行解", en: "infeasible" },
};

function setUpSummary(page) {
  const update = () => fill(byId("summary"), ...summaryParts(page));
  page.store.listen(update);
  update();
}

function summaryParts({ data, store }) {
  const { state } = store;
  const view = store.view();
  const stage = data.stageById.get(state.stage);
  const travel = data.travelById.get(state.travel);
  return [
    el("h2", { id: "summary-heading" }, pair(stage), el("small", {}, " · ", pair(travel))),
    shareBlock(data, view, state),
    el("div", { class: "bars", "aria-hidden": "true" },
      ...[data.phases[0], otherPhase(data, state)].map((phase) => shareBar(view, phase, state))),
    el("dl", { class: "facts" }, ...facts(data, store, view, state)),
    certainty(data, store, state),
    unassessed(data, view),
  ];
}

function shareBlock(data, view, state) {
  const words = data.measureWords;
  const figure = (phase) => {
    const { covered, assessed } = view.totals[phase.id];
    const active = phase.id === state.phase;
    return el("div", { class: active ? "share is-active" : "share", "data-phase": phase.id },
      el("span", { class: "share-phase" }, pair(phase)),
      el("strong", { id: `share-${phase.id}` }, percent(covered, assessed)));
  };
  return el("div", { class: "shares" },
    el("p", { class: "shares-label" },
      bi(`标准距离内的${words.zh}占比`, `Share of ${words.en} within the standard distance`)),
    el("div", { class: data.phases.length > 2 ? "shares-pair is-many" : "shares-pair" },
      ...data.phases.flatMap((phase, at) => [
        at > 0 ? el("span", { class: "arrow", "aria-hidden": "true" }, "→") : null, figure(phase)]).filter(Boolean)));
}

function shareBar(view, phase, state) {
  const { covered, assessed } = view.totals[phase.id];
  const bar = el("div", { class: phase.id === state.phase ? "bar is-active" : "bar" }, el("span", { class: "bar-fill" }));
  bar.firstChild.style.width = assessed > 0 ? `${Math.min(100, (covered / assessed) * 100)}%` : "0";
  return bar;
}

/** One fact: today's figure and that of the chosen year (or the plan's), with the chosen one in bold. */
function fact(id, zh, en, before, after, phase) {
  const chosen = phase === "before" ? "before" : "after";
  const figure = (text, name) => el(name === chosen ? "b" : "span", { class: `fact-${name}` }, text);
  return el("div", { class: "fact", "data-fact": id },
    el("dt", {}, bi(zh, en)),
    el("dd", {}, figure(before, "before"), el("span", { class: "arrow" }, " → "), figure(after, "after")));
}

function facts(data, store, view, state) {
  const words = data.measureWords;
  const other = otherPhase(data, state);
  const [before, after] = [view.totals.before, view.totals[other.id]];
  const missing = (totals) => count(totals.assessed - totals.covered);
  const sites = sitesOf(data, state);
  const open = sites.filter((site) => stands(data, site, other.id)).length;
  return [
    fact("unserved", `未覆盖（${words.unitZh}）`, "Not covered", missing(before), missing(after), state.phase),
    fact("gaps", "服务空白区（处）", "Gaps", count(openGaps(data, view, "before").length), count(openGaps(data, view, other.id).length), state.phase),
    fact("schools", "学校（所）", "Schools", count(before.schools), count(after.schools), state.phase),
    el("div", { class: "fact", "data-fact": "sites" }, el("dt", {}, bi("规划选址（处）", "New sites")),
      el("dd", {}, el("b", {}, count(open)), open < sites.length ? bi(`，共 ${count(sites.length)} 处`, `of ${count(sites.length)}`) : null)),
    seatsFact(data, state),
  ].filter(Boolean);
}

/** A share is only honest when it says whom it leaves out. */
function unassessed(data, view) {
  const words = data.measureWords;
  const unknown = view.totals.before.people - view.totals.before.assessed;
  if (!(unknown > 0)) return null;
  return el("p", { class: "fine", "data-fact": "unassessed" },
    bi(`另有 ${count(unknown)} ${words.unitZh}未评估，不计入占比。`, `${count(unknown)} more not assessed, left out of the share.`));
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Whether the plan is proved to be the best one, with its bound and gap. */
function certainty(data, store, state) {
  const proposal = store.proposal();
  if (!proposal) return el("p", { class: "certainty" }, bi("本学段没有选址方案。", "No sites were proposed for this stage."));
  const box = el("div", { class: "certainty" },
    el("p", {}, el("span", { class: `seal seal-${known(proposal.status, Object.keys(STATUS), "other")}` },
      statusWords(proposal.status)), " ", pair(proposal.model)),
    el("p", { class: "fine" }, ...boundLine(proposal)));
  if (proposal.travel !== state.travel) {
    const travel = data.travelById.get(proposal.travel);
    box.append(el("p", { class: "fine" },
      bi(`选址按${textOf(travel ? travel.zh : proposal.travel)}求解。`,
        `Sites were chosen by: ${textOf(travel ? travel.en : proposal.travel)}.`)));
  }
  return box;
}

function statusWords(status) {
  const words = entry(STATUS, status);
  return words ? pair(words) : value(status);
}

function boundLine(proposal) {
  const unit = proposal.unit || { zh: "", en: "" };
  return [
    bi("目标值", "Objective"), ` ${decimal(proposal.objective)} `, value(unit.zh), " · ",
    bi("界", "Bound"), ` ${decimal(proposal.bound)} · `,
    bi("差距", "Gap"), ` ${gapText(proposal.gap)}`,
  ];
}

/** The solver's gap arrives as a share: 0.02 is two per cent. */
function gapText(gap) {
  return typeof gap === "number" ? `${(gap * 100).toFixed(gap > 0 && gap < 0.001 ? 3 : 1)}%` : MISSING;
}
