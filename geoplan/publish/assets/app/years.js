// The years of the plan as one slider: today, each step, the finished plan. A real range input, so that arrow keys,
// Home, End and screen readers work as everywhere. A plan without years keeps its two buttons.

function setUpYears(page) {
  const { data, store } = page;
  const box = byId("phase-switch");
  if (data.phases.length < 3) {
    makeSwitch(store, "phase", data.phases);
    return;
  }
  fill(box.querySelector("legend"), bi("年份（拖动或用方向键）", "Year"));
  const choose = (at) => store.set({ phase: data.phases[at].id });
  const range = el("input", {
    type: "range", id: "year-range", min: 0, max: data.phases.length - 1, step: 1, "aria-label": { zh: "年份", en: "Year" },
    on: { input: () => choose(Number(range.value)) },
  });
  const ticks = data.phases.map((phase, at) =>
    el("span", { class: "tick", on: { click: () => choose(at) } }, pair(phase)));
  const slider = el("div", { class: "years" }, range, el("div", { class: "ticks", "aria-hidden": "true" }, ...ticks));
  slider.style.setProperty("--ticks", String(data.phases.length));
  box.append(slider);
  const update = () => {
    const at = phaseAt(data, store.state.phase);
    range.value = String(at);
    say(range, "aria-valuetext", yearText(page, at));
    ticks.forEach((tick, number) => tick.classList.toggle("is-current", number === at));
  };
  store.listen(update);
  update();
}

/** What a screen reader says at a step. */
function yearText({ data, store }, at) {
  const phase = data.phases[at];
  const open = sitesOf(data, store.state).filter((site) => site.phase <= at).length;
  return { zh: `${textOf(phase.zh)}，新建学校 ${count(open)} 所`, en: `${textOf(phase.en)}, ${count(open)} new schools` };
}

/** A year in a sentence: "2030 年", or "规划后" where the plan has no years. */
function phaseWords(data, at) {
  const phase = data.phases[at];
  return at > 0 && phase.year ? { zh: `${phase.year} 年`, en: String(phase.year) } : { zh: phase.zh, en: phase.en };
}
