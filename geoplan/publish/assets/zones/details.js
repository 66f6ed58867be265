// The card of one feature: of a unit its school before and after, and why; of a school its zone.

function setUpDetails(page) {
  setUpCard(page, ["phase", "selected"], { unit: unitCard, school: schoolCard, zone: zoneCard });
}

function zoneButton(page, zone) {
  if (zone < 0) return bi("没有资料", "not known");
  const feature = makeFeature(page.data, page.store.state, "zone", zone);
  return el("button", { type: "button", class: "link", on: { click: () => openFeature(page, feature) } },
    value(zoneName(page.data, zone)));
}

function unitCard(page, index) {
  const { units, changes, changeOf, today } = page.data;
  const change = changeOf.has(index) ? changes[changeOf.get(index)] : null;
  const unchanged = units.before[index] < 0
    ? bi("现在的学校没有资料", "Today's school is not known") : bi("学校不变", "The school stays the same");
  const parts = [
    el("p", { class: "answer" }, change ? bi("学校将有调整", "The school changes") : unchanged),
    rowsOf(
      ["现在的学校", "School today", zoneButton(page, units.before[index])],
      ["建议的学校", "Proposed school", zoneButton(page, units.after[index])],
      ["现在的路程", "Way today", metres(units.way_before[index])],
      ["建议后的路程", "Proposed way", metres(units.way_after[index])],
    ),
  ];
  if (change) {
    parts.push(el("h3", {}, bi("为什么调整", "Why")),
      el("ul", { class: "why" }, ...change.why.map((line) => el("li", {}, pair(line)))));
  }
  parts.push(el("p", { class: "fine" }, bi(`现状：${textOf(today.zh)}`, `Today: ${textOf(today.en)}`)));
  return parts;
}

function schoolCard(page, index) {
  const { schools } = page.data;
  return [
    schools.is_new[index] ? el("p", { class: "answer" }, bi("新开办的学校", "A new school")) : null,
    rowsOf(["学位", "Seats", count(schools.seats[index])]),
    ...(schools.zone[index] >= 0 ? zoneCard(page, schools.zone[index]) : []),
  ].filter(Boolean);
}

function zoneCard(page, zone) {
  const { zones } = page.data;
  const rows = [
    ["单元", "Units", (phase) => count(zones[phase].units[zone])],
    ["学生", "Pupils", (phase) => count(zones[phase].pupils[zone])],
    ["学位使用率", "Load", (phase) => fullness(zones[phase].load[zone])],
    ["平均路程", "Mean way", (phase) => metres(zones[phase].mean_m[zone])],
    ["最远路程", "Longest way", (phase) => metres(zones[phase].longest_m[zone])],
  ];
  return [
    el("table", { class: "phases" },
      el("thead", {}, el("tr", {}, el("td", {}), ...PHASES.map((phase) => el("th", { scope: "col" }, pair(phase))))),
      el("tbody", {}, ...rows.map(([zh, en, read]) => el("tr", {}, el("th", { scope: "row" }, bi(zh, en)),
        ...PHASES.map((phase) => el("td", {}, read(phase.id))))))),
    rowsOf(["学位", "Seats", count(zones.seats[zone])],
      ["调入 / 调出学生", "Pupils in / out", `${count(zones.moved_in[zone])} / ${count(zones.moved_out[zone])}`]),
  ];
}
