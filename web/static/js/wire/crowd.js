// A room's crowd as this page shows it: who one is there, what people say, how it feels, epic moments.
//
// The crowd has an order of its own (`epoch`, `seq`), apart from any set's. The connection calls
// `connected` on every new line; then we join with the last event we saw, and get what we missed. Events
// are applied once a frame: a wave of messages costs one drawing.

import { batch, signal } from "../shared/view.js";
import { Outbox } from "./outbox.js";
import { keepName, keptName, knownVisitor, visitor } from "./visitor.js";

export const MESSAGES_MOST = 200;
export const TEXT_MOST = 500; // Unicode code points
const ANSWER_MS = 6_000; // a server that has not let us in by then has no chat to give
const AWAY_MS = [2_000, 4_000, 8_000, 15_000];
const TICK_MS = 1_000;
const HIDDEN_MS = 500; // how often what came is applied while no frames are drawn
const CHEER_APART_MS = 500;
const FRAMES_MOST = 14; // in ten seconds; the server hangs up at more than twenty, pings included
const FRAMES_MS = 10_000;
const NAME_REFUSALS = new Set(["name_taken", "name_unfit", "address_full"]);
const NO_CHAT = new Set(["chat_disabled", "crowd_elsewhere", "malformed"]); // asking again changes nothing
const QUIETLY = new Set(["expired", "cleared", "held", "timed_out"]); // taken away without a word of its own

export class Crowd {
  /**
   * @param {string} slug of the room
   * @param {{credential?: () => string|null, speaks?: boolean, name?: string|null}} who `credential` is a
   *   stream key or a moderator's pass; who `speaks` joins as somebody from the beginning, without having to
   *   act first; DJs go without a `name`, by their own
   */
  constructor(slug, { credential = () => null, speaks = false, name = keptName() } = {}) {
    this.slug = slug;
    this.credential = credential;
    this.speaks = speaks;
    this.phase = signal("connecting"); // connecting, joined, away, none (this server has no chat)
    this.me = signal(null); // {user, name, role} once joined; user is null for who only reads
    this.nameFault = signal(null); // code of why a name was refused
    this.passRefused = signal(false);
    this.rules = signal(null);
    this.messages = signal([]);
    this.pulse = signal(null);
    this.moments = signal(new Map()); // by id, in the order in which they were heard of
    this.queue = signal(null); // what waits for a moderator; null where nobody told us
    this.silentUntilMs = signal(-Infinity);
    this.writeAtMs = signal(-Infinity); // slow mode
    this.outbox = new Outbox({ send: (...frame) => this.send(...frame) });
    this.name = name;
    this.begin(null);
    this.line = null;
    this.frames = [];
    this.incoming = [];
    this.cheeredMs = -Infinity;
    this.pendingCheer = null;
    this.refusals = 0;
    this.timers = { answer: 0, retry: 0, tick: 0, flush: 0 };
  }

  /** There is a line: `send(type, d)` speaks on it. */
  connected(send) {
    this.line = send;
    clearInterval(this.timers.tick);
    this.timers.tick = setInterval(() => this.phase.peek() === "joined" && this.outbox.tick(), TICK_MS);
    this.join();
  }

  disconnected() {
    this.line = null;
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.flush();
    this.phase.value = "connecting";
    this.queue.value = null;
  }

  send(type, d) {
    const now = performance.now();
    this.frames = this.frames.filter((ms) => now - ms < FRAMES_MS);
    if (this.line === null || this.frames.length >= FRAMES_MOST) return false;
    this.frames.push(now);
    return this.line(type, d);
  }

  join() {
    clearTimeout(this.timers.retry);
    clearTimeout(this.timers.answer);
    this.send("join", {
      visitor: this.speaks ? visitor() : knownVisitor(),
      name: this.name,
      credential: this.passRefused.peek() ? null : this.credential() || null,
      epoch: this.epoch,
      seq: this.lastSeq,
    });
    this.timers.answer = setTimeout(() => this.stayAway(), ANSWER_MS);
  }

