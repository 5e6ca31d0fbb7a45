// Whether the room's pictures are wanted, and in which form the server is asked for them.
//
// Small, because every visitor loads it; what decodes and draws (part.js) is fetched once a room has a
// show. Who does not want pictures asks for none: they cost that visitor no bandwidth.

import { effect, signal } from "../shared/view.js";

const WAITING_MOST = 200; // frames kept while the part is on its way

export class Pictures {
  /**
   * @param {object} connection the room's line
   * @param {object} room
   * @param {{on: boolean, heard: Function}} wishes `heard()` is the sample in the ear, null without sound;
   *   the others are for `Visuals`
   */
  constructor(connection, room, { on, ...wishes }) {
    this.connection = connection;
    this.room = room;
    this.wishes = wishes;
    this.on = signal(on);
    this.part = signal(null); // the module, once it is there
    this.visuals = null; // set by pages that have it from the beginning
    this.format = typeof VideoDecoder === "undefined" ? "jpeg" : "vp9"; // plain http has no decoder, as some browsers
    this.waiting = [];
    this.bytes = 0;
    this.ask();
    effect(() => room.show.value !== null && this.load());
  }

  ask() {
    this.connection.askVideo(this.on.peek() ? this.format : "none");
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
    this.loading ??= import("./part.js").then(async (part) => {
      await part.prepare();
      this.visuals = new part.Visuals(this);
      this.waiting.splice(0).forEach((frame) => this.visuals.take(frame));
      this.part.value = part;
    }).catch((error) => console.warn("The pictures cannot be shown:", error));
  }

  /** Draw what is due; returns whether there was anything. */
  draw(nowMs) {
    return this.visuals?.draw(nowMs) ?? false;
  }

  diagnostics() {
    return { wanted: this.on.peek(), asked: this.connection.video, bytes: this.bytes, ...this.visuals?.diagnostics() };
  }
}
