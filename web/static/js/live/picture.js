// The picture: the spectrum as a landscape that comes in on the beat.
//
// The front ridge is what is heard now; four times a beat it is left behind and moves away, so the
// picture's speed is the music's. No colour of its own: colours belong to the four components.
// At most one swell of light a beat, every second beat above 170 BPM, none for who wants no motion.

import { Spectrum } from "../audio/spectrum.js";
import { Pace } from "../shared/pace.js";
import { reducedMotion } from "../shared/theme.js";

const POINTS = 96; // on each side of the middle
const RIDGES = 52;

// What is drawn on machines of different strength; the frames themselves say which one this is.
const DETAILS = [
  { ridges: RIDGES, pixels: 1600 * 900, every: 1 },
  { ridges: 38, pixels: 1100 * 620, every: 1 },
  { ridges: 26, pixels: 720 * 405, every: 2 },
  { ridges: 18, pixels: 480 * 270, every: 3 },
];
const RIDGES_A_BEAT = 4;
const CALM_STEP_SECONDS = 0.125; // between ridges while no beat is known
const BEAT_TRUST = 0.25; // below this confidence nothing moves on the beat
const KERNEL = [1, 6, 15, 20, 15, 6, 1].map((weight) => weight / 64);
const HIDING = 3; // ridges filled down to the edge: they let nothing through
const FINE_HALF = 480; // pixels; of smaller ridges every second point is enough
const STEP_MOST = 3; // ridges caught up with at once after a pause

/** Where in its beat, and in which beat of the bar, the media clock is; null without a beat. */
export function beatAt(beat, sample) {
  if (beat === null || sample === null || beat.confidence < BEAT_TRUST) return null;
  const beats = (sample - beat.sample) / beat.period_samples;
  const whole = Math.floor(beats);
  if (beats < -8 || beats > 24) return null; // the tracker has fallen silent
  return {
    phase: beats - whole,
    count: whole,
    position: sample / beat.period_samples,
    inBar: beat.beat_in_bar === null ? null : (((beat.beat_in_bar + whole) % 4) + 4) % 4,
  };
}

export class Picture {
  constructor(canvas, session) {
    this.canvas = canvas;
    this.session = session;
    this.context = canvas.getContext("2d", { alpha: false });
    this.spectrum = new Spectrum(POINTS);
    this.ridges = Array.from({ length: RIDGES }, () => new Float32Array(POINTS));
    this.travel = 0; // ridges gone by, with the fraction of the next
    this.lastStep = 0;
    this.lastMs = 0;
    this.glow = 0;
    this.pace = new Pace(DETAILS.length);
  }

  draw(nowMs) {
    this.detail = DETAILS[this.pace.judge(nowMs)];
    if (this.pace.frames % this.detail.every !== 0 || !this.fit()) return;
    const seconds = Math.min(0.1, (nowMs - this.lastMs) / 1000 || 0);
    this.lastMs = nowMs;
    const sample = this.session.shown();
    const beat = beatAt(this.session.room.beat.peek(), sample);
    this.listen(sample, seconds);
    if (!reducedMotion.matches) this.advance(beat, seconds);
    else this.travel = this.lastStep + 0.5;
    this.paint(this.pulse(beat, seconds));
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth === 0 || clientHeight === 0) return false;
    const ratio = Math.min(devicePixelRatio, 2, Math.sqrt(this.detail.pixels / (clientWidth * clientHeight)));
    const width = Math.round(clientWidth * ratio);
    const height = Math.round(clientHeight * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.ratio = ratio;
    return true;
  }

  listen(sample, seconds) {
    const slow = reducedMotion.matches ? 0.25 : 1;
    const fall = Math.exp(-seconds * 4 * slow);
    const { memory } = this.session;
    if (sample !== null && memory.holds(sample)) this.spectrum.hear(memory, sample, fall);
    else this.spectrum.silence(fall);
    smooth(this.spectrum.bands, this.ridges[0]);
  }

