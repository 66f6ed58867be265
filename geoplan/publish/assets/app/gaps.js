// Service gaps: those of today, and those that the closing of a school makes, by phase and in words.

/**
 * People of a gap who are beyond the radius, by phase; a gap without changes keeps them all. One that a closing makes
 * is not there before the phase in which it comes; where a new school takes over by then, it never is.
 */
function unpackGap(gap, phases) {
  const closedIn = gap.closed_by >= 0 || Number.isInteger(gap.closed_in) ? clampPhase(gap.closed_in, phases) : Infinity;
  gap.closed_by = gap.closed_by >= 0 ? gap.closed_by : -1;
  gap.closings = gap.closings || [];
  gap.comes = gap.closings.length > 0 ? clampPhase(gap.comes, phases) : 0;
  gap.closed_in = closedIn;
  gap.left_by = {};
  phases.forEach((phase, at) => {
    const left = gap.left && at > 0 ? gap.left[at - 1] : gap.people;
    gap.left_by[phase.id] = at >= closedIn || at < gap.comes ? 0 : left;
  });
}

/** What the plan does for a gap, in words. */
function gapUnderPlan(data, gap) {
  if (gap.closed_in < Infinity) {
    const { year } = data.phases[gap.closed_in];
    const by = gap.closed_by >= 0 ? { zh: `由选址 ${gap.closed_by + 1} `, en: `by site ${gap.closed_by + 1}` }
      : { zh: "由另外开办的学校", en: "by a school that opens" };
    const vacant = vacantWords(gap);
    if (vacant) return bi(`${vacant.zh}，${gap.vacant_until} 年${by.zh}接续`, `${vacant.en}, taken over ${by.en} in ${gap.vacant_until}`);
    if (gap.closings.length > 0 && gap.comes === gap.closed_in) {
      return gap.since && year ? bi(`${by.zh}在撤并前接续，不会出现`, `averted ${by.en}, before the closing`)
        : bi(`${by.zh}接续；先建成、后撤并的不会出现`, `taken over ${by.en}; averted if that is built first`);
    }
    return bi(`${year ? `${year} 年` : ""}${by.zh}消除`, `closed ${year ? `in ${year} ` : ""}${by.en}`);
  }
  const left = gap.left_by.after;
  if (left === gap.people) return bi("仍为空白", "still a gap");
  const vacant = vacantWords(gap);
  if (vacant) return bi(`${vacant.zh}，之后部分消除，尚余 ${count(left)} 人`, `${vacant.en}, then closed in part, ${count(left)} people left`);
  return bi(`部分消除，尚余 ${count(left)} 人`, `closed in part, ${count(left)} people left`);
}

/** The years between a closing and the new school that takes over; null where there are none. */
function vacantWords(gap) {
  if (!gap.vacant_until) return null;
  const last = gap.vacant_until - 1;
  return last === gap.since ? { zh: `${gap.since} 年为空白`, en: `a gap in ${gap.since}` }
    : { zh: `${gap.since} 年至 ${last} 年为空白`, en: `a gap from ${gap.since} to ${last}` };
}

/** Whose closing makes a gap, and from when; null for a gap of today. */
function gapClosings(data, gap) {
  if (gap.closings.length === 0) return null;
  const names = gap.closings.map((row) => textOf(data.schools.name[row])).join("、");
  return bi(`${gap.since ? `${gap.since} 年` : ""}${names}撤并后出现`, `from ${gap.since || "then"} on, when ${names} closes`);
}

/** Gaps open in a phase. */
function openGaps(data, view, phase) {
  return view.gaps.filter((gap) => isOpenGap(data, gap, phase));
}

function isOpenGap(data, gap, phase) {
  const at = phaseAt(data, phase);
  return at >= gap.comes && at < gap.closed_in;
}
