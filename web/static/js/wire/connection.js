// One viewer's connection to a room: djuv.v1 over a WebSocket that comes back by itself.
//
// After a break it asks for what it missed by (epoch, seq). It reports what it is doing in `link`:
//   {is: "connecting"} {is: "open"} {is: "waiting", untilMs, attempt} {is: "refused", code}
//   {is: "nowhere"} {is: "closed"}
// `goingAway` with "waiting" and "connecting" means that the server said goodbye and is not back yet.

import { signal } from "../shared/view.js";
import { Backoff } from "./backoff.js";
import { KIND, parseFrame } from "./frames.js";

const PROTOCOL = "djuv.v1";
const PING_MS = 5_000;
// The edge speaks every five seconds; after three misses the line is dead.
const SILENCE_MS = 16_000;
// An old line gives sound at most so long beside its successor.
const OVERLAP_MS = 3_000;
const GOING_AWAY = 1001;
const POLICY = 1008;
// An order of its own.
const CROWD = new Set(["joined", "said", "refused", "queue", "chat", "crowd", "moment"]);
// As the server names rooms.
const ROOM_NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

export class RoomConnection {
  /**
   * @param {string} room slug of the room
   * @param {{onEvent: Function, onMedia?: Function, sound?: boolean, crowd?: object}} listener called for
   *   every event and media frame; without `onMedia` the server is asked for events alone, without `sound`
   *   for no sound. `crowd` (`wire/crowd.js`) joins whenever there is a line, and hears the room's crowd
   */
  constructor(room, { onEvent, onMedia = null, sound = true, crowd = null }) {
    this.room = room;
    this.onEvent = onEvent;
    this.onMedia = onMedia;
    this.sound = sound;
    this.crowd = crowd;
    this.video = "none"; // the pictures that the server is asked for: "vp9", "jpeg" or "none"
    this.link = signal({ is: "connecting" });
    this.epoch = null;
    this.lastSeq = 0;
    this.roundTripMs = null;
    // Connections that got as far as hello.
    this.opened = 0;
    this.goingAway = false;
    this.backoff = new Backoff();
    this.socket = null;
    // The line before, which gives sound until this one does.
    this.parting = null;
    // Of the last packet of sound that it gave.
    this.soundPts = -Infinity;
    this.timers = { retry: 0, ping: 0, parting: 0 };
    this.heardAtMs = 0;
    this.tryNow = this.tryNow.bind(this);
    addEventListener("online", this.tryNow);
    document.addEventListener("visibilitychange", this.tryNow);
  }

  open() {
    clearTimeout(this.timers.retry);
    if (!ROOM_NAME.test(this.room)) {
      this.link.value = { is: "nowhere" };
      return;
    }
    this.link.value = { is: "connecting", goingAway: this.goingAway };
    this.socket = this.dial();
    this.heardAtMs = performance.now();
    clearInterval(this.timers.ping);
    this.timers.ping = setInterval(() => this.keepAlive(), PING_MS);
  }

  dial() {
    const socket = new WebSocket(this.address(), PROTOCOL);
    socket.binaryType = "arraybuffer";
    // What it was asked for.
    socket.video = this.video;
    socket.onmessage = (message) => socket === this.socket && this.receive(message.data);
    socket.onclose = (close) => socket === this.socket && this.lost(close.code);
    return socket;
  }

  /** Ask for other pictures from now on. */
  askVideo(video) {
    this.video = video;
    this.renew();
  }

  /** Where the line brings other pictures than are wanted, take another in its place once that stands. */
  renew() {
    const before = this.socket;
    if (this.link.peek().is !== "open" || before.video === this.video) return;
    const next = this.dial();
    const closed = next.onclose;
    next.onopen = () => {
      if (this.socket === before && next.video === this.video) {
        // The crowd joins again with its greeting.
        this.socket = next;
        this.part(before);
      } else {
        // Too late, or no longer wanted.
        next.onclose = null;
        next.close(1000);
      }
    };
    next.onclose = (close) => {
      // It cannot be had beside the old one: in its place, then.
      if (before === this.socket) this.abandon();
      else closed(close);
    };
  }

