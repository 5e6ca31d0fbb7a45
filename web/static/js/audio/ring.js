// The listener's buffer: PCM addressed by its position on the media clock, read a little faster or
// slower than it is written so that the delay stays where it should.
//
// Runs on the audio thread (player-worklet.js) and, where a browser has no worklet, on the page's.
// Nothing here allocates while it plays.

export const SAMPLE_RATE_HZ = 48_000;

const CAPACITY_SAMPLES = 8 * SAMPLE_RATE_HZ;
const FADE_SAMPLES = 240; // 5 ms: long enough not to click, too short to hear as a fade

const TARGET_SAMPLES = 0.2 * SAMPLE_RATE_HZ; // where the buffer starts
const TARGET_LEAST = 0.12 * SAMPLE_RATE_HZ;
const TARGET_MOST = 1.2 * SAMPLE_RATE_HZ;
const TARGET_RAISE = 0.08 * SAMPLE_RATE_HZ; // after a glitch
const TARGET_LOWER = 0.01 * SAMPLE_RATE_HZ; // after a calm stretch with room to spare
const CALM_SAMPLES = 10 * SAMPLE_RATE_HZ;

const DEAD_BAND = 0.02 * SAMPLE_RATE_HZ; // within this the sound is copied, bit for bit
const SPEED_MOST = 0.005; // 9 cents: not heard in music
const JUMP_SAMPLES = 0.6 * SAMPLE_RATE_HZ; // further behind than this, catching up would take minutes
const HOLE_SAMPLES = 1.5 * SAMPLE_RATE_HZ; // a longer hole is not played as silence
const SMOOTHING = 1 / 400; // of the fill, a second or so of 128-sample blocks

export class MediaRing {
  constructor() {
    this.left = new Float32Array(CAPACITY_SAMPLES);
    this.right = new Float32Array(CAPACITY_SAMPLES);
    this.target = TARGET_SAMPLES;
    this.glitches = 0; // times the sound ran out
    this.jumps = 0; // times it skipped ahead
    this.peak = 0;
    this.clear();
  }

  clear() {
    this.position = 0; // of the next sample to play
    this.written = 0; // end of what is there
    this.empty = true;
    this.playing = false;
    this.speed = 1;
    this.fadeIn = 0;
    this.smoothFill = this.target;
    this.calm = 0;
    this.leastFill = Infinity;
  }

  get fill() {
    return this.empty ? 0 : this.written - this.position;
  }

  /** Store PCM that begins at `start` on the media clock; what is already there is skipped. */
  write(start, left, right) {
    const end = start + left.length;
    const gap = start - this.written;
    if (this.empty || gap > HOLE_SAMPLES || gap < -CAPACITY_SAMPLES / 2) this.restart(start);
    else if (gap > 0) this.bridge(start);
    for (let at = Math.max(start, this.written); at < end; at += 1) {
      const cell = at % CAPACITY_SAMPLES;
      this.left[cell] = left[at - start];
      this.right[cell] = right[at - start];
    }
    if (end > this.written) this.written = end;
    const overrun = this.fill - (CAPACITY_SAMPLES - SAMPLE_RATE_HZ);
    if (overrun > 0) this.position += overrun;
  }

  restart(start) {
    this.position = start;
    this.written = start;
    this.empty = false;
    this.playing = false;
  }

  /** Fill a hole with silence whose edge does not click. */
  bridge(start) {
    const tail = Math.min(FADE_SAMPLES, Math.max(0, Math.floor(this.written - this.position) - 2));
    for (let back = 1; back <= tail; back += 1) {
      const cell = (this.written - back) % CAPACITY_SAMPLES;
      const gain = back / FADE_SAMPLES;
      this.left[cell] *= gain;
      this.right[cell] *= gain;
    }
    for (let at = this.written; at < start; at += 1) {
      this.left[at % CAPACITY_SAMPLES] = 0;
      this.right[at % CAPACITY_SAMPLES] = 0;
    }
    this.written = start;
  }

  /** Fill one block of output; `ratio` is media samples an output sample (1 at 48 kHz). */
  read(left, right, ratio = 1) {
    const frames = left.length;
    if (!this.playing && !this.begin()) {
      left.fill(0);
      right.fill(0);
      return;
    }
    this.steer(frames);
    const step = this.speed * ratio;
    if (step === 1) this.copy(left, right, frames);
    else this.resample(left, right, frames, step);
    this.shape(left, right, frames);
    this.position += frames * step;
    if (this.fill < 0) this.runOut();
  }

