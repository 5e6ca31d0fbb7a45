// Everything judged in a set so far, ready to be drawn at any zoom: four hours are 28,800 windows.
//
// Level 0 holds one point a hop; each level above halves the count, keeping the mean of what is a
// line and the extremes of what is a band. Drawing takes the level whose points lie a pixel or two
// apart, so a picture costs the same for a minute as for a whole night.

const FIELDS = ["value", "low", "high", "window", "energy"];
const LEVELS = 12;
const FIRST_CAPACITY = 1024;

class Level {
  constructor() {
    this.length = 0;
    this.time = new Float64Array(FIRST_CAPACITY);
    for (const field of FIELDS) this[field] = new Float32Array(FIRST_CAPACITY);
  }

  append(time) {
    if (this.length === this.time.length) this.grow();
    this.time[this.length] = time;
    this.length += 1;
    return this.length - 1;
  }

  grow() {
    for (const field of ["time", ...FIELDS]) {
      const larger = new this[field].constructor(this[field].length * 2);
      larger.set(this[field]);
      this[field] = larger;
    }
  }

  /** First index at or after `time`. */
  find(time) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class SetHistory {
  constructor() {
    this.clear();
  }

  clear() {
    this.levels = Array.from({ length: LEVELS }, () => new Level());
    this.version = 0;
    this.duration = 0; // seconds judged so far
  }

  get length() {
    return this.levels[0].length;
  }

  /**
   * Add what one window said, in the order of time; what is not later than the last is left out.
   * Unknown values are null.
   */
  push({ time, value, low, high, window, energy }) {
    const base = this.levels[0];
    if (base.length > 0 && time <= base.time[base.length - 1]) return false;
    const at = base.append(time);
    const values = { value, low, high, window, energy };
    for (const field of FIELDS) base[field][at] = values[field] ?? NaN;
    for (let level = 1; level < LEVELS; level += 1) this.fold(level);
    this.duration = Math.max(this.duration, time);
    this.version += 1;
    return true;
  }

  /** Bring the last point of a level up to date with the two below it. */
  fold(level) {
    const from = this.levels[level - 1];
    const into = this.levels[level];
    const pair = (from.length - 1) >> 1;
    if (into.length <= pair) into.append(from.time[2 * pair]);
    const one = 2 * pair;
    const two = Math.min(one + 1, from.length - 1);
    into.value[pair] = mean(from.value[one], from.value[two]);
    into.window[pair] = mean(from.window[one], from.window[two]);
    into.energy[pair] = mean(from.energy[one], from.energy[two]);
    into.low[pair] = least(from.low[one], from.low[two]);
    into.high[pair] = -least(-from.high[one], -from.high[two]);
  }

  /** The level whose points lie at least `secondsApart` apart. */
  level(secondsApart) {
    const wanted = Math.ceil(Math.log2(Math.max(1, secondsApart / 0.5)));
    return this.levels[Math.max(0, Math.min(LEVELS - 1, wanted))];
  }
}

const mean = (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : (a + b) / 2);
const least = (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b));
