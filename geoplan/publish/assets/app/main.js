// Start: folium's script calls this with its map when the page stands.

window.geoplanStart = (map) => {
  const data = readData();
  const store = makeStore(data);
  const page = { data, store, printing: false };
  setUpLanguage();
  setUpNotes(page);
  setUpControls(page);
  setUpSummary(page);
  setUpLegend(page);
  page.atlas = makeAtlas(data, store, map);
  setUpHome(page);
  setUpRemarks(page);
  setUpScenarios(page);
  setUpGestures(page);
  setUpDetails(page);
  setUpColumns(data);
  setUpTables(page);
  setUpSearch(page);
  setUpPrint(page);
  store.listen((_state, changed) => {
    if (changed.some((key) => key !== "tab")) page.atlas.redraw();
  });
  setUpAddress(page);
  document.documentElement.classList.add("is-ready");
};
