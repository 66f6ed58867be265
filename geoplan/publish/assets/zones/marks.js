// Schools and names on the zones.

function drawSchoolMarks({ scene, store, data, state, frame, ctx }) {
  if (!store.shows("schools")) return;
  const radius = clamp(spacing(frame, data.schools.id.length) * 0.2, 3, schoolRadius(frame));
  eachPoint(frame, scene.schools, (index, x, y) => {
    if (!isOpenSchool(data, state, index)) return;
    if (data.schools.is_new[index]) drawSite(ctx, "", x, y, radius * 1.7);
    else drawSchool(ctx, data.stage, x, y, radius);
  });
}

function drawNames(context) {
  const { scene, store, data, state, frame, ctx } = context;
  const taken = [];
  const write = (label) => writeLabel(ctx, taken, label);
  if (state.selected && state.selected.kind === "unit") {
    const at = state.selected.index;
    const [x, y] = onFrame(frame, scene.units[at * 2], scene.units[at * 2 + 1]);
    write({ text: data.units.name[at], x, y, offset: 18, weight: 700, always: true });
  }
  if (!store.shows("schools")) return;
  const seen = [];
  eachPoint(frame, scene.schools, (index, x, y) => { if (isOpenSchool(data, state, index)) seen.push([index, x, y]); });
  if (seen.length > 120) return;
  const radius = schoolRadius(frame);
  for (const [, x, y] of seen) taken.push([x - radius, y - radius, x + radius, y + radius]);
  for (const [index, x, y] of seen) write({ text: data.schools.name[index], x, y, offset: radius + 10, weight: 600 });
}