  /** Nobody lets us in just now: ask again, less and less often. */
  stayAway(waitMs = null) {
    clearTimeout(this.timers.answer);
    if (this.line === null) return;
    this.phase.value = "away";
    const usual = AWAY_MS[Math.min(this.refusals, AWAY_MS.length - 1)] * (0.75 + 0.5 * Math.random());
    this.refusals += 1;
    this.timers.retry = setTimeout(() => this.join(), waitMs ?? usual);
  }

  /** Be called `name` here; makes this browser somebody if it was nobody yet. */
  takeName(name) {
    visitor();
    this.name = name;
    this.nameFault.value = null;
    this.join();
  }

  /** There is another credential now. */
  presentPass() {
    this.passRefused.value = false;
    this.join();
  }

  /** Say something; returns its key. */
  say(text, reply = null) {
    return this.outbox.say(text, reply);
  }

  /** Tap to cheer; returns whether it counts. */
  cheer(reaction) {
    const now = performance.now();
    if (this.phase.peek() !== "joined" || now - this.cheeredMs < CHEER_APART_MS) return false;
    if (this.me.peek().user === null) {
      if (this.pendingCheer !== null) return false;
      this.pendingCheer = reaction;
      visitor();
      this.join();
    } else if (!this.send("cheer", { reaction })) return false;
    this.cheeredMs = now;
    return true;
  }

  /** Take what the server says of the crowd. */
  accept({ t: type, seq, d }) {
    if (this.line === null) return;
    if (seq > 0) this.acceptEvent(type, seq, d);
    else if (type === "joined") this.joined(d);
    else if (type === "said") this.said(d);
    else if (type === "refused") this.refused(d);
    else if (type === "queue") this.queue.value = d.waiting;
  }

  acceptEvent(type, seq, d) {
    if (this.epoch === null || seq <= this.lastSeq) return;
    if (seq > this.expected && this.phase.peek() === "joined") {
      this.phase.value = "connecting"; // some were lost on the way: ask for them, once
      this.join();
    }
    if (seq > this.expected) return;
    this.lastSeq = seq;
    this.expected = Math.max(this.expected, seq + 1);
    this.incoming.push([type, d]);
    this.schedule();
  }

  joined(d) {
    clearTimeout(this.timers.answer);
    clearTimeout(this.timers.retry);
    this.flush();
    this.refusals = 0;
    batch(() => {
      if (d.epoch !== this.epoch || d.from_seq > this.lastSeq + 1) this.begin(d.epoch);
      this.expected = d.last_seq + 1;
      this.me.value = { user: d.user, name: d.name, role: d.role };
      this.rules.value = d.rules;
      this.silentUntilMs.value = performance.now() + d.silent_seconds * 1000;
      this.phase.value = "joined";
      if (d.name !== null) {
        this.name = d.name;
        if (d.role !== "dj") keepName(d.name);
      }
    });
    if (d.user !== null && d.name !== null) this.outbox.joined();
    if (this.pendingCheer !== null && d.user !== null) this.send("cheer", { reaction: this.pendingCheer });
    this.pendingCheer = null;
  }

  /** Another order of events: what was shown of the last one means nothing in it. */
  begin(epoch) {
    batch(() => {
      this.epoch = epoch;
      this.lastSeq = 0;
      this.expected = 1;
      this.incoming = [];
      this.messages.value = [];
      if (epoch !== null) this.pulse.value = null;
    });
  }

  said(d) {
    const wait = d.retry_after_seconds;
    if (d.code === "timed_out" || d.action === "time_out") this.silentUntilMs.value = performance.now() + (wait ?? 0) * 1000;
    else if (d.code === "slow_mode") this.writeAtMs.value = performance.now() + (wait ?? 0) * 1000;
    else if (d.action === "allow" && this.me.peek()?.role === "viewer") {
      this.writeAtMs.value = performance.now() + (this.rules.peek()?.slow_seconds ?? 0) * 1000;
    }
    this.flush();
    this.outbox.said(d, (id) => this.messages.peek().some((each) => each.id === id));
  }