  begin() {
    if (this.empty || this.fill < this.target) return false;
    this.position = Math.floor(this.written - this.target);
    this.playing = true;
    this.fadeIn = FADE_SAMPLES;
    this.smoothFill = this.target;
    this.leastFill = Infinity;
    this.calm = 0;
    return true;
  }

  steer(frames) {
    const fill = this.fill;
    this.smoothFill += (fill - this.smoothFill) * SMOOTHING;
    this.leastFill = Math.min(this.leastFill, fill);
    const excess = this.smoothFill - this.target;
    if (fill - this.target > JUMP_SAMPLES) this.skipAhead();
    else if (Math.abs(excess) > DEAD_BAND) {
      this.speed = 1 + Math.max(-SPEED_MOST, Math.min(SPEED_MOST, excess / SAMPLE_RATE_HZ / 10));
    } else if (this.speed !== 1 && Math.abs(excess) < DEAD_BAND / 4) {
      this.speed = 1;
      this.position = Math.round(this.position);
    }
    this.calm += frames;
    if (this.calm >= CALM_SAMPLES) this.settle();
  }

  settle() {
    const spare = this.leastFill > this.target / 2;
    if (spare && this.target > TARGET_LEAST) this.target -= TARGET_LOWER;
    this.calm = 0;
    this.leastFill = Infinity;
  }

  skipAhead() {
    this.position = Math.floor(this.written - this.target);
    this.smoothFill = this.target;
    this.speed = 1;
    this.fadeIn = FADE_SAMPLES;
    this.jumps += 1;
  }

  runOut() {
    this.playing = false;
    this.glitches += 1;
    this.target = Math.min(TARGET_MOST, this.target + TARGET_RAISE);
    this.position = this.written;
    this.speed = 1;
  }

  copy(left, right, frames) {
    const from = Math.floor(this.position);
    const there = Math.min(frames, this.written - from);
    for (let index = 0; index < there; index += 1) {
      const cell = (from + index) % CAPACITY_SAMPLES;
      left[index] = this.left[cell];
      right[index] = this.right[cell];
    }
    this.fadeOut(left, right, Math.max(0, there), frames);
  }

  resample(left, right, frames, step) {
    const last = this.written - 3;
    let index = 0;
    for (let at = this.position; index < frames && at < last; index += 1, at += step) {
      const cell = Math.floor(at);
      left[index] = hermite(this.left, cell, at - cell);
      right[index] = hermite(this.right, cell, at - cell);
    }
    this.fadeOut(left, right, index, frames);
  }

  /** The sound ends after `there` samples of this block: let it fall instead of breaking off. */
  fadeOut(left, right, there, frames) {
    if (there >= frames) return;
    for (let index = 0; index < there; index += 1) {
      left[index] *= 1 - index / there;
      right[index] *= 1 - index / there;
    }
    left.fill(0, there);
    right.fill(0, there);
  }

  shape(left, right, frames) {
    for (let index = 0; index < frames; index += 1) {
      if (this.fadeIn > 0) {
        const gain = 1 - this.fadeIn / FADE_SAMPLES;
        left[index] *= gain;
        right[index] *= gain;
        this.fadeIn -= 1;
      }
      const level = Math.max(Math.abs(left[index]), Math.abs(right[index]));
      if (level > this.peak) this.peak = level;
    }
  }

  /** What the page shows of it; forgets the peak. */
  report() {
    const peak = this.peak;
    this.peak = 0;
    return {
      position: this.position,
      fillSeconds: this.fill / SAMPLE_RATE_HZ,
      targetSeconds: this.target / SAMPLE_RATE_HZ,
      speed: this.playing ? this.speed : 0,
      glitches: this.glitches,
      jumps: this.jumps,
      peak,
    };
  }
}

/** Cubic Hermite (Catmull-Rom) between `cell` and the next. */
function hermite(samples, cell, fraction) {
  const before = samples[(cell - 1 + CAPACITY_SAMPLES) % CAPACITY_SAMPLES];
  const here = samples[cell % CAPACITY_SAMPLES];
  const next = samples[(cell + 1) % CAPACITY_SAMPLES];
  const after = samples[(cell + 2) % CAPACITY_SAMPLES];
  const slope = 0.5 * (next - before);
  const bend = before - 2.5 * here + 2 * next - 0.5 * after;
  const twist = 0.5 * (after - before) + 1.5 * (here - next);
  return ((twist * fraction + bend) * fraction + slope) * fraction + here;
}
