// What every page says of itself: title, notices, review number, findings about its data.

const UNREVIEWED = {
  zh: "未提供审图号 · 内部资料，未经审核不得公开",
  en: "No map approval number: internal, not for publication",
};
const SEVERITY = {
  error: { zh: "错误", en: "Error" },
  warning: { zh: "注意", en: "Warning" },
  note: { zh: "说明", en: "Note" },
};
/** So many stand at the head of the page; the rest opens on demand, so that the map is not pushed out of sight. */
const NOTICES_AT_ONCE = 4;

function showNotices(data) {
  const notices = [...(isUnreviewed(data) ? [UNREVIEWED] : []), ...data.notices];
  const lines = notices.map((notice) =>
    el("p", { class: notice === UNREVIEWED ? "notice is-strong" : "notice" }, pair(notice)));
  const more = lines.splice(NOTICES_AT_ONCE);
  fill(byId("notices"), ...lines, more.length > 0
    ? el("details", { class: "more-notices" },
      el("summary", {}, bi(`另有 ${more.length} 条说明`, `${more.length} more notices`)), ...more)
    : null);
  byId("notices").hidden = notices.length === 0;
}

function bylineParts(data) {
  const parts = [];
  if (data.author) parts.push(el("span", {}, bi("编制单位", "Prepared by"), " ", value(data.author)));
  if (data.data_date) parts.push(el("span", {}, bi("数据日期", "Data of"), " ", value(data.data_date)));
  if (data.approval_number) parts.push(el("span", {}, bi("审图号", "Map approval"), " ", value(data.approval_number)));
  return parts;
}

function showApproval(data) {
  const box = byId("map-approval");
  box.hidden = !isUnreviewed(data) && !data.approval_number;
  if (data.approval_number) fill(box, bi("审图号：", ""), value(data.approval_number));
  else fill(box, bi(UNREVIEWED.zh, UNREVIEWED.en));
}

/** What is to be known of the data, kind by kind; the program's own English words open on demand. */
function showFindings(data) {
  const number = data.findings.reduce((sum, group) => sum + group.texts.length, 0);
  byId("findings").hidden = number === 0;
  fill(byId("findings"), el("details", {},
    el("summary", {}, el("h2", { id: "findings-heading" }, bi(`数据说明（${count(data.findings.length)} 类，${count(number)} 条）`,
      `Findings about the data (${count(number)})`))),
    el("ul", { class: "findings" }, ...data.findings.map(findingGroup)),
    el("details", { class: "own-words" }, el("summary", {}, bi("程序原文（英文）", "In the program's own words")),
      el("ul", { class: "why", lang: "en" },
        ...data.findings.flatMap((group) => group.texts.map((text) => el("li", {}, value(text))))))));
}

function findingGroup(group) {
  const severity = known(group.severity, Object.keys(SEVERITY), "note");
  const about = [group.layer, group.texts.length > 1 ? `${count(group.texts.length)} 条` : ""].filter(Boolean).join("，");
  return el("li", {},
    el("span", { class: `tag severity-${severity}` }, pair(SEVERITY[severity])), " ", el("strong", {}, pair(group)),
    about ? el("span", { class: "zh-only" }, `（${about}）`) : null,
    group.details.length > 0 ? el("ul", { class: "why zh-only" }, ...group.details.map((text) => el("li", {}, value(text)))) : null);
}
