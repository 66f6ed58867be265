// The card of the chosen feature: opened, kept in focus and closed in one way on every map.

/**
 * Show the card whenever one of `watched` has changed.
 * @param cards kind of feature → its content; @param numbered kinds whose name stands behind their number.
 */
function setUpCard(page, watched, cards, numbered = []) {
  const update = (_state, changed) => {
    if (changed && !changed.some((key) => watched.includes(key))) return;
    showCard(page, cards, numbered);
  };
  page.store.listen(update);
  update();
}

function showCard(page, cards, numbered) {
  const box = byId("details");
  const feature = page.store.state.selected;
  const hadFocus = box.contains(document.activeElement);
  box.hidden = !feature;
  document.body.classList.toggle("has-details", Boolean(feature));
  if (!feature) {
    fill(box);
    if (hadFocus) page.atlas.map.getContainer().focus({ preventScroll: true });
    return;
  }
  fill(box, ...cardHead(page, feature, numbered), ...cards[feature.kind](page, feature.index));
  // a link on the card has replaced the card: stay on it
  if (hadFocus) box.querySelector("h2").focus({ preventScroll: true });
  box.scrollTop = 0;
  box.parentElement.scrollTop = 0;
}

function cardHead(page, feature, numbered) {
  const it = describe(page.data, page.store.state, feature);
  const words = KINDS[feature.kind];
  return [
    el("div", { class: "card-head" },
      el("p", { class: "kind" }, bi(words.zh, words.en), " ", el("code", {}, value(it.id))),
      el("button", {
        type: "button", class: "close", on: { click: () => page.store.set({ selected: null }) },
      }, bi("关闭", "Close"))),
    el("h2", { tabindex: "-1" }, numbered.includes(feature.kind) ? `${feature.index + 1} ` : null, value(it.name || it.id)),
  ];
}

/** A list of label and value; rows without a value are left out. */
function rowsOf(...rows) {
  return el("dl", { class: "rows" }, ...rows.filter(Boolean).map(([zh, en, content]) =>
    el("div", {}, el("dt", {}, bi(zh, en)), el("dd", {}, content))));
}
