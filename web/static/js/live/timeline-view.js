// Which stretch of the set the timeline shows: following the music, or held where someone looks.

const LEAST_SPAN_SECONDS = 20;
const WHOLE_SET_LEAST_SECONDS = 120;
const AHEAD = 0.03; // of the span, kept free right of now
const EASE_SECONDS = 0.09;

export const SPANS = [120, 600, null]; // seconds; null is the whole set

export class TimelineView {
  constructor() {
    this.span = null; // seconds shown, null for the whole set
    this.held = null; // where the stretch begins while it does not follow
    this.start = 0; // what is drawn: moves towards what is wanted
    this.end = WHOLE_SET_LEAST_SECONDS;
  }

  get follows() {
    return this.held === null;
  }

  wanted(now) {
    const whole = Math.max(now * (1 + AHEAD), WHOLE_SET_LEAST_SECONDS);
    if (this.span === null) return [0, whole];
    const span = Math.min(this.span, whole);
    const start = this.held ?? Math.max(0, now - span * (1 - AHEAD));
    return [start, start + span];
  }

  /** Move towards the wanted stretch; returns whether anything moved. */
  step(now, seconds, atOnce) {
    const [start, end] = this.wanted(now);
    const share = atOnce ? 1 : 1 - Math.exp(-seconds / EASE_SECONDS);
    const width = end - start;
    const move = (from, to) => (Math.abs(to - from) < width / 4000 ? to : from + (to - from) * share);
    const before = [this.start, this.end];
    this.start = move(this.start, start);
    this.end = move(this.end, end);
    return before[0] !== this.start || before[1] !== this.end;
  }

  show(span) {
    this.span = span;
    this.held = null;
  }

  /** Zoom by `factor` (below 1 is closer) around the moment `around`. */
  zoom(factor, around, now) {
    const [start, end] = this.wanted(now);
    const whole = Math.max(now * (1 + AHEAD), WHOLE_SET_LEAST_SECONDS);
    const span = Math.max(LEAST_SPAN_SECONDS, (end - start) * factor);
    if (span >= whole) {
      this.show(null);
      return;
    }
    const following = this.follows && around >= now - (end - start) * 0.1;
    this.span = span;
    const share = (around - start) / (end - start);
    this.held = following ? null : this.bounded(around - share * span, now);
  }

  pan(seconds, now) {
    if (this.span === null) return;
    const [start] = this.wanted(now);
    this.held = this.bounded(start + seconds, now);
    if (this.held + this.span * (1 - AHEAD) >= now) this.held = null;
  }

  /** Bring a moment into view. */
  reveal(seconds, now) {
    const [start, end] = this.wanted(now);
    if (seconds >= start && seconds <= end) return;
    this.held = this.bounded(seconds - (end - start) / 2, now);
  }

  bounded(start, now) {
    return Math.max(0, Math.min(start, Math.max(0, now * (1 + AHEAD) - this.span)));
  }
}
