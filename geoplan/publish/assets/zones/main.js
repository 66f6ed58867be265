// Start: folium's script calls this with its map when the page stands.

window.geoplanStart = (map) => {
  const data = readData();
  const store = makeStore();
  const page = { data, store, printing: false, label: { zh: "学区地图", en: "Map of attendance zones" } };
  setUpLanguage();
  setUpNotes(page);
  makeSwitch(store, "phase", PHASES);
  const mark = () => {
    for (const input of byId("phase-switch").querySelectorAll("input")) input.checked = input.choice === store.state.phase;
  };
  store.listen(mark);
  mark();
  setUpSummary(page);
  setUpLegend(page);
  page.atlas = makeAtlas(data, store, map);
  setUpGestures(page);
  setUpDetails(page);
  setUpTables(page);
  setUpSearch(page);
  setUpPrint(page);
  store.listen((_state, changed) => {
    if (changed.some((key) => key !== "tab")) page.atlas.redraw();
  });
  document.documentElement.classList.add("is-ready");
};
