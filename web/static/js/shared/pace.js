// Finds out how much this machine can draw: by how often frames come, whatever the reason.

const JUDGED_FRAMES = 45;
const HASTY_FRAMES = 8; // are enough where frames are as slow as this in the middle
const CRAWL_MS = 60;
const SLOW_MS = 24; // a frame: the page falls behind 60 a second
const FAST_MS = 17.5;
const HIDDEN_MS = 1_000; // between frames: nobody looked
const CALM_ROUNDS = 12; // of fast frames before more is drawn again

export class Pace {
  /** @param {number} levels of detail there are; level 0 draws most @param {number} first to begin with */
  constructor(levels, first = 0) {
    this.levels = levels;
    this.frames = 0;
    this.level = first;
    this.calm = 0;
    this.lastMs = null;
    this.sumMs = 0;
    this.judged = 0;
  }

  /** The level to draw at, `nowMs` being the time of this frame. */
  judge(nowMs) {
    this.frames += 1;
    const frameMs = this.lastMs === null ? HIDDEN_MS : nowMs - this.lastMs;
    this.lastMs = nowMs;
    if (frameMs >= HIDDEN_MS) return this.level;
    this.sumMs += frameMs;
    this.judged += 1;
    const meanMs = this.sumMs / this.judged;
    if (this.judged >= JUDGED_FRAMES || (this.judged >= HASTY_FRAMES && meanMs > CRAWL_MS)) this.conclude(meanMs);
    return this.level;
  }

  conclude(meanMs) {
    this.sumMs = 0;
    this.judged = 0;
    this.calm = meanMs < FAST_MS ? this.calm + 1 : 0;
    if (meanMs > SLOW_MS && this.level < this.levels - 1) this.level += 1;
    else if (this.calm >= CALM_ROUNDS && this.level > 0) {
      this.level -= 1;
      this.calm = 0;
    }
  }
}
