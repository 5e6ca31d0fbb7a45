// Draws a clip: how loud it is above, the scores of each half second below, the playhead through both.

import { clockTime } from "../shared/i18n.js";
import { colour, tinted } from "../shared/theme.js";
import { COMPONENTS } from "../shared/icons.js";

const BAR_PIXELS = 4; // one bar and the gap behind it
const LEAST = 1;
const MOST = 10;
const SCORES = [2, 4, 6, 8, 10];
const TICK_SECONDS = 5;
const MARGIN = { top: 26, right: 30, bottom: 22, left: 8 };
const WAVE_SHARE = 0.42; // of the height
const GAP = 18;
const LABEL_PADDING = 8;
const SMALL = "500 11px Inter, sans-serif";

/** Where things are, in CSS pixels. */
export class Frame {
  /** Without scores the wave has all the height. */
  constructor(width, height, length, hasScores) {
    this.left = MARGIN.left;
    this.right = width - MARGIN.right;
    const inner = height - MARGIN.top - MARGIN.bottom;
    this.top = MARGIN.top;
    this.bottom = height - MARGIN.bottom;
    this.waveBottom = hasScores ? this.top + inner * WAVE_SHARE : this.bottom;
    this.scoreTop = this.waveBottom + GAP;
    this.hasScores = hasScores;
    this.length = length;
    this.scale = (this.right - this.left) / length;
  }

  x(seconds) {
    return this.left + seconds * this.scale;
  }

  y(score) {
    return this.bottom - ((score - LEAST) / (MOST - LEAST)) * (this.bottom - this.scoreTop);
  }

  seconds(x) {
    return Math.max(0, Math.min(this.length, (x - this.left) / this.scale));
  }
}

export function paintClip(context, frame, facts, { position, index, label }) {
  paintMoment(context, frame, facts, label);
  paintWave(context, frame, facts.levels, position);
  paintTimes(context, frame);
  if (frame.hasScores) paintScale(context, frame);
  for (const component of COMPONENTS) paintLine(context, frame, facts, component);
  paintPlayhead(context, frame, facts, position, index);
}

/** The moment itself, as a band with its name on top. */
function paintMoment(context, frame, { moment, start_seconds: start }, label) {
  const from = Math.max(0, moment.start_seconds - start);
  const to = Math.min(frame.length, Math.max(moment.end_seconds - start, from));
  const left = frame.x(from);
  const width = Math.max(2, frame.x(to) - left);
  context.fillStyle = tinted("text", 0.06);
  context.fillRect(left, frame.top, width, frame.bottom - frame.top);
  context.fillStyle = tinted("text", 0.5);
  context.fillRect(left, 4, 1.5, frame.bottom - 4);
  context.font = "600 12px Inter, sans-serif";
  context.textBaseline = "middle";
  const after = left + LABEL_PADDING;
  const before = after + context.measureText(label).width > frame.right;
  context.textAlign = before ? "right" : "left";
  context.fillStyle = colour("text");
  context.fillText(label, before ? left - LABEL_PADDING : after, 12);
}

function paintWave(context, frame, levels, position) {
  const bars = gathered(levels, Math.max(1, Math.floor((frame.right - frame.left) / BAR_PIXELS)));
  const loudest = Math.max(1, ...bars);
  const middle = (frame.top + frame.waveBottom) / 2;
  const tall = (frame.waveBottom - frame.top) / 2;
  for (const [bar, level] of bars.entries()) {
    const half = Math.max(1, (level / loudest) * tall);
    const played = ((bar + 0.5) / bars.length) * frame.length <= position;
    context.fillStyle = played ? colour("accent-strong") : tinted("text", 0.3);
    context.fillRect(frame.left + bar * BAR_PIXELS, middle - half, BAR_PIXELS - 1.5, 2 * half);
  }
}

/** `count` levels out of many, each the root of the mean power of those that it stands for. */
export function gathered(levels, count) {
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / count);
    const part = levels.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / count)));
    return Math.sqrt(part.reduce((sum, level) => sum + level * level, 0) / Math.max(1, part.length));
  });
}

function paintTimes(context, frame) {
  context.font = SMALL;
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillStyle = colour("text-quiet");
  for (let time = TICK_SECONDS; time < frame.length; time += TICK_SECONDS) {
    context.fillText(clockTime(time), frame.x(time), frame.bottom + 13);
  }
}

function paintScale(context, frame) {
  context.font = SMALL;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineWidth = 1;
  for (const score of SCORES) {
    const y = Math.round(frame.y(score)) + 0.5;
    context.strokeStyle = colour("line");
    line(context, frame.left, y, frame.right, y);
    context.fillStyle = colour("text-quiet");
    context.fillText(String(score), frame.right + 8, y);
  }
}

function paintLine(context, frame, { course, start_seconds: start }, component) {
  context.strokeStyle = colour(component);
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  for (const [at, value] of course.components[component].entries()) {
    if (value === null) {
      drawing = false;
      continue;
    }
    const x = frame.x(course.time_seconds[at] - start);
    if (drawing) context.lineTo(x, frame.y(value));
    else context.moveTo(x, frame.y(value));
    drawing = true;
  }
  context.stroke();
}

/** The place that is heard; each component's own shape stands on its line there. */
function paintPlayhead(context, frame, { course }, position, index) {
  const x = frame.x(position);
  context.strokeStyle = colour("text");
  context.lineWidth = 1.5;
  line(context, x, frame.top, x, frame.bottom);
  if (index < 0) return;
  for (const component of COMPONENTS) {
    const value = course.components[component][index];
    if (value === null) continue;
    shapePath(context, component, x, frame.y(value));
    context.fillStyle = colour(component);
    context.fill();
    context.strokeStyle = colour("surface");
    context.lineWidth = 2;
    context.stroke();
  }
}

/** Square, diamond, triangle, circle, as `ComponentShape` draws them. */
function shapePath(context, component, x, y) {
  context.beginPath();
  if (component === "technical") context.rect(x - 5, y - 5, 10, 10);
  if (component === "creativity") context.arc(x, y, 5.5, 0, 2 * Math.PI);
  const corners = {
    selection: [[0, -7], [7, 0], [0, 7], [-7, 0]],
    energy: [[0, -6.5], [6.5, 5.5], [-6.5, 5.5]],
  }[component] ?? [];
  for (const [dx, dy] of corners) context.lineTo(x + dx, y + dy);
  context.closePath();
}

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
