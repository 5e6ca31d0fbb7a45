// The key that is shown: one that has held, not each reading.
//
// In a blend, a break or over drums alone the reading wanders from window to window. A DJ who looks at
// the wheel wants the key of the track, so a new one is shown once every reading of some seconds agreed
// on it with confidence (to replace another takes longer: passing chords hold for eight seconds or so),
// and one that nothing confirmed for long is taken back.

const FIRST_SECONDS = 5;
const CHANGE_SECONDS = 12;
const FORGET_SECONDS = 60;
const LEAST_CONFIDENCE = 0.3;

export class HeldKey {
  constructor() {
    this.reset();
  }

  reset() {
    this.shown = null; // {camelot, name}
    this.confirmedSeconds = -Infinity;
    this.next = null; // {camelot, sinceSeconds}
  }

  /** Take the readings of a score; return what to show now, the same object while that stays. */
  hear({ camelot, key, end_seconds: seconds }) {
    const heard = camelot.value !== null && camelot.confidence >= LEAST_CONFIDENCE ? camelot.value : null;
    if (heard === null || heard !== this.next?.camelot) this.next = heard && { camelot: heard, sinceSeconds: seconds };
    const hold = this.shown === null ? FIRST_SECONDS : CHANGE_SECONDS;
    if (this.next && (heard === this.shown?.camelot || seconds - this.next.sinceSeconds >= hold)) {
      if (heard !== this.shown?.camelot) this.shown = { camelot: heard, name: key.value };
      this.confirmedSeconds = seconds;
    }
    if (seconds - this.confirmedSeconds > FORGET_SECONDS) this.shown = null;
    return this.shown;
  }
}