  refused(d) {
    const waitMs = d.retry_after_seconds == null ? null : d.retry_after_seconds * 1000;
    if (d.code === "timed_out") this.silentUntilMs.value = performance.now() + (waitMs ?? 0);
    if (d.of === "say" && d.code === "slow_mode") this.writeAtMs.value = performance.now() + (waitMs ?? 0);
    if (d.of === "say" || d.of === "appeal") this.outbox.refused(d);
    if (d.of === "join") this.notLetIn(d.code, waitMs);
    else if (d.code === "not_joined") this.join();
  }

  notLetIn(code, waitMs) {
    if (NAME_REFUSALS.has(code) && this.name !== null) {
      this.nameFault.value = code;
      this.name = this.me.peek()?.name ?? null; // read on, under the name that one had
      this.join();
    } else if (code === "not_allowed" && !this.passRefused.peek() && this.credential()) {
      this.passRefused.value = true;
      this.join();
    } else if (NO_CHAT.has(code)) {
      clearTimeout(this.timers.answer);
      this.phase.value = "none";
    } else this.stayAway(waitMs);
  }

  schedule() {
    if (this.timers.flush !== 0) return;
    if (document.visibilityState === "visible") requestAnimationFrame(() => this.flush());
    // Frames may stop coming; what waits must not grow for that.
    this.timers.flush = setTimeout(() => this.flush(), HIDDEN_MS);
  }

  /** Apply what came since the last frame. */
  flush() {
    clearTimeout(this.timers.flush);
    this.timers.flush = 0;
    if (this.incoming.length === 0) return;
    const events = this.incoming;
    this.incoming = [];
    const chat = { messages: this.messages.peek(), changed: false };
    batch(() => {
      for (const [type, d] of events) {
        if (type === "crowd") this.pulse.value = d;
        else if (type === "moment") this.moments.value = new Map(this.moments.peek()).set(d.id, d);
        else if (type === "chat") this.applyChat(chat, d);
      }
      if (!chat.changed) return;
      this.messages.value = chat.messages.slice(-MESSAGES_MOST);
      this.outbox.shown(this.messages.peek());
    });
  }

  applyChat(chat, d) {
    if (d.kind === "message") {
      const { kind, ...message } = d;
      chat.messages = [...chat.messages.filter((each) => each.id !== message.id), message];
      chat.changed = true;
      if (message.user === this.me.peek()?.user) this.outbox.askAfterAppeals();
    } else if (d.kind === "removed") {
      this.takeAway(chat, new Set(d.messages), d.code);
      chat.changed = true;
    } else if (d.kind === "timed_out" && d.user === this.me.peek()?.user) {
      this.silentUntilMs.value = performance.now() + d.seconds * 1000;
    } else if (d.kind === "rules") this.rules.value = d.rules;
  }

  takeAway(chat, ids, code) {
    const mine = this.me.peek()?.user;
    if (!QUIETLY.has(code)) {
      for (const each of chat.messages) if (ids.has(each.id) && each.user === mine) this.outbox.taken(each, code);
    }
    this.outbox.removed(ids, code);
    chat.messages = chat.messages.filter((each) => !ids.has(each.id))
      .map((each) => (ids.has(each.reply?.message) ? { ...each, reply: { ...each.reply, text: "" } } : each));
  }

  /** Moments of before this page came; those that the wire told are newer. */
  async loadMoments() {
    try {
      const response = await fetch(`/api/rooms/${encodeURIComponent(this.slug)}/moments`);
      if (!response.ok) return;
      const { moments } = await response.json();
      const known = this.moments.peek();
      this.moments.value = new Map([...moments.reverse().filter((each) => !known.has(each.id)).map((each) => [each.id, each]), ...known]);
    } catch {
      // The wire brings the next ones; nothing else depends on those of before.
    }
  }

  diagnostics() {
    return {
      phase: this.phase.peek(), epoch: this.epoch, seq: this.lastSeq, ...(this.me.peek() ?? { user: null, name: null, role: null }),
      messages: this.messages.peek().length, moments: this.moments.peek().size,
      outbox: this.outbox.items.peek().map(({ is, code }) => ({ is, code })),
    };
  }
}
