// Letters on a map: names that keep out of each other's way, and the watermark.

const LONGEST_LABEL = 16;

/** Write one name with a pale edge, unless its room is taken. `offset` moves it below its symbol. */
function writeLabel(ctx, taken, { text, x, y, offset = 0, size = 12, weight = 400, colour = INK, always = false }) {
  const short = shorten(text);
  if (short === "") return true;
  ctx.font = `${weight} ${size}px ${LABEL_FONT}`;
  const width = ctx.measureText(short).width;
  const top = y + offset;
  const box = [x - width / 2 - 2, top - size / 2 - 2, x + width / 2 + 2, top + size / 2 + 2];
  if (!always && taken.some((other) => overlaps(box, other))) return false;
  taken.push(box);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.strokeStyle = "rgba(255,255,255,0.9)";
  ctx.lineWidth = 3.4;
  ctx.strokeText(short, x, top);
  ctx.fillStyle = colour;
  ctx.fillText(short, x, top);
  return true;
}

function shorten(text) {
  const letters = Array.from(textOf(text));
  return letters.length > LONGEST_LABEL ? `${letters.slice(0, LONGEST_LABEL - 1).join("")}…` : letters.join("");
}

function overlaps(one, other) {
  return one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];
}

/** A map with boundaries and no review number says so across itself, on paper too. */
function drawWatermark({ data, frame, ctx }) {
  if (!isUnreviewed(data)) return;
  ctx.save();
  ctx.font = `600 15px ${LABEL_FONT}`;
  ctx.fillStyle = "rgba(60,70,78,0.13)";
  ctx.textAlign = "center";
  ctx.rotate(-Math.PI / 9);
  const reach = frame.width + frame.height;
  for (let y = -reach, row = 0; y < reach; y += 170, row += 1) {
    for (let x = -reach + (row % 2) * 170; x < reach; x += 340) ctx.fillText("内部资料 · 未经审核不得公开", x, y);
  }
  ctx.restore();
}

function isUnreviewed(data) {
  return data.showsDistricts && !data.approval_number;
}
