// "My place": what a citizen asks. Which school is nearest to my home today and in each year of the plan, how far is
// it on foot and in a straight line, is that within the standard, by which clause, and whom do I ask.

const FAR_FROM_ANYBODY_M = 2000;
const SAME_SPOT_M = 30;

function setUpHome(page) {
  page.openTapped = (feature, latlng) => openTapped(page, feature, latlng);
}

/** A tap on a school or a site opens it; anywhere else it asks for the place where people live nearest to the tap. */
function openTapped(page, feature, latlng) {
  if (feature && (feature.kind === "school" || feature.kind === "site")) {
    openFeature(page, feature, { move: false });
    return;
  }
  const index = feature && feature.kind === "place" ? feature.index : nearestPlace(page, latlng);
  if (index >= 0) openHome(page, index, latlng);
  else if (feature) openFeature(page, feature, { move: false });
  else page.store.set({ selected: null });
}

/** Open a place as the reader's home; `latlng` is where the reader pointed. */
function openHome(page, index, latlng) {
  const { data, store } = page;
  const { places } = data;
  const off = page.atlas.map.distance(latlng, [places.lat[index], places.lon[index]]);
  const home = { lat: latlng.lat, lon: latlng.lng, off_m: Math.round(off) };
  store.set({ selected: { ...makeFeature(data, store.state, "place", index), home }, tab: KINDS.place.tab });
}

/** The populated place nearest to a point, -1 where the map has none. */
function nearestPlace({ data, atlas }, latlng) {
  const [x, y] = atlas.scene.flat(latlng.lat, latlng.lng);
  const { places } = atlas.scene;
  let best = -1;
  let least = Infinity;
  for (let index = 0; index < data.places.id.length; index += 1) {
    const off = (places[index * 2] - x) ** 2 + (places[index * 2 + 1] - y) ** 2;
    if (off < least) [best, least] = [index, off];
  }
  return best;
}

function homeCard(page, index) {
  const { data, store } = page;
  const { places } = data;
  const { home } = store.state.selected;
  return [
    home ? el("p", { class: "tapped" }, ...tappedWords(home)) : null,
    el("p", { class: "answer" }, pair(homeAnswer(page, index))),
    schoolYears(page, index),
    standardLine(page, index),
    otherStages(page, index),
    rowsOf(
      [data.measureWords.zh, capital(data.measureWords.en), count(places.people[index])],
      districtRow(page, index),
      ...gapRows(page, index),
      seatsRow(data, store.state, places.district[index]),
      channelsRow(data),
    ),
    el("p", { class: "fine" }, bi("步行分钟数按每小时 4 千米折算，只供参考；是否达标按米判断。最近的学校不等于学区学校。",
      "Minutes assume 4 km/h and are for orientation; the test is in metres. The nearest school need not be the one of your attendance zone.")),
  ];
}

function tappedWords(home) {
  if (home.off_m <= SAME_SPOT_M) return [bi("您点的就是这里。", "You pointed here.")];
  const off = metres(home.off_m);
  const words = [bi(`您点的位置离这个居住点约 ${off}。`, `You pointed about ${off} from this place.`)];
  if (home.off_m > FAR_FROM_ANYBODY_M) {
    words.push(" ", bi("这么远，以下结果只供参考。", "That is far: what follows is for orientation only."));
  }
  return words;
}

/** The answer in a sentence or two, by the travel mode that is switched on. */
function homeAnswer(page, index) {
  const { data, store } = page;
  const { state } = store;
  const stage = data.stageById.get(state.stage);
  const now = servedAt(data, state, state.travel, "before", index);
  const radius = radiusFor(store.view(), data.places.area[index]);
  const limit = radius && typeof radius.radius_m === "number" ? radius.radius_m : null;
  const first = todayWords(stage, now, limit);
  const then = changeWords(page, index, now);
  return { zh: `${first.zh}${then.zh}`, en: `${first.en} ${then.en}` };
}

