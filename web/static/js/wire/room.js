// A room as this page shows it: what the wire said, released at the moment its sound is heard.
//
// Everything is a signal; components read them and nothing else. Events that speak of a moment wait
// in `pending` until the audio clock has reached it, so that a score never precedes its music.

import { batch, signal } from "../shared/view.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { HeldKey } from "./held-key.js";
import { SetHistory } from "./set-history.js";

// An event is shown by then whatever the sound does.
const WAIT_MOST_MS = 2_500;
const PENDING_MOST = 2_000;
const TIMED = new Set(["score", "beat", "finding", "transition"]);
const FINDINGS_MOST = 1_000;

export class Room {
  constructor(slug) {
    this.slug = slug;
    this.history = new SetHistory();
    this.epoch = signal(null);
    this.phase = signal(null); // null until the server greeted
    this.reason = signal(null);
    this.info = signal(null);
    this.score = signal(null); // `d` of the newest score shown
    // {camelot, name} once it has held; readings of the moment are in `score`.
    this.key = signal(null);
    this.beat = signal(null);
    this.findings = signal([]);
    this.transitions = signal(new Map());
    this.reception = signal(null);
    this.viewers = signal(null);
    this.fault = signal(null);
    this.show = signal(null); // `d` of the last `show`
    // Its moment, in microseconds.
    this.showPts = 0;
    this.tracks = [];
    this.liveEdge = new LiveEdge();
    this.pending = [];
    this.heldKey = new HeldKey();
    this.timelineLoaded = signal(false);
    this.shownSeq = 0;
  }

  /** Take an event of the wire. */
  accept(event, heardSample) {
    if (event.pts > 0 && event.t !== "hello") this.liveEdge.saw(event.pts);
    if (!TIMED.has(event.t)) {
      this.apply(event);
      return;
    }
    this.pending.push({ event, sinceMs: performance.now() });
    if (this.pending.length > PENDING_MOST) this.apply(this.pending.shift().event);
    this.release(heardSample);
  }

  /** Show what has been heard by now; with no sound playing (null), everything. */
  release(heardSample) {
    if (this.pending.length === 0) return;
    const nowMs = performance.now();
    const heardPts = heardSample === null ? Infinity : heardSample / SAMPLE_RATE_HZ * 1e6;
    const due = [];
    const later = [];
    for (const entry of this.pending) {
      const isDue = entry.event.pts <= heardPts || nowMs - entry.sinceMs > WAIT_MOST_MS;
      (isDue ? due : later).push(entry);
    }
    this.pending = later;
    if (due.length > 0) batch(() => due.forEach((entry) => this.apply(entry.event)));
  }

  apply({ t: type, seq, pts, d }) {
    if (seq > 0) this.shownSeq = seq;
    const handler = this[`on_${type}`];
    if (handler !== undefined) handler.call(this, d, seq, pts);
  }

  on_hello(d) {
    batch(() => {
      this.tracks = d.tracks;
      if (d.epoch === null && this.epoch.peek() !== null) {
        // The server came back without the set: what we know of it stays.
        this.phase.value = "ended";
        return;
      }
      if (d.epoch !== this.epoch.peek()) this.begin(d.epoch);
      else if (d.epoch !== null && d.from_seq > this.shownSeq + 1) this.loadTimeline(d.epoch); // away for too long
      this.liveEdge.set(d.clock.pts);
      this.info.value = d.info;
      this.phase.value = d.phase;
      this.fault.value = null;
    });
  }

  on_state(d) {
    batch(() => {
      if (d.epoch !== undefined && d.epoch !== this.epoch.peek()) this.begin(d.epoch);
      this.phase.value = d.phase;
      this.reason.value = d.reason;
      this.info.value = d.info;
    });
  }

  on_pong() {}

  on_score(d) {
    this.score.value = d;
    this.key.value = this.heldKey.hear(d);
    if (d.overall !== null && this.fault.peek()?.code === "judge_failed") this.fault.value = null;
    this.history.push({
      time: d.end_seconds,
      value: d.set.overall?.value,
      low: d.set.overall?.low,
      high: d.set.overall?.high,
      window: d.overall?.value,
      energy: d.energy,
    });
  }

  on_beat(d) {
    this.beat.value = d;
  }

