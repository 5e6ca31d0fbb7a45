// Whether the room's pictures are wanted, and in which form the server is asked for them.
//
// Small, because every visitor loads it; what decodes and draws (part.js) is fetched once a room has a
// show. Who does not want pictures asks for none: they cost that visitor no bandwidth.

import { effect, signal } from "../shared/view.js";
import { recall, remember } from "../shared/memory.js";
import { reducedMotion } from "../shared/theme.js";
import { Backoff } from "../wire/backoff.js";

// Frames kept while the part is on its way.
const WAITING_MOST = 200;

// "On" of who was told that pictures move, and asked for less motion.
const KNOWINGLY = "knowingly";

/** What this visitor wants, as far as is remembered: under reduced motion only a knowing yes counts. */
export function remembered() {
  const kept = recall("visuals");
  return kept === KNOWINGLY || (kept !== "off" && !reducedMotion.matches);
}

export function rememberWish(on) {
  remember("visuals", !on ? "off" : reducedMotion.matches ? KNOWINGLY : "on");
}

export class Pictures {
  /**
   * @param {object} connection the room's line
   * @param {object} room
   * @param {{wanted: Function, heard: Function}} wishes `wanted()` says whether there should be pictures, and is
   *   asked again when the system's wish for less motion changes; `heard()` is the sample in the ear, null
   *   without sound; the others are for `Visuals`
   */
  constructor(connection, room, { wanted = remembered, ...wishes }) {
    this.connection = connection;
    this.room = room;
    this.wishes = wishes;
    this.wanted = wanted;
    this.on = signal(wanted());
    // The module, once it is there.
    this.part = signal(null);
    // Set by pages that have it from the beginning.
    this.visuals = null;
    // Plain http has no decoder, as some browsers.
    this.format = typeof VideoDecoder === "undefined" ? "jpeg" : "vp9";
    this.waiting = [];
    this.bytes = 0;
    this.backoff = new Backoff({ firstSeconds: 2, mostSeconds: 60 });
    // The part could not be fetched yet.
    this.missing = false;
    this.ask();
    effect(() => room.show.value !== null && this.load());
    reducedMotion.addEventListener("change", () => this.follow());
  }

  ask() {
    this.connection.askVideo(this.on.peek() && !this.missing ? this.format : "none");
  }

  follow() {
    const wanted = this.wanted();
    if (wanted !== this.on.peek()) this.set(wanted);
  }

  set(on) {
    this.on.value = on;
    this.waiting = [];
    if (!on) this.visuals?.restart({ forget: true });
    this.ask();
  }

  /** This browser cannot decode video. */
  giveUp() {
    if (this.format === "jpeg") return;
    this.format = "jpeg";
    this.ask();
  }

  take(frame) {
    this.bytes += frame.payload.length;
    if (!this.on.peek()) return;
    if (this.visuals !== null) this.visuals.take(frame);
    else if (this.waiting.length < WAITING_MOST) this.waiting.push(frame);
    this.load();
  }

  /** A line was opened: what comes next begins anew. */
  greeted() {
    this.waiting = [];
    this.visuals?.restart();
  }

  load() {
    if (this.visuals !== null) return;
    this.loading ??= this.fetchPart().then((part) => {
      this.missing = false;
      this.visuals = new part.Visuals(this);
      this.waiting.splice(0).forEach((frame) => this.visuals.take(frame));
      this.part.value = part;
      this.ask();
    }).catch((error) => this.fetchLater(error));
  }

  async fetchPart() {
    const { attempts } = this.backoff;
    // Some browsers remember that an address failed: another one, then.
    const part = await (attempts === 0 ? import("./part.js") : import(`./part.js?again=${attempts}`));
    await part.prepare();
    return part;
  }

  /** Pictures that nothing can draw are not asked for. */
  fetchLater(error) {
    console.warn("The pictures cannot be shown yet:", error);
    this.missing = true;
    this.waiting = [];
    this.ask();
    setTimeout(() => {
      this.loading = null;
      this.load();
    }, this.backoff.next() * 1000);
  }

  /** Draw what is due; returns whether there was anything. */
  draw(nowMs) {
    return this.visuals?.draw(nowMs) ?? false;
  }

  diagnostics() {
    return { wanted: this.on.peek(), asked: this.connection.video, bytes: this.bytes, ...this.visuals?.diagnostics() };
  }
}
