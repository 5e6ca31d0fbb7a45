// Draws the stereo meter: upright where it has the height of a mixer's, lying where it has not.

import { number, t } from "../shared/i18n.js";
import { colour, tinted } from "../shared/theme.js";
import { FLOOR_DB } from "./meter.js";

const SCALE_DB = [-48, -36, -24, -18, -12, -6, -3, 0];
const HOT_DB = -1; // EBU R128 wants true peaks below this
const LABEL_PIXELS = 15; // least distance of two labels
const FONT = "500 11px Inter, sans-serif";

const place = (db) => Math.max(0, Math.min(1, 1 - db / FLOOR_DB));

export function paintMeters(canvas, channels) {
  const ratio = Math.min(devicePixelRatio, 2);
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = "middle";
  (height > 140 ? upright : lying)(context, width, height, channels);
}

/** Two columns with the scale between them. */
function upright(context, width, height, channels) {
  const scale = 44;
  const wide = (width - scale) / 2;
  const tall = height - 22;
  const y = (db) => 2 + (1 - place(db)) * (tall - 2);
  channels.forEach((channel, index) => {
    const left = index * (wide + scale);
    const bar = (style, db) => {
      context.fillStyle = style;
      context.fillRect(left, y(db), wide, tall - y(db));
    };
    bar(colour("line"), 0);
    bar(tinted("accent", 0.45), channel.peakDb);
    bar(colour("accent"), channel.rmsDb);
    notches(context, SCALE_DB.map((db) => [left, y(db) - 0.5, wide, 1]));
    hold(context, channel, [left, y(channel.holdDb), wide, 2.5]);
    context.fillStyle = colour("text-quiet");
    context.textAlign = "center";
    context.fillText(t(index === 0 ? "studio.left" : "studio.right"), left + wide / 2, height - 8);
  });
  context.fillStyle = colour("text-quiet");
  context.textAlign = "center";
  spaced(SCALE_DB, y).forEach((db) => context.fillText(number(db), width / 2, Math.max(7, y(db))));
}

/** Two rows with the scale below them. */
function lying(context, width, height, channels) {
  const left = 18;
  const row = (height - 16 - 5) / 2;
  const x = (db) => left + place(db) * (width - left);
  channels.forEach((channel, index) => {
    const top = index * (row + 5);
    const bar = (style, db) => {
      context.fillStyle = style;
      context.fillRect(left, top, x(db) - left, row);
    };
    bar(colour("line"), 0);
    bar(tinted("accent", 0.45), channel.peakDb);
    bar(colour("accent"), channel.rmsDb);
    hold(context, channel, [x(channel.holdDb) - 2.5, top, 2.5, row]);
    context.fillStyle = colour("text-quiet");
    context.textAlign = "left";
    context.fillText(t(index === 0 ? "studio.left" : "studio.right"), 0, top + row / 2);
  });
  context.fillStyle = colour("text-quiet");
  context.textAlign = "center";
  spaced(SCALE_DB, (db) => x(db) / 1.8).forEach((db) => context.fillText(number(db), Math.min(x(db), width - 5), height - 5));
}

function notches(context, boxes) {
  context.fillStyle = colour("surface-raised");
  for (const box of boxes) context.fillRect(...box);
}

function hold(context, channel, box) {
  if (channel.holdDb <= FLOOR_DB) return;
  context.fillStyle = channel.holdDb > HOT_DB ? colour("danger") : colour("text");
  context.fillRect(...box);
}

/** Marks from the top down that leave each other room. */
function spaced(marks, position) {
  const kept = [];
  for (const mark of [...marks].reverse()) {
    if (kept.length === 0 || Math.abs(position(kept.at(-1)) - position(mark)) >= LABEL_PIXELS) kept.push(mark);
  }
  return kept;
}
