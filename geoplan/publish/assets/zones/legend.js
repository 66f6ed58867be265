// The legend: what the map shows, with counts, and the switch that shows or hides it.

function setUpLegend(page) {
  const update = (_state, changed) => {
    if (changed && !changed.some((key) => ["phase", "hidden"].includes(key))) return;
    const box = byId("legend");
    const boxes = () => Array.from(box.querySelectorAll("input"));
    const at = boxes().indexOf(document.activeElement);
    fill(box, el("h2", { id: "legend-heading" }, bi("图例", "Legend")), ...legendRows(page));
    if (at >= 0 && boxes()[at]) boxes()[at].focus();
  };
  page.store.listen(update);
  update();
}

function legendRows({ data, store }) {
  const after = store.state.phase === "after";
  const schools = data.schools.is_new.filter((isNew) => !isNew).length;
  const fresh = data.schools.is_new.length - schools;
  const samples = unitSamples(data);
  const rows = [
    legendRow(store, "schools", sample((ctx, x, y) => drawSchool(ctx, data.stage, x, y, 6)), pair(data.stage), `${count(schools)} 所`),
    legendRow(store, "zones", areaSample("#77aadd", INK, 1.4, 0.6), bi("学区（各色）", "Zones, each its colour"),
      `${count(zonesIn(data, store.state.phase).length)} 个`),
    legendRow(store, "units", samples.unit, bi("居住单元", "Units"), `${count(data.units.id.length)} 处`),
  ];
  if (fresh > 0) {
    rows.splice(1, 0, el("div", { class: "legend-row is-note" }, el("span", { class: "no-box" }),
      sample((ctx, x, y) => drawSite(ctx, "", x, y, 8)), el("span", { class: "legend-label" }, bi("新开办的学校", "New schools")),
      el("span", { class: "legend-count" }, `${count(fresh)} 所`)));
  }
  rows.push(legendRow(store, "changes", samples.change,
    bi(after ? "学校有调整的单元" : "学校有调整的单元（建议学区时显示）", "Units that change schools"), `${count(data.changes.length)} 处`));
  data.base.forEach((line, index) => rows.push(legendRow(store, `base${index}`, sample((ctx, x, y) => {
    ctx.strokeStyle = safeColour(line.colour, "#b5b5b5");
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(x - 11, y);
    ctx.lineTo(x + 11, y);
    ctx.stroke();
  }), pair(line), "")));
  if (data.showsDistricts) {
    rows.push(legendRow(store, "districts", sample((ctx, x, y) => {
      ctx.strokeStyle = DISTRICT.line;
      ctx.setLineDash([4, 3]);
      ctx.stroke(boxPath(x, y, 20, 13));
    }), bi("区划界", "Districts"), `${count(data.districts.id.length)} 个`));
  }
  return rows;
}

/** A unit and a unit that changes schools, as the map draws them: outlines, or dots where units have none. */
function unitSamples(data) {
  if (data.units.shape.every((shape) => shape.length === 0)) {
    return {
      unit: sample((ctx, x, y) => drawUnitDot(ctx, x, y, 4, "#77aadd")),
      change: sample((ctx, x, y) => { drawUnitDot(ctx, x, y, 3.5, "#77aadd"); drawChangeRing(ctx, x, y, 6); }),
    };
  }
  return {
    unit: sample((ctx, x, y) => { ctx.strokeStyle = "rgba(34,49,58,0.5)"; ctx.stroke(boxPath(x, y, 20, 13)); }),
    change: areaSample((ctx, density) => hatch(ctx, "rgba(110,30,10,0.55)", density, 6), "rgba(34,49,58,0.4)", 1),
  };
}
