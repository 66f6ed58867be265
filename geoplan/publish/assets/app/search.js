// One box for places, schools, gaps, sites and districts: part of a name or an id, arrows, Enter.

const MOST_FOUND = 12;

function setUpSearch(page) {
  const box = byId("search-box");
  const list = byId("search-list");
  const found = { features: [], at: -1 };
  const close = () => {
    list.hidden = true;
    found.at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    const feature = found.features[number];
    if (!feature) return;
    close();
    // a phone's keyboard would cover the card
    if (window.matchMedia("(pointer: coarse)").matches) box.blur();
    openFeature(page, feature);
  };
  const mark = (number) => {
    found.at = (number + found.features.length) % found.features.length;
    Array.from(list.children).forEach((item, index) => item.setAttribute("aria-selected", String(index === found.at)));
    box.setAttribute("aria-activedescendant", `found-${found.at}`);
    list.children[found.at].scrollIntoView({ block: "nearest" });
  };
  box.addEventListener("input", () => {
    found.features = findFeatures(page, box.value);
    found.at = -1;
    showFound(page, list, found.features, box.value, choose);
    box.removeAttribute("aria-activedescendant");
    list.hidden = box.value.trim() === "";
    box.setAttribute("aria-expanded", String(!list.hidden));
  });
  box.addEventListener("keydown", (event) => searchKey(event, found, { close, choose, mark }));
  box.addEventListener("blur", close);
}

function searchKey(event, found, { close, choose, mark }) {
  if (event.key === "Escape") close();
  if (found.features.length === 0) return;
  if (event.key === "ArrowDown") mark(found.at + 1);
  else if (event.key === "ArrowUp") mark(found.at < 0 ? -1 : found.at - 1);
  else if (event.key === "Enter") choose(Math.max(0, found.at));
  else return;
  event.preventDefault();
}

/** Features whose name or id contains the words; names that begin with them come first, each kind in its turn. */
function findFeatures({ data, store }, words) {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const begins = SEARCHED.map(() => []);
  const contains = SEARCHED.map(() => []);
  SEARCHED.forEach((kind, at) => {
    for (let index = 0; index < countOf(data, store.state, kind); index += 1) {
      const { name, id } = describe(data, store.state, { kind, index });
      const text = textOf(name).toLowerCase();
      if (text.startsWith(wanted)) begins[at].push([kind, index]);
      else if (text.includes(wanted) || textOf(id).toLowerCase().includes(wanted)) contains[at].push([kind, index]);
    }
  });
  return [...inTurn(begins), ...inTurn(contains)].slice(0, MOST_FOUND)
    .map(([kind, index]) => makeFeature(data, store.state, kind, index));
}

/** The first of each list, then the second of each: a hundred schools named after a county do not hide its villages. */
function inTurn(lists) {
  const mixed = [];
  for (let at = 0; mixed.length < MOST_FOUND && lists.some((list) => list.length > at); at += 1) {
    for (const list of lists) if (list.length > at) mixed.push(list[at]);
  }
  return mixed;
}

function showFound(page, list, features, words, choose) {
  fill(list, ...features.map((feature, number) => {
    const it = describe(page.data, page.store.state, feature);
    const beside = besideName(page.data, it);
    return el("li", {
      role: "option", id: `found-${number}`, "aria-selected": "false",
      // before the box loses the focus, which closes the list
      on: { mousedown: (event) => { event.preventDefault(); choose(number); } },
    }, el("span", { class: "found-kind" }, bi(KINDS[feature.kind].zh, KINDS[feature.kind].en)),
    value(it.name || it.id), beside ? el("small", {}, value(beside)) : null);
  }));
  if (features.length === 0 && words.trim() !== "") {
    list.append(el("li", { class: "none-found" }, bi("没有找到。", "Nothing found.")));
  }
}
