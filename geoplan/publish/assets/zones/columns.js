// What each table lists.

function zoneRows(page) {
  const { data, store } = page;
  return data.zones.id.map((_id, index) => {
    const feature = makeFeature(data, store.state, "zone", index);
    const { before, after } = data.zones;
    return {
      feature, key: feature.key, name: data.zones.name[index], seats: data.zones.seats[index], before: before.pupils[index],
      after: after.pupils[index], loadBefore: before.load[index], load: after.load[index], units: after.units[index],
      mean: after.mean_m[index], meanBefore: before.mean_m[index], longest: after.longest_m[index],
      movedIn: data.zones.moved_in[index], movedOut: data.zones.moved_out[index],
      state: data.zones.is_new[index] ? { zh: "新开办", en: "New" } : data.zones.is_closed[index] ? { zh: "撤并", en: "Closed" } : null,
    };
  });
}

function unitRow(page, index, more) {
  const { data, store } = page;
  const feature = makeFeature(data, store.state, "unit", index);
  return {
    feature, key: feature.key, name: data.units.name[index], id: data.units.id[index],
    was: zoneName(data, data.units.before[index]), becomes: zoneName(data, data.units.after[index]),
    wayWas: data.units.way_before[index], way: data.units.way_after[index], ...more,
  };
}

function loadColumn(zh, en, read) {
  return { zh, en, number: true, first: -1, sort: read, cell: (row) => fullness(read(row)) };
}

const WHY_COLUMN = {
  zh: "理由", en: "Why", sort: (row) => row.why[0].zh,
  cell: (row) => el("ul", { class: "why" }, ...row.why.map((line) => el("li", {}, pair(line)))),
};

const TABLES = [
  {
    id: "zones", zh: "学校与学区", en: "Schools and zones", wanted: () => true,
    caption: () => [bi("各学区现状与建议", "Each zone today and as proposed")],
    rows: zoneRows,
    columns: [
      textColumn("学校", "School", (row) => row.name),
      pairOrBlank("状态", "State", (row) => row.state),
      numberColumn("学位", "Seats", (row) => row.seats),
      numberColumn("学生（现状）", "Pupils today", (row) => row.before),
      numberColumn("学生（建议）", "Pupils proposed", (row) => row.after),
      loadColumn("使用率（现状）", "Load today", (row) => row.loadBefore),
      loadColumn("使用率（建议）", "Load proposed", (row) => row.load),
      numberColumn("平均路程（现状，米）", "Mean way today, m", (row) => row.meanBefore),
      numberColumn("平均路程（建议，米）", "Mean way, m", (row) => row.mean),
      numberColumn("最远（建议，米）", "Longest, m", (row) => row.longest),
      numberColumn("调入", "Moved in", (row) => row.movedIn),
      numberColumn("调出", "Moved out", (row) => row.movedOut),
    ],
  },
  {
    id: "changes", zh: "调整清单", en: "Changes", wanted: () => true,
    caption: () => [bi("学校有调整的居住单元及理由", "Units that change schools, and why")],
    rows: (page) => page.data.changes.map((change) => unitRow(page, change.unit, { pupils: change.pupils, why: change.why })),
    columns: [
      textColumn("居住单元", "Unit", (row) => row.name),
      textColumn("现学校", "From", (row) => row.was),
      textColumn("建议学校", "To", (row) => row.becomes),
      numberColumn("学生", "Pupils", (row) => row.pupils),
      numberColumn("现路程（米）", "Way today, m", (row) => row.wayWas),
      numberColumn("建议路程（米）", "Way, m", (row) => row.way),
      WHY_COLUMN,
    ],
  },
  {
    id: "units", zh: "居住单元", en: "Units", wanted: () => true,
    caption: () => [bi("每个居住单元的学校", "The school of each unit")],
    rows: (page) => page.data.units.id.map((_id, index) => unitRow(page, index, {})),
    columns: [
      textColumn("居住单元", "Unit", (row) => row.name),
      textColumn("编号", "Id", (row) => row.id),
      textColumn("现学校", "Today", (row) => row.was),
      textColumn("建议学校", "Proposed", (row) => row.becomes),
      numberColumn("建议路程（米）", "Way, m", (row) => row.way),
    ],
  },
];

function pairOrBlank(zh, en, read) {
  return { zh, en, sort: (row) => (read(row) ? read(row).zh : ""), cell: (row) => (read(row) ? pair(read(row)) : "") };
}