  on_finding(d, seq) {
    const known = this.findings.peek();
    if (known.some((each) => each.code === d.code && each.start_seconds === d.start_seconds)) return;
    const next = [...known, { ...d, id: `${d.code}@${d.start_seconds}`, seq }];
    next.sort((one, other) => one.end_seconds - other.end_seconds);
    this.findings.value = next.slice(-FINDINGS_MOST);
  }

  on_transition(d) {
    const next = new Map(this.transitions.peek());
    next.set(d.index, d);
    this.transitions.value = next;
    this.history.duration = Math.max(this.history.duration, d.end_seconds);
  }

  on_stats(d) {
    if (d.source === "edge") this.viewers.value = d.viewers;
    else this.reception.value = d;
  }

  on_show(d, _seq, pts) {
    this.showPts = pts;
    this.show.value = d;
  }

  on_error(d) {
    this.fault.value = d;
  }

  /** A new set: forget the old one. */
  begin(epoch) {
    batch(() => {
      this.epoch.value = epoch;
      this.history.clear();
      this.reason.value = null;
      this.score.value = null;
      this.key.value = null;
      this.beat.value = null;
      this.findings.value = [];
      this.transitions.value = new Map();
      this.reception.value = null;
      this.fault.value = null;
      this.show.value = null;
      this.timelineLoaded.value = false;
    });
    this.liveEdge.reset();
    this.heldKey.reset();
    this.pending = [];
    if (epoch !== null) this.loadTimeline(epoch);
  }

  /** The course of the set before this page came. */
  async loadTimeline(epoch) {
    try {
      const response = await fetch(`/api/rooms/${encodeURIComponent(this.slug)}/timeline`);
      if (!response.ok || this.epoch.peek() !== epoch) return;
      const timeline = await response.json();
      if (timeline.epoch !== undefined && timeline.epoch !== epoch) return;
      batch(() => this.fillIn(timeline));
    } catch {
      // The live events draw the timeline from here on; nothing else depends on its past.
    }
  }

  fillIn(timeline) {
    const base = this.history.levels[0];
    const points = Array.from({ length: base.length }, (_, at) => ({
      time: base.time[at], value: base.value[at], low: base.low[at], high: base.high[at],
      window: base.window[at], energy: base.energy[at],
    }));
    const hop = (time) => Math.round(time * 2);
    const known = new Set(points.map(({ time }) => hop(time)));
    timeline.time_seconds.forEach((end, index) => {
      // One point for each hop of the stretch: the history's levels count hops.
      for (let time = end - timeline.step_seconds + 0.5; time <= end; time += 0.5) {
        if (!known.has(hop(time))) points.push({
          time, value: timeline.set_overall[index], low: timeline.set_low[index],
          high: timeline.set_high[index], window: timeline.window_overall[index],
          energy: timeline.energy[index],
        });
      }
    });
    this.history.clear();
    points.sort((one, other) => one.time - other.time).forEach((point) => this.history.push(point));
    timeline.transitions.forEach((each) => {
      if (!this.transitions.peek().has(each.index)) this.on_transition(each);
    });
    timeline.findings.forEach((each) => this.on_finding(each, 0));
    this.timelineLoaded.value = true;
  }
}

/**
 * Where the room's media clock stands now, as far as can be told from what arrives.
 *
 * Every arrival says "at least this far"; the earliest arrivals are the least delayed, so the largest
 * difference between position and local time is kept and allowed to sink slowly.
 */
export class LiveEdge {
  constructor() {
    this.reset();
  }

  reset() {
    this.offsetUs = null;
    this.sawAtMs = 0;
  }

  set(pts) {
    this.offsetUs = pts - performance.now() * 1000;
    this.sawAtMs = performance.now();
  }

  saw(pts) {
    const nowMs = performance.now();
    const offset = pts - nowMs * 1000;
    const sunk = this.offsetUs === null ? -Infinity : this.offsetUs - (nowMs - this.sawAtMs) * 20;
    this.offsetUs = Math.max(offset, sunk);
    this.sawAtMs = nowMs;
  }

  /** Position in samples, or null while unknown. Stands still when nothing has come for a while. */
  sample() {
    if (this.offsetUs === null) return null;
    const nowMs = Math.min(performance.now(), this.sawAtMs + 1500);
    return (this.offsetUs + nowMs * 1000) / 1e6 * SAMPLE_RATE_HZ;
  }
}
