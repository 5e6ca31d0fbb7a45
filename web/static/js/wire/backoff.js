// How long to wait before trying again: doubling, bounded, and never in step with everyone else.

export class Backoff {
  constructor({ firstSeconds = 0.5, mostSeconds = 15, random = Math.random } = {}) {
    this.firstSeconds = firstSeconds;
    this.mostSeconds = mostSeconds;
    this.random = random;
    this.attempts = 0;
  }

  /** Seconds to wait before the next attempt. */
  next() {
    const doubled = this.firstSeconds * 2 ** Math.min(this.attempts, 12);
    this.attempts += 1;
    return Math.min(doubled, this.mostSeconds) * (0.75 + 0.5 * this.random());
  }

  reset() {
    this.attempts = 0;
  }
}