  /** Close a line that has a successor, once that one brings sound: the sound goes on. */
  part(before) {
    before.onclose = null;
    // Of two before this one, the first still brings sound.
    if (this.parting !== null) {
      before.onmessage = null;
      before.close(1000);
      return;
    }
    this.parting = before;
    before.onmessage = ({ data }) => {
      const frame = typeof data === "string" ? null : parseFrame(data);
      if (frame?.kind !== KIND.OPUS) return;
      this.soundPts = frame.ptsMicroseconds;
      this.onMedia?.(frame);
    };
    this.timers.parting = setTimeout(() => this.parted(), OVERLAP_MS);
  }

  parted() {
    clearTimeout(this.timers.parting);
    if (this.parting === null) return;
    this.parting.onmessage = null;
    this.parting.close(1000);
    this.parting = null;
  }

  /** A media frame of the present line; what the line before gave already is not given again. */
  media(frame) {
    if (frame.kind === KIND.OPUS) {
      this.parted();
      if (frame.ptsMicroseconds <= this.soundPts) return;
      this.soundPts = -Infinity;
    }
    this.onMedia?.(frame);
  }

  address() {
    const url = new URL(`/rooms/${encodeURIComponent(this.room)}/live`, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.onMedia === null) url.searchParams.set("media", "0");
    else url.searchParams.set("video", this.video);
    if (!this.sound) url.searchParams.set("sound", "0");
    if (this.epoch !== null) {
      url.searchParams.set("epoch", this.epoch);
      url.searchParams.set("seq", String(this.lastSeq));
    }
    return url;
  }

  receive(data) {
    this.heardAtMs = performance.now();
    if (typeof data !== "string") {
      const frame = parseFrame(data);
      if (frame !== null) this.media(frame);
      return;
    }
    const event = JSON.parse(data);
    if (CROWD.has(event.t)) {
      this.crowd?.accept(event);
      return;
    }
    if (event.t === "pong") this.roundTripMs = performance.now() - event.d.sent;
    if (event.t === "hello") this.greeted(event.d);
    const already = event.seq > 0 && event.seq <= this.lastSeq;
    if (already && event.d?.epoch === undefined) return;
    if (event.t === "state" && event.d.epoch && event.d.epoch !== this.epoch) this.epoch = event.d.epoch;
    if (event.seq > 0) this.lastSeq = event.seq;
    this.onEvent(event);
    if (event.t === "hello") this.crowd?.connected((type, d) => this.send(type, d));
  }

  greeted(hello) {
    this.opened += 1;
    this.goingAway = false;
    this.backoff.reset();
    if (hello.epoch !== this.epoch) {
      // Another set's sound.
      this.parted();
      this.soundPts = -Infinity;
      this.epoch = hello.epoch;
      this.lastSeq = 0;
    }
    this.link.value = { is: "open" };
    this.ping();
    this.renew();
  }

  /** Say something to the server; returns whether there was a line to say it on. */
  send(type, d) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ t: type, d }));
    return true;
  }

  ping() {
    this.send("ping", { sent: performance.now() });
  }

  keepAlive() {
    if (performance.now() - this.heardAtMs > SILENCE_MS) this.abandon();
    else this.ping();
  }

  /** Give the present socket up without waiting for its closing handshake. */
  abandon() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.lost(1006);
  }

  lost(code) {
    clearInterval(this.timers.ping);
    this.parted();
    this.soundPts = -Infinity;
    this.socket = null;
    this.crowd?.disconnected();
    if (this.link.peek().is === "closed") return;
    if (code === POLICY) {
      this.link.value = { is: "refused", code };
      return;
    }
    this.goingAway ||= code === GOING_AWAY;
    const seconds = this.backoff.next();
    this.link.value = {
      is: "waiting", untilMs: performance.now() + seconds * 1000, attempt: this.backoff.attempts, goingAway: this.goingAway,
    };
    this.timers.retry = setTimeout(() => this.open(), seconds * 1000);
  }

  /** The network is back, the page is looked at again, or the person asked: wait no longer. */
  tryNow() {
    const { is } = this.link.peek();
    if (document.visibilityState === "visible" && is === "waiting") this.open();
  }

  /** Try again after a refusal, because the person asked. */
  retry() {
    this.backoff.reset();
    this.open();
  }

  close() {
    this.link.value = { is: "closed" };
    this.crowd?.disconnected();
    clearTimeout(this.timers.retry);
    clearInterval(this.timers.ping);
    this.parted();
    removeEventListener("online", this.tryNow);
    document.removeEventListener("visibilitychange", this.tryNow);
    this.socket?.close(1000);
    this.socket = null;
  }
}
