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

function showFindings(data) {
  byId("findings").hidden = data.findings.length === 0;
  fill(byId("findings"), el("details", {},
    el("summary", {}, el("h2", { id: "findings-heading" }, bi(`数据检查记录（${count(data.findings.length)} 条）`,
      `Findings about the data (${count(data.findings.length)})`))),
    el("ul", { class: "findings" }, ...data.findings.map((finding) => {
      const severity = known(finding.severity, Object.keys(SEVERITY), "note");
      return el("li", {}, el("span", { class: `tag severity-${severity}` }, pair(SEVERITY[severity])), " ", value(finding.text));
    }))));
}