function todayWords(stage, now, limit) {
  const zh = textOf(stage.zh);
  const en = textOf(stage.en).toLowerCase();
  if (!now.supplier) return { zh: `现在从这里走不到任何${zh}。`, en: `Today no ${en} can be reached from here.` };
  const way = metres(now.distance);
  const here = { zh: `现在最近的${zh}是${now.name}，${way}`, en: `Today the nearest ${en} is ${now.name}, ${way} away` };
  const cover = coverOf(now.share);
  if (cover === "none" || limit === null) return { zh: `${here.zh}；这里没有适用的距离标准。`, en: `${here.en}; no standard distance applies here.` };
  const standard = metres(limit);
  if (cover === "covered") return { zh: `${here.zh}，在 ${standard} 的标准之内。`, en: `${here.en}, within the standard of ${standard}.` };
  if (cover === "partly") {
    return { zh: `${here.zh}；这一片有 ${now.share}% 的人在 ${standard} 的标准之内。`,
      en: `${here.en}; ${now.share}% of the people around here are within the standard of ${standard}.` };
  }
  return { zh: `${here.zh}，超过了 ${standard} 的标准。`, en: `${here.en}, beyond the standard of ${standard}.` };
}

/** What the plan changes for this place, and when. */
function changeWords({ data, store }, index, now) {
  const { state } = store;
  const served = data.phases.map((phase) => servedAt(data, state, state.travel, phase.id, index));
  const at = served.findIndex((it) => it.school !== now.school || it.share !== now.share);
  if (at < 0) return { zh: "规划没有改变这一点。", en: "The plan does not change this." };
  const then = served[at];
  const when = phaseWords(data, at);
  if (then.school === now.school) {
    return { zh: `${when.zh}起，附近更多的人在标准之内。`, en: `From ${when.en} on more people around here are within it.` };
  }
  const gap = homeGaps({ data, store }, index).map((each) => store.view().gaps[each]).find((each) => each.closings.includes(now.school));
  const begin = beginWords(data, now, data.phases[at], when, gap);
  const inGap = gap && isOpenGap(data, gap, data.phases[at].id) ? { zh: "这里成为服务空白区。", en: " This place falls into a gap." } : { zh: "", en: "" };
  if (!then.supplier) {
    return { zh: `${begin.zh}从这里走不到任何学校。${inGap.zh}`, en: `${begin.en}no school can be reached from here.${inGap.en}` };
  }
  const fresh = then.supplier.kind === "site" ? { zh: "新建的", en: "the new " } : { zh: "", en: "" };
  const verdict = verdictWords(coverOf(now.share), coverOf(then.share));
  return {
    zh: `${begin.zh}最近的是${fresh.zh}${then.name}，${metres(then.distance)}${verdict.zh}。${inGap.zh}`,
    en: `${begin.en}the nearest is ${fresh.en}${then.name}, ${metres(then.distance)} away${verdict.en}.${inGap.en}`,
  };
}

/** From when the plan's change holds; a school closes some time before the end of a phase, in the year of its gap. */
function beginWords(data, now, phase, when, gap) {
  if (schoolStands(data, now.school, phase.id)) return { zh: `${when.zh}起，`, en: `From ${when.en} on ` };
  const vacant = gap ? vacantWords(gap) : null;
  if (vacant) {
    return { zh: `${gap.since} 年${now.name}撤并，这里 ${vacant.zh}；${gap.vacant_until} 年起，`,
      en: `In ${gap.since} ${now.name} closes, and this place is ${vacant.en}; from ${gap.vacant_until} on ` };
  }
  if (gap && gap.since) return { zh: `${gap.since} 年${now.name}撤并，之后`, en: `In ${gap.since} ${now.name} closes; then ` };
  return { zh: `到 ${when.zh}，${now.name}已撤并，`, en: `By ${when.en} ${now.name} is closed; ` };
}

/** Said where a place comes within the standard, or falls out of it. */
function verdictWords(now, then) {
  if (then === "covered" && now !== "covered") return { zh: "，达到标准", en: ", within the standard" };
  if (then === "uncovered" && now !== "uncovered") return { zh: "，超出标准", en: ", beyond the standard" };
  return { zh: "", en: "" };
}

