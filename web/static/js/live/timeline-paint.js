// Draws the course of a set on a canvas: one call a frame, however long the set.

import { clockTime } from "../shared/i18n.js";
import { colour, tinted } from "../shared/theme.js";

const TICKS = [5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200];
const TICK_PIXELS = 72;
const PIXELS_A_POINT = 1.5;
const LEAST = 1;
const MOST = 10;

export const MARGIN = { top: 34, right: 30, bottom: 22, left: 8 };

/** What is drawn where: seconds and scores to CSS pixels. */
export class Frame {
  constructor(width, height, start, end) {
    this.left = MARGIN.left;
    this.right = width - MARGIN.right;
    this.top = MARGIN.top;
    this.bottom = height - MARGIN.bottom;
    this.start = start;
    this.end = end;
    this.scale = (this.right - this.left) / (end - start);
  }

  x(seconds) {
    return this.left + (seconds - this.start) * this.scale;
  }

  y(score) {
    return this.bottom - ((score - LEAST) / (MOST - LEAST)) * (this.bottom - this.top);
  }

  seconds(x) {
    return this.start + (x - this.left) / this.scale;
  }
}

export function paintTimeline(context, frame, { history, transitions, selected, now, pulse }) {
  const level = history.level(PIXELS_A_POINT / frame.scale);
  const from = Math.max(0, level.find(frame.start) - 1);
  const to = Math.min(level.length, level.find(frame.end) + 2);
  paintTransitions(context, frame, transitions);
  paintSelected(context, frame, selected);
  paintScale(context, frame);
  context.save();
  context.beginPath();
  context.rect(frame.left, 0, frame.right - frame.left, frame.bottom);
  context.clip();
  paintArea(context, frame, level, from, to);
  paintBand(context, frame, level, from, to);
  paintLine(context, frame, level, "window", from, to, tinted("text", 0.28), 1);
  paintLine(context, frame, level, "value", from, to, colour("text"), 2.25);
  context.restore();
  paintNow(context, frame, history, now, pulse);
}

function paintScale(context, frame) {
  context.font = "500 11px Inter, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineWidth = 1;
  for (const score of [2, 4, 6, 8, 10]) {
    const y = Math.round(frame.y(score)) + 0.5;
    context.strokeStyle = colour("line");
    line(context, frame.left, y, frame.right, y);
    context.fillStyle = colour("text-quiet");
    context.fillText(String(score), frame.right + 8, y);
  }
  const step = TICKS.find((each) => each * frame.scale >= TICK_PIXELS) ?? TICKS.at(-1);
  context.textAlign = "center";
  for (let time = Math.ceil(frame.start / step) * step; time <= frame.end; time += step) {
    const x = frame.x(time);
    if (x < frame.left + 12 || x > frame.right - 8) continue;
    context.fillText(clockTime(time), x, frame.bottom + 13);
  }
}

function paintTransitions(context, frame, transitions) {
  for (const { start_seconds: start, end_seconds: end, settled } of transitions) {
    if (end < frame.start || start > frame.end) continue;
    const left = Math.max(frame.left, frame.x(start));
    const right = Math.min(frame.right, Math.max(frame.x(end), left + 2));
    context.fillStyle = tinted("text", 0.055);
    context.fillRect(left, frame.top, right - left, frame.bottom - frame.top);
    context.fillStyle = tinted("text", settled ? 0.38 : 0.2);
    context.fillRect(left, frame.bottom - 3, right - left, 3);
  }
}

function paintSelected(context, frame, selected) {
  if (selected === null) return;
  const left = Math.max(frame.left, frame.x(selected.start_seconds));
  const right = Math.min(frame.right, Math.max(frame.x(selected.end_seconds), left + 3));
  if (right <= left) return;
  context.fillStyle = tinted(selected.component, 0.22);
  context.fillRect(left, frame.top, right - left, frame.bottom - frame.top);
}

/** The music's energy, from the floor to two thirds of the height. */
function paintArea(context, frame, level, from, to) {
  const tall = (frame.bottom - frame.top) * 0.62;
  context.beginPath();
  let open = false;
  let lastX = 0;
  for (let index = from; index < to; index += 1) {
    const energy = level.energy[index];
    if (Number.isNaN(energy)) continue;
    lastX = frame.x(level.time[index]);
    if (!open) context.moveTo(lastX, frame.bottom);
    open = true;
    context.lineTo(lastX, frame.bottom - energy * tall);
  }
  if (!open) return;
  context.lineTo(lastX, frame.bottom);
  const fill = context.createLinearGradient(0, frame.bottom - tall, 0, frame.bottom);
  fill.addColorStop(0, tinted("text", 0.16));
  fill.addColorStop(1, tinted("text", 0.03));
  context.fillStyle = fill;
  context.fill();
}

/** The interval around the set's score: up along its top, back along its bottom, run by run. */
function paintBand(context, frame, level, from, to) {
  context.fillStyle = tinted("accent", 0.26);
  let run = from;
  while (run < to) {
    while (run < to && Number.isNaN(level.low[run])) run += 1;
    let end = run;
    while (end < to && !Number.isNaN(level.low[end])) end += 1;
    if (end > run) {
      context.beginPath();
      for (let at = run; at < end; at += 1) context.lineTo(frame.x(level.time[at]), frame.y(level.high[at]));
      for (let at = end - 1; at >= run; at -= 1) context.lineTo(frame.x(level.time[at]), frame.y(level.low[at]));
      context.fill();
    }
    run = end;
  }
}

function paintLine(context, frame, level, field, from, to, style, width) {
  context.strokeStyle = style;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  for (let index = from; index < to; index += 1) {
    const value = level[field][index];
    if (Number.isNaN(value)) {
      drawing = false;
      continue;
    }
    const x = frame.x(level.time[index]);
    const y = frame.y(value);
    if (drawing) context.lineTo(x, y);
    else context.moveTo(x, y);
    drawing = true;
  }
  context.stroke();
}

function paintNow(context, frame, history, now, pulse) {
  const x = frame.x(now);
  if (x < frame.left || x > frame.right + 1) return;
  context.strokeStyle = tinted("accent", 0.55);
  context.lineWidth = 1;
  line(context, Math.round(x) + 0.5, frame.top, Math.round(x) + 0.5, frame.bottom);
  const base = history.levels[0];
  const value = base.length > 0 ? base.value[base.length - 1] : NaN;
  if (Number.isNaN(value)) return;
  const y = frame.y(value);
  context.fillStyle = tinted("accent", 0.16 + 0.24 * pulse);
  disc(context, x, y, 6 + 6 * pulse);
  context.fillStyle = colour("accent-strong");
  disc(context, x, y, 3.5);
}

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
