// The legend: every mark that the map can show, with its count, and the switch that shows or hides it.

function setUpLegend(page) {
  const update = (_state, changed) => {
    if (changed && !changed.some((key) => ["stage", "travel", "phase", "hidden"].includes(key))) return;
    keepFocus(byId("legend"), () => fill(byId("legend"), ...legendParts(page)));
  };
  page.store.listen(update);
  update();
}

/** Build anew without taking the keyboard away from the box that was just switched. */
function keepFocus(box, build) {
  const boxes = () => Array.from(box.querySelectorAll("input"));
  const at = boxes().indexOf(document.activeElement);
  build();
  if (at >= 0 && boxes()[at]) boxes()[at].focus();
}

function legendParts(page) {
  const { data, store } = page;
  const view = store.view();
  const stage = data.stageById.get(store.state.stage);
  return [
    el("h2", { id: "legend-heading" }, bi("图例", "Legend")),
    el("div", { class: "legend-group" }, ...schoolRows(data, store, view, stage)),
    el("h3", {}, bi(`居住点（圆面积随${data.measureWords.zh}变化）`, `Places, sized by ${data.measureWords.en}`)),
    el("div", { class: "legend-group" }, ...coverRows(data, store, view)),
    el("div", { class: "legend-group" }, ...areaRows(data, store, view), ...seatsLegend(page), ...baseRows(data, store)),
    radiusBlock(data, view),
  ];
}

function schoolRows(data, store, view, stage) {
  const { phase } = store.state;
  const mine = data.schools.stages.map((stages, index) => stages.includes(stage.id) ? index : -1).filter((index) => index >= 0);
  const own = mine.filter((index) => schoolStands(data, index, phase)).length;
  const other = data.schools.id.length - mine.length;
  const sites = sitesOf(data, store.state);
  const open = sites.filter((site) => stands(data, site, phase)).length;
  const rows = [legendRow(store, "schools", sample((ctx, x, y) => drawSchool(ctx, stage, x, y, 6)),
    bi(stage.zh, stage.en), measured(own, "所"))];
  if (own < mine.length && phaseAt(data, phase) > 0) {
    rows.push(el("div", { class: "legend-row" }, el("span"), sample((ctx, x, y) => drawClosedSchool(ctx, x, y, 6)),
      el("span", { class: "legend-label" }, bi("撤并的学校", "Schools closed")),
      el("span", { class: "legend-count" }, measured(mine.length - own, "所"))));
  }
  if (sites.length > 0) {
    rows.push(legendRow(store, "sites", sample((ctx, x, y) => drawSite(ctx, "", x, y, 8)), bi("规划选址", "Proposed sites"),
      measured(open > 0 ? open : sites.length, "处"), open > 0 ? null : siteNote(data, sites)));
  }
  if (other > 0) {
    rows.push(legendRow(store, "otherSchools", otherMark(data, stage), bi("其他学段学校", "Other stages' schools"),
      measured(other, "所")));
  }
  return rows;
}

/** From which year on sites are shown, while none is. */
function siteNote(data, sites) {
  const first = data.phases[Math.min(...sites.map((site) => site.phase))];
  return first.year ? bi(`（${first.year} 年起显示）`, `(from ${first.year} on)`) : bi("（规划后显示）", "(under the plan)");
}

function otherMark(data, stage) {
  const other = data.stages.find((candidate) => candidate.id !== stage.id) || stage;
  return sample((ctx, x, y) => {
    ctx.globalAlpha = 0.55;
    drawSchool(ctx, other, x, y, 4.5);
  });
}

function coverRows(data, store, view) {
  const counts = coverCounts(data, view, store.state.phase);
  return COVER.filter((cover) => cover.id !== "none" || counts.none.places > 0).map((cover) =>
    legendRow(store, cover.id, sample((ctx, x, y) => drawPlace(ctx, cover.id, x, y, 6)), pair(cover),
      measured(counts[cover.id].places, "处"), measured(counts[cover.id].people, data.measureWords.unitZh)));
}

function areaRows(data, store, view) {
  const { phase } = store.state;
  const open = openGaps(data, view, phase);
  const people = open.reduce((sum, gap) => sum + (Number(gap.left_by[phase]) || 0), 0);
  const closed = view.gaps.filter((gap) => phaseAt(data, phase) >= gap.closed_in).length;
  const rows = [
    legendRow(store, "service", areaSample(SERVICE.fill, SERVICE.line), bi("服务范围", "Service area"), ""),
    legendRow(store, "gaps", sample((ctx, x, y, density) => paintGap(ctx, boxPath(x, y, 20, 13), false, density)),
      bi("服务空白区", "Gaps"), measured(open.length, "处"), measured(people, data.measureWords.unitZh)),
  ];
  if (closed > 0) {
    rows.push(el("div", { class: "legend-row is-note" }, el("span", { class: "no-box" }),
      sample((ctx, x, y, density) => paintGap(ctx, boxPath(x, y, 20, 13), true, density)),
      el("span", { class: "legend-label" }, bi("规划消除或避免的空白区", "Gaps closed or averted by the plan")),
      el("span", { class: "legend-count" }, measured(closed, "处"))));
  }
  if (data.showsDistricts) {
    rows.push(legendRow(store, "districts", sample(drawDistrictSample), bi("区划界（浅绿为农村）", "Districts (rural in green)"),
      measured(data.districts.id.length, "个")));
  }
  return rows;
}

function drawDistrictSample(ctx, x, y) {
  ctx.fillStyle = DISTRICT.urban;
  ctx.fill(boxPath(x - 5, y, 10, 13));
  ctx.fillStyle = DISTRICT.rural;
  ctx.fill(boxPath(x + 5, y, 10, 13));
  ctx.strokeStyle = DISTRICT.line;
  ctx.lineWidth = 1.2;
  ctx.stroke(boxPath(x, y, 20, 13));
}

function baseRows(data, store) {
  return data.base.map((line, index) => legendRow(store, `base${index}`, sample((ctx, x, y) => {
    ctx.strokeStyle = safeColour(line.colour, "#b5b5b5");
    ctx.lineWidth = Math.min(6, Math.max(1.2, Number(line.width) || 1));
    ctx.beginPath();
    ctx.moveTo(x - 11, y);
    ctx.lineTo(x + 11, y);
    ctx.stroke();
  }), pair(line), ""));
}

/** Which radius was used where, and how good the text behind it is. */
function radiusBlock(data, view) {
  const rows = view.radius.map((radius) => {
    const rule = data.ruleById.get(radius.rule);
    const limit = radius.radius_m === null || radius.radius_m === undefined
      ? bi("不按半径判断", "no radius test") : el("b", {}, metres(radius.radius_m));
    return el("li", {}, pair(areaWords(radius.area)), " ", limit, " ", el("span", { class: "profile" }, value(radius.profile)),
      rule ? evidenceTag(rule.evidence) : null,
      rule ? el("span", { class: "clause" }, value(rule.source), rule.line ? `:${rule.line}` : "", " ", value(rule.clause)) : null);
  });
  return el("div", { class: "radius" }, el("h3", {}, bi("所用半径及依据", "Radius used and its source")), el("ul", {}, ...rows));
}

function evidenceTag(evidence) {
  if (!evidence) return null;
  return el("span", { class: `tag evidence-${known(evidence.id, ["plan", "secondary", "unverified"], "other")}` },
    pair(evidence));
}