/** The standard that applies here, with its clause and where that is written. */
function standardLine({ data, store }, index) {
  const radius = radiusFor(store.view(), data.places.area[index]);
  if (!radius || typeof radius.radius_m !== "number") return null;
  const rule = data.ruleById.get(radius.rule);
  return el("p", { class: "standard" },
    bi(`标准：不超过 ${metres(radius.radius_m)}`, `Standard: at most ${metres(radius.radius_m)}`), " ",
    rule ? clauseWords(rule) : value(radius.profile));
}

/** Clause, source and line, and how well the text is known. */
function clauseWords(rule) {
  return el("span", { class: "clause" }, value(rule.clause), " ", value(rule.source), rule.line ? `:${rule.line}` : "", " ",
    evidenceTag(rule.evidence));
}

/** The other stages at a glance; each opens with one click. */
function otherStages(page, index) {
  const { data, store } = page;
  const others = data.stages.filter((stage) => stage.id !== store.state.stage && travelsOf(data, stage.id).length > 0);
  if (others.length === 0) return null;
  return el("div", { class: "other-stages" },
    el("h3", {}, bi("其他学段（现状）", "Other stages, today")),
    el("ul", { class: "why" }, ...others.map((stage) => {
      const state = { ...store.state, stage: stage.id };
      const it = servedAt(data, state, preferredTravel(data, stage.id, state.travel), "before", index);
      return el("li", {},
        el("button", { type: "button", class: "link", on: { click: () => store.set({ stage: stage.id }) } }, pair(stage)), "：",
        it.supplier ? value(it.name) : bi("走不到", "none in reach"), " ", it.distance >= 0 ? metres(it.distance) : null, " ",
        withinCell(it.share));
    })));
}

function districtRow(page, index) {
  const { data, store } = page;
  const district = data.places.district[index];
  if (!districtName(data, district)) return areaRow(data, district, data.places.area[index]);
  const area = areaWords(data.places.area[index]);
  return ["所在区划", "District", el("span", {},
    featureButton(page, makeFeature(data, store.state, "district", district)), area ? " · " : null, area ? pair(area) : null)];
}

/** The gap that this place lies in, by the map's own outline: of today, and of those that a closing makes. */
function gapRows(page, index) {
  return homeGaps(page, index).map((at) => {
    const { data, store } = page;
    const gap = store.view().gaps[at];
    return [gap.closings.length > 0 ? "撤并后的空白区" : "所在空白区", gap.closings.length > 0 ? "In a gap to come" : "In the gap",
      el("span", {}, featureButton(page, makeFeature(data, store.state, "gap", at)), " ", gapClosings(data, gap),
        gap.closings.length > 0 ? "；" : null, gapUnderPlan(data, gap))];
  });
}

/** Who is within the standard today is in no gap of today, whatever the outline; who is beyond it, in no later one. */
function homeGaps({ data, store }, index) {
  const view = store.view();
  const now = view.covered.before[index];
  return view.gaps.flatMap((gap, at) => ((gap.closings.length > 0 ? now !== 0 : now >= 0 && now < 100)
    && insideShape(gap.shape, data.places.lat[index], data.places.lon[index]) ? [at] : []));
}

/** Whether a point lies in polygons of rings, each ring flat: latitude, longitude in turn. */
function insideShape(shape, lat, lon) {
  let inside = false;
  for (const ring of (shape || []).flat()) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      if ((ring[i] > lat) !== (ring[j] > lat)
        && lon < ((ring[j + 1] - ring[i + 1]) * (lat - ring[i])) / (ring[j] - ring[i]) + ring[i + 1]) inside = !inside;
    }
  }
  return inside;
}

function seatsRow(data, state, district) {
  const seats = district >= 0 ? seatsOf(data, state) : null;
  return seats ? [`所在区划 ${seats.year} 年公办学位`, `Public seats of the district, ${seats.year}`, seatsWords(seats, district)] : null;
}

function channelsRow(data) {
  if (data.channels.length === 0) return null;
  return ["有问题找谁", "Whom to ask", el("span", { class: "channels" }, ...data.channels.map((each) => el("span", {}, value(each))))];
}