  /** Leave ridges behind: four a beat, or as many a second while no beat is known. */
  advance(beat, seconds) {
    const rate = beat === null ? 1 / CALM_STEP_SECONDS : RIDGES_A_BEAT * this.session.room.beat.peek().bpm / 60;
    this.travel += seconds * rate * (this.spectrum.level > 0.01 ? 1 : 0.15);
    if (beat !== null) {
      // Drawn gently onto the beat itself, so that a ridge is left exactly on it.
      const wanted = (beat.phase * RIDGES_A_BEAT) % 1;
      const drift = ((wanted - (this.travel % 1) + 1.5) % 1) - 0.5;
      this.travel += drift * Math.min(1, seconds * 6);
    }
    let steps = Math.floor(this.travel) - this.lastStep;
    this.lastStep = Math.floor(this.travel);
    for (steps = Math.min(steps, STEP_MOST); steps > 0; steps -= 1) {
      const freed = this.ridges.pop();
      freed.set(this.ridges[0]);
      this.ridges.unshift(freed);
    }
  }

  pulse(beat, seconds) {
    let wanted = this.spectrum.bass * 0.35;
    if (beat !== null && !reducedMotion.matches) {
      const fast = this.session.room.beat.peek().bpm > 170;
      if (!fast || beat.count % 2 === 0) wanted += 0.65 * Math.exp(-beat.phase * 4);
    }
    this.glow += (wanted - this.glow) * Math.min(1, seconds * 14);
    return reducedMotion.matches ? 0.3 : this.glow;
  }

  paint(glow) {
    const { context, canvas: { width, height } } = this;
    context.fillStyle = "#07080c";
    context.fillRect(0, 0, width, height);
    const horizon = height * 0.36;
    const light = context.createRadialGradient(width / 2, horizon, 0, width / 2, horizon, width * 0.55);
    light.addColorStop(0, `rgba(150, 172, 214, ${0.10 + 0.17 * glow})`);
    light.addColorStop(0.5, `rgba(96, 116, 168, ${0.03 + 0.05 * glow})`);
    light.addColorStop(1, "rgba(7, 8, 12, 0)");
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
    const fraction = this.travel - Math.floor(this.travel);
    for (let index = this.detail.ridges - 1; index >= 0; index -= 1) {
      this.ridge(index, index === 0 ? 0 : index - 1 + fraction, horizon);
    }
  }

  ridge(index, depth, horizon) {
    const { context, canvas: { width, height } } = this;
    const near = 1 / (1 + depth * 0.085);
    const base = horizon + (height * 1.02 - horizon) * near ** 1.15;
    const half = width * (0.16 + 0.62 * near);
    const tall = height * 0.4 * near ** 0.85;
    const fade = Math.max(0, 1 - depth / this.detail.ridges);
    const line = crest(this.ridges[index], width / 2, base, half, tall);
    // Filled first, to hide what lies behind, which never reaches below its own base: the first ones hide the light.
    const area = new Path2D(line);
    const floor = this.detail.ridges - index <= HIDING ? height * 2 : base + this.ratio;
    area.lineTo(width / 2 + half, floor);
    area.lineTo(width / 2 - half, floor);
    context.fillStyle = "rgba(7, 8, 12, 0.92)";
    context.fill(area);
    // Without a GPU lines of more than one pixel cost four times as much.
    context.lineWidth = index === 0 ? 2 * this.ratio : Math.max(1, this.ratio);
    context.strokeStyle = index === 0 ? "rgba(242, 244, 248, 0.95)" : `rgba(190, 204, 230, ${0.75 * fade ** 1.6})`;
    context.stroke(line);
  }
}

/** The bass in the middle, the treble at both edges. */
function crest(heights, middle, base, half, tall) {
  const line = new Path2D();
  const step = half < FINE_HALF ? 2 : 1;
  for (let point = -POINTS + 1; point < POINTS; point += step) {
    line.lineTo(middle + (point / POINTS) * half, base - heights[Math.abs(point)] * tall);
  }
  return line;
}

/** Heights of the bands by a binomial kernel, the middle mirrored: a landscape has no saw teeth. */
function smooth(bands, heights) {
  for (let index = 0; index < bands.length; index += 1) {
    let sum = 0;
    for (let shift = -3; shift <= 3; shift += 1) {
      sum += KERNEL[shift + 3] * bands[Math.min(bands.length - 1, Math.abs(index + shift))];
    }
    const share = index / bands.length;
    heights[index] = sum ** 1.7 * (1 - share * share * 0.75);
  }
}
