// The three switches: real radio buttons, so that arrow keys and screen readers work as everywhere.

function setUpControls(page) {
  const { data, store } = page;
  const stages = data.stages.filter((stage) => travelsOf(data, stage.id).length > 0);
  makeSwitch(store, "stage", stages, stageMark);
  setUpYears(page);
  makeSwitch(store, "travel", data.travels);
  byId("travel-switch").hidden = data.travels.length < 2;
  const update = () => {
    const possible = travelsOf(data, store.state.stage).map((travel) => travel.id);
    for (const name of ["stage", "phase", "travel"]) {
      for (const input of byId(`${name}-switch`).querySelectorAll("input")) {
        input.checked = input.choice === store.state[name];
        if (name === "travel") input.disabled = !possible.includes(input.choice);
      }
    }
  };
  store.listen(update);
  update();
}

function makeSwitch(store, name, choices, mark = () => null) {
  const box = el("div", { class: "segments" });
  for (const choice of choices) {
    const input = el("input", {
      type: "radio", name, class: "visually-hidden", on: { change: () => store.set({ [name]: choice.id }) },
    });
    // a property, not the value attribute: an id of the data need not survive as an attribute
    input.choice = choice.id;
    box.append(el("label", { class: "segment" }, input, el("span", { class: "segment-face" }, mark(choice), pair(choice))));
  }
  byId(`${name}-switch`).append(box);
}

function stageMark(stage) {
  return sample((ctx, x, y) => drawSchool(ctx, stage, x, y, 5), 16, 16);
}
