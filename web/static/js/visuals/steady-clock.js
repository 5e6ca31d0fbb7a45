// The media clock of the pictures themselves, for pages without sound: as near to live as they come,
// and as even as they were drawn.
//
// Pictures arrive a little early or late; shown as they arrive they would stutter. This clock stands
// where nearly all have arrived when they are due, and moves there slowly.

const KEPT = 80; // arrivals, four seconds of them
const LATE_SHARE = 0.05; // of the pictures may come too late to be in time
const MARGIN_US = 12_000; // for decoding
const SLEW = 0.02; // of a second each second: nobody sees it
const JUMP_US = 400_000; // further off than this, it would take too long

export class SteadyClock {
  constructor() {
    this.reset();
  }

  reset() {
    this.offsets = []; // pts less local time, of the latest arrivals
    this.offsetUs = null;
    this.lastMs = 0;
  }

  saw(pts, nowMs) {
    this.offsets.push(pts - nowMs * 1000);
    if (this.offsets.length > KEPT) this.offsets.shift();
  }

  /** Microseconds on the media clock, null while none is known. */
  position(nowMs) {
    if (this.offsets.length === 0) return null;
    const sorted = [...this.offsets].sort((one, other) => one - other);
    const wanted = sorted[Math.floor((sorted.length - 1) * LATE_SHARE)] - MARGIN_US;
    const most = Math.max(0, nowMs - this.lastMs) * 1000 * SLEW;
    const away = this.offsetUs === null ? Infinity : wanted - this.offsetUs;
    if (Math.abs(away) > JUMP_US) this.offsetUs = wanted;
    else this.offsetUs += Math.max(-most, Math.min(most, away));
    this.lastMs = nowMs;
    return nowMs * 1000 + this.offsetUs;
  }
}
