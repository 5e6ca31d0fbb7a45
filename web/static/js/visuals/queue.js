// Encoded pictures on their way to the eye: few are decoded ahead, none that is over, all bounded.
//
// A decoded picture is a hundred times its encoded size, and some browsers have a dozen at most, so
// pictures wait encoded until they are nearly due. Whatever breaks the chain (a loss, an error, a
// tab that was hidden), pictures go on at the next key.
//
// No second of show is seen in less than a second: the server's limiter counted flashes by the media
// clock. So what is overdue while a newer picture is due as well is decoded and left out.

import { FLAG } from "../wire/frames.js";

const PENDING_MOST = 400; // encoded; 20 s at the usual rate
const AHEAD = 6; // decoded, or being decoded, before they are due
const IN_FLIGHT_MOST = 16; // for decoders that give nothing out before they hold some
const PATIENT_ROUNDS = 8; // until a decoder is taken for one of those
const STALLED_MS = 4_000; // a decoder that swallows for so long, and so often, has failed
const STALLED_ROUNDS = 100;
const FLOWING_MS = 400; // since the last picture: the show goes on without a break
const BEHIND_US = 200_000; // some decoders keep a few pictures; so late they may be shown, in their pace
const PACE_SLACK_US = 25_000; // refreshes do not come on the dot
const WITHHELD_MS = 1_000; // a machine that never catches up sees one picture in this time

export class PictureQueue {
  /** @param {{decode: Function, reset: Function, fail: Function, inFlight: number}} decoder */
  constructor(decoder) {
    this.decoder = decoder;
    decoder.onPicture = (picture) => this.decoded(picture);
    decoder.onFailure = () => this.breakOff();
    this.pending = [];
    this.decoding = []; // pts of what the decoder has, in order
    this.ready = []; // {pts, image, width, height}, in order
    this.shown = null;
    this.broken = true; // only a key helps
    this.dueUs = -Infinity;
    this.shownAtMs = -Infinity;
    this.withheldSinceMs = null; // a picture that is due waits for newer ones
    this.counts = { received: 0, decoded: 0, shown: 0, dropped: 0 };
    this.waited = { sinceMs: 0, rounds: 0 }; // for the decoder
  }

  take(frame) {
    this.counts.received += 1;
    const key = (frame.flags & FLAG.KEY) !== 0;
    if (key) this.broken = false;
    else if ((frame.flags & FLAG.DISCONTINUITY) !== 0) this.broken = true;
    if (this.broken) {
      this.counts.dropped += 1;
      return;
    }
    this.pending.push(frame);
    if (this.pending.length > PENDING_MOST) this.dropUntil(this.pending.findIndex((each, at) => at > 0 && isKey(each)));
    this.feed(this.dueUs); // where frames are drawn seldom, decoding does not wait for them
  }

  dropUntil(at) {
    const gone = this.pending.splice(0, at < 0 ? this.pending.length : at);
    this.counts.dropped += gone.length;
    if (at < 0) this.broken = true;
    return gone.length;
  }

  /** The newest picture that is due, null where there is none; `fresh` when it was not asked for yet. */
  newest(dueUs) {
    this.dueUs = dueUs;
    this.trim();
    const nowMs = performance.now();
    const fresh = this.ready.length > 0 && this.ready[0].pts <= dueUs && this.mayShow(this.ready[0], nowMs);
    if (fresh) {
      this.shown?.image.close();
      this.shown = this.ready.shift();
      this.shownAtMs = nowMs;
      this.counts.shown += 1;
    }
    this.waited.rounds += 1;
    this.feed(dueUs);
    return { picture: this.shown, fresh };
  }

  /** Whether showing it now is no fast-forward. */
  mayShow(picture, nowMs) {
    const sinceMs = nowMs - this.shownAtMs;
    const inPace = this.shown !== null && sinceMs < FLOWING_MS
      && this.dueUs - picture.pts <= BEHIND_US && picture.pts - this.shown.pts <= sinceMs * 1000 + PACE_SLACK_US;
    const held = this.withheldSinceMs !== null && nowMs - this.withheldSinceMs >= WITHHELD_MS;
    const may = inPace || held || !this.newerIsDue();
    this.withheldSinceMs = may ? null : this.withheldSinceMs ?? nowMs;
    return may;
  }

  /** Whether a picture that is due as well is still to be decoded. */
  newerIsDue() {
    return this.decoding[0] <= this.dueUs || this.pending[0]?.ptsMicroseconds <= this.dueUs;
  }

  feed(dueUs) {
    const { decoder, pending } = this;
    // What lies before a key that is due itself will never be seen.
    const key = pending.findLastIndex((each) => isKey(each) && each.ptsMicroseconds <= dueUs);
    if (key > 0) this.dropUntil(key);
    if (decoder.inFlight === 0) this.heardOf();
    else if (performance.now() - this.waited.sinceMs > STALLED_MS && this.waited.rounds > STALLED_ROUNDS) decoder.fail();
    while (pending.length > 0 && this.hasRoom()) {
      if (decoder.inFlight === 0) this.decoding = []; // it was reset, or could not read them
      const next = pending.shift();
      if (!decoder.decode(next)) return;
      this.decoding.push(next.ptsMicroseconds);
    }
    if (decoder.inFlight === 0) this.decoding = [];
  }

  hasRoom() {
    const { inFlight } = this.decoder;
    const hoards = this.ready.length === 0 && this.waited.rounds > PATIENT_ROUNDS;
    return inFlight + this.ready.length < AHEAD || (hoards && inFlight < IN_FLIGHT_MOST);
  }

  heardOf() {
    this.waited = { sinceMs: performance.now(), rounds: 0 };
  }

  decoded(picture) {
    this.heardOf();
    this.counts.decoded += 1;
    while (this.decoding[0] <= picture.pts) this.decoding.shift();
    const last = this.ready.at(-1) ?? this.shown;
    if (last !== null && picture.pts <= last.pts) picture.image.close(); // it came again, after a reconnect
    else this.ready.push(picture);
    this.trim();
    this.feed(this.dueUs);
  }

  /** Of those that are due, the newest alone is of use. */
  trim() {
    while (this.ready.length > 1 && this.ready[1].pts <= this.dueUs) {
      this.ready.shift().image.close();
      this.counts.dropped += 1;
    }
  }

  /** The decoder lost the chain. */
  breakOff() {
    const key = this.pending.findIndex(isKey);
    this.dropUntil(key);
  }

  /** Another line, or another set: what comes next begins with a key. */
  restart({ forget = false } = {}) {
    this.dropUntil(-1);
    this.decoder.reset();
    this.decoding = [];
    this.withheldSinceMs = null;
    if (!forget) return;
    for (const picture of [...this.ready.splice(0), this.shown]) picture?.image.close();
    this.shown = null;
  }

  close() {
    this.restart({ forget: true });
    this.decoder.close();
  }
}

function isKey(frame) {
  return (frame.flags & FLAG.KEY) !== 0;
}
